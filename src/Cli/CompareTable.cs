using System.Globalization;
using FedPG.Comparison.Plan;
using FedPG.Comparison.Results;
using FedPG.Reporting.Statistics;
using Spectre.Console;

namespace FedPG.Cli;

/// <summary>The end of a comparison, as people read it.</summary>
internal static class CompareTable
{
    /// <summary>What a file or a pipe may hold in a line; a terminal says itself.</summary>
    private const int RedirectedWidth = 180;

    public static void Print(ComparisonResult result)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected) console.Profile.Width = RedirectedWidth;
        bool tuned = result.Standings.Any(s => s.Tuned.Settings.Count > 0), sampled = result.Standings.Any(s => s.Trajectories.High > 0);
        string seeds = $"{result.Plan.Seeds.Count} {(result.Plan.Seeds.Count == 1 ? "seed" : "seeds")} ({SeedList.Write(result.Plan.Seeds)})";
        var table = new Table
        {
            Border = TableBorder.Simple,
            Title = new TableTitle($"{result.Name}: {seeds}, budget {result.Plan.Budget?.ToString() ?? "the experiment's rounds"}"),
        };
        table.AddColumn("algorithm");
        if (tuned) table.AddColumn("tuned");
        foreach (string column in (string[])[result.Judged, "worst agent", "rounds", "bytes", .. sampled ? ["trajectories", "env-steps"] : Array.Empty<string>(), "seconds"]) table.AddColumn(Right(column));
        table.AddColumn(Right("P(better)"));
        foreach (Standing s in result.Standings)
        {
            string label = s.Contender.Label.EscapeMarkup() + (s.Diverged > 0 ? $"\n[red]{s.Diverged} of {s.Runs.Count} diverged[/]" : "");
            string settings = string.Join('\n', s.Tuned.Settings.Select(t => s.Tuned.AtEdge.Contains(t.ToString()) ? $"[yellow]{t.ToString().EscapeMarkup()} (edge)[/]" : t.ToString().EscapeMarkup()));
            string[] cells =
            [
                label, .. tuned ? [settings] : Array.Empty<string>(), Cell(result.ByGap ? s.Gap!.Value : s.Objective, Short), Cell(s.WorstAgent, Short), Cell(s.Rounds, Count), Cell(s.Bytes, Count),
                .. sampled ? [Cell(s.Trajectories, Count), Cell(s.EnvSteps, Count)] : Array.Empty<string>(), Cell(s.Seconds, Short3),
                s.Improvement is { } improvement ? Cell(improvement, p => p.ToString("F2", CultureInfo.InvariantCulture)) : "[grey]the first[/]",
            ];
            table.AddRow(cells);
        }
        console.Write(table);
        foreach (string note in result.Notes) Console.WriteLine(note);
        string first = result.Standings[0].Contender.Label;
        Console.WriteLine($"{result.Judged}, lower is better, and the rest: interquartile mean over seeds, below it the 95 % bootstrap interval; worst agent: the largest objective of any agent;");
        Console.WriteLine($"P(better): the probability that a run ends with a lower {result.Judged} than one of {first}, 0.5 for no difference");
        Console.WriteLine($"tables:     {Path.Combine(result.Folder, ResultFiles.SummaryTable)}, {ResultFiles.RunsTable}; plots: {result.Judged}-*.svg, .png beside them");
        Console.WriteLine($"curves:     tensorboard --logdir \"{result.Folder}\"");
    }

    /// <summary>The figure, and under it its interval where it has one.</summary>
    private static string Cell(Figure95 figure, Func<double, string> text) =>
        figure.Low.Equals(figure.High) ? text(figure.Value).EscapeMarkup() : $"{text(figure.Value)}\n[grey]{$"[{text(figure.Low)}, {text(figure.High)}]".EscapeMarkup()}[/]";

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned();

    private static string Short(double value) => Infinite(value) ?? Plain(value, 4);

    private static string Short3(double value) => Infinite(value) ?? Plain(value, 3);

    /// <summary>Counts in thousands, millions and so on.</summary>
    private static string Count(double value)
    {
        if (Infinite(value) is { } word) return word;
        (double unit, string letter) = value switch { >= 1e12 => (1e12, " T"), >= 1e9 => (1e9, " G"), >= 1e6 => (1e6, " M"), >= 1e5 => (1e3, " k"), _ => (1, "") };
        return letter.Length == 0 ? value.ToString(value == Math.Floor(value) ? "N0" : "N1", CultureInfo.InvariantCulture) : Plain(value / unit, 4) + letter;
    }

    private static string? Infinite(double value) => double.IsFinite(value) ? null : "infinite";

    private static string Plain(double value, int digits) => value.ToString($"G{digits}", CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal).Replace("e-0", "e-", StringComparison.Ordinal).Replace("e+0", "e", StringComparison.Ordinal);
}
