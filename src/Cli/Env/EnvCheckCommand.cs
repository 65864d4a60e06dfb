using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using FedPG.Cli.Common;
using FedPG.Envs;
using FedPG.Envs.Checking;
using Spectre.Console;

namespace FedPG.Cli.Env;

/// <summary><c>fedpg env check ID</c>: whether an environment keeps what it promises. Exit code 1 when a check fails.</summary>
internal static class EnvCheckCommand
{
    private const long HighestSeed = (1L << 53) - 1;
    private const int MaxEpisodes = 10_000;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static Command Create()
    {
        var choice = new InstanceOptions();
        var seed = new Option<long>("--seed")
        {
            Description = "The seed of the first episode; the others follow it.",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
        };
        var episodes = new Option<int>("--episodes")
        {
            Description = "Episodes of each agent that is tried.",
            HelpName = "N",
            DefaultValueFactory = _ => 20,
        };
        var json = new Option<bool>("--json") { Description = "One JSON document on stdout." };
        CommonOptions.RequireWhole(episodes, MaxEpisodes, $"must be a whole number from 1 to {MaxEpisodes}");
        seed.Validators.Add(result =>
        {
            if (result.Tokens.Count != 1) return;
            bool whole = long.TryParse(result.Tokens[0].Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out long value);
            if (!whole || value < 0 || value > HighestSeed / 2) result.AddError($"must be a whole number from 0 to {HighestSeed / 2}");
        });
        var command = new Command("check", "Tries whether an environment keeps what it promises; exit code 1 when it does not.")
        {
            choice.Id, choice.Set, choice.Agents, seed, episodes, json,
        };
        command.SetAction(parsed =>
        {
            ConfiguredEnvironment environment = choice.Configure(parsed);
            CheckReport report = Watched(environment.Definition.Id,
                () => EnvironmentChecker.Check(environment, new CheckSettings(parsed.GetValue(seed), parsed.GetValue(episodes))));
            if (parsed.GetValue(json)) Console.WriteLine(JsonSerializer.Serialize(report, Format));
            else Print(report);
            return report.Passed ? ExitCode.Ok : ExitCode.Failure;
        });
        return command;
    }

    /// <summary>Says so, and fails, where the process ends during a check, as an environment's own Environment.Exit makes it.</summary>
    private static CheckReport Watched(string id, Func<CheckReport> check)
    {
        AppDomain.CurrentDomain.ProcessExit += Ended;
        try
        {
            return check();
        }
        finally
        {
            AppDomain.CurrentDomain.ProcessExit -= Ended;
        }

        void Ended(object? sender, EventArgs e)
        {
            Console.Error.WriteLine(
                $"{id}: the process ended before the check was over: by Environment.Exit in the environment's own code, or from outside");
            Environment.ExitCode = ExitCode.Failure;
        }
    }

    private static void Print(CheckReport report)
    {
        Console.WriteLine($"{report.Environment}: {report.Agents} agent{(report.Agents == 1 ? "" : "s")}, {report.Size}");
        Console.WriteLine();
        int width = report.Results.Max(r => r.Name.Length);
        foreach (CheckResult result in report.Results)
        {
            (string word, Color colour) = result.Status switch
            {
                CheckStatus.Passed => ("pass", Color.Green),
                CheckStatus.Failed => ("FAIL", Color.Red),
                CheckStatus.Noted => ("note", Color.Yellow),
                _ => ("skip", Color.Grey),
            };
            AnsiConsole.Write(new Text(word, new Style(colour)));
            // Written by Console, which does not break lines where the terminal's width is unknown.
            Console.WriteLine($"  {result.Name.PadRight(width)}  {result.Tried}");
            if (result.Finding is null) continue;
            string where = result.Place is { } place ? $"{place}: " : "";
            string finding = string.Join(' ', result.Finding.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            Console.WriteLine($"{"".PadRight(width + 8)}{where}{finding}");
        }
        Console.WriteLine();
        int failed = report.Results.Count(r => r.Status == CheckStatus.Failed);
        string total = string.Create(CultureInfo.InvariantCulture, $"{report.Steps:N0} steps, seeds from {report.FirstSeed}");
        Console.WriteLine(failed == 0
            ? $"{report.Environment} passes ({total})"
            : $"{report.Environment}: {failed} check{(failed == 1 ? "" : "s")} failed ({total})");
    }
}
