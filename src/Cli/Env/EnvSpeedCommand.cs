using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using FedPG.Cli.Common;
using FedPG.Core;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Experiments;

namespace FedPG.Cli.Env;

/// <summary><c>fedpg env speed [ID...]</c>: steps per second of environments alone, on one thread, resets included.</summary>
internal static class EnvSpeedCommand
{
    private static readonly TimeSpan Repeat = TimeSpan.FromSeconds(0.3);

    public static Command Create()
    {
        var ids = new Argument<string[]>("ID")
        {
            Description = "The environments, as `env list` names them (default: all).",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var lanes = new Option<int>("--lanes") { Description = "How many copies take their steps together (default: 1).", HelpName = "N",
            DefaultValueFactory = _ => 1 };
        CommonOptions.RequireWhole(lanes, 65_536, "must be a whole number from 1 to 65536");
        InstanceOptions choice = new();
        var json = new Option<bool>("--json") { Description = "One JSON document on stdout: a list with one object an environment." };
        var command = new Command("speed", "Times the steps of environments alone, with random actions, on one thread.") { ids, choice.Set,
            lanes, json };
        command.SetAction(parsed =>
        {
            Catalog<EnvironmentDefinition> registry = ExperimentCatalog.Default.Environments;
            string[] names = parsed.GetValue(ids) is { Length: > 0 } given ? given : [.. registry.Ids];
            ValidationError[] errors = [.. names.Where(name => registry.Find(name) is null)
                .Select(name => new ValidationError("ID", "", name, registry.UnknownId(name)))];
            if (errors.Length > 0) throw new InvalidInputException(errors);
            TextWriter output = parsed.InvocationConfiguration.Output;
            var results = new JsonArray();
            if (names.Length > 1 && parsed.GetValue(choice.Set) is { Length: > 0 })
                throw new InvalidInputException(new ValidationError("--set", "", null, "sets options of one environment; give its ID"));
            foreach (string name in names)
            {
                ConfiguredEnvironment configured = choice.Configure(parsed, name);
                EpisodicEnvironment environment = EpisodicEnvironment.Of(configured.Build(), configured.Definition.StepLimit);
                StepRate rate = StepRate.Measure(environment, TimeProvider.System, Repeat, lanes: parsed.GetValue(lanes));
                if (!parsed.GetValue(json))
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"{name}  {rate.StepsPerSecond / 1e6:F3} M steps/s (median of {rate.Repeats}, {rate.Minimum / 1e6:F3} to "
                            + $"{rate.Maximum / 1e6:F3}), {rate.BytesPerStep:F0} bytes a step"));
                results.Add((JsonNode)new JsonObject
                {
                    ["workload"] = name,
                    ["stepsPerSecond"] = Math.Round(rate.StepsPerSecond),
                    ["minimum"] = Math.Round(rate.Minimum),
                    ["maximum"] = Math.Round(rate.Maximum),
                    ["bytesPerStep"] = rate.BytesPerStep,
                    ["threads"] = 1,
                    ["lanes"] = parsed.GetValue(lanes),
                    ["repeats"] = rate.Repeats,
                });
            }
            if (parsed.GetValue(json)) output.WriteLine(results.ToJsonString(FedPG.Experiments.Runs.RunFolder.JsonOptions));
        });
        return command;
    }
}
