using System.CommandLine;
using System.Text.Json;
using FedPG.Cli.Common;
using FedPG.Cli.Train;
using FedPG.Experiments.Diagnosis;
using FedPG.Experiments.Runs;

namespace FedPG.Cli.Advise;

/// <summary><c>fedpg advise</c>: what the theory says about an experiment.</summary>
internal static class AdviseCommand
{
    private static readonly Option<double?> Accuracy = new("--accuracy")
    {
        Description = "The target, of J - J* where Theorem 2 applies, else of the mean ||grad J||^2 (default: 1 % of what the start has).",
        HelpName = "X",
    };

    private static readonly Option<double> Constant = new("--constant")
    {
        Description = "C of Theorem 1, which the paper leaves open; at least 1.",
        HelpName = "C",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<bool> Json = new("--json") { Description = "One JSON document on stdout." };

    public static Command Create()
    {
        RequireNumber(Accuracy, x => x > 0, "must be a number greater than 0");
        RequireNumber(Constant, x => x >= 1, "must be a number of at least 1");
        var command = new Command("advise",
            "Says which theorem applies to an experiment, with which constants, and what follows for its step size, rounds and horizon.")
        {
            TrainCommand.File, TrainCommand.Set, TrainCommand.Seed, Accuracy, Constant, Json,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        Advice advice = Adviser.Of(TrainCommand.ReadExperiment(parsed), parsed.GetValue(Accuracy), parsed.GetValue(Constant));
        if (parsed.GetValue(Json)) Console.WriteLine(JsonSerializer.Serialize(advice, RunFolder.JsonOptions));
        else AdviceTable.Print(advice);
        return ExitCode.Ok;
    }

    private static void RequireNumber(Option option, Func<double, bool> isAllowed, string allowed) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count != 1) return;
        bool number = double.TryParse(result.Tokens[0].Value, System.Globalization.CultureInfo.InvariantCulture, out double value);
        if (!number || !double.IsFinite(value) || !isAllowed(value)) result.AddError(allowed);
    });
}
