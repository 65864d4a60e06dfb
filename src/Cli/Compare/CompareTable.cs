using System.Globalization;
using FedPG.Comparison.Plan;
using FedPG.Comparison.Results;
using FedPG.Core.Statistics;
using FedPG.Federation.Evaluation;
using Spectre.Console;

namespace FedPG.Cli.Compare;

/// <summary>The end of a comparison, as people read it.</summary>
internal static class CompareTable
{
    /// <summary>What a file or a pipe may hold in a line; a terminal says itself.</summary>
    private const int RedirectedWidth = 180;

    /// <summary>What a column takes beside its text.</summary>
    private const int Padding = 3;

    /// <summary>A name of this length is broken over lines before a column is left out for it.</summary>
    private const int NameWidth = 24;

    /// <summary>
    /// A column: its name, and the lines of its cells; <see cref="Spare"/> says which is left out first where there is no room.
    /// </summary>
    private sealed record Column(string Name, Func<Standing, Line[]> Cell, int Spare = 0, bool Right = true);

    private sealed record Line(string Text, string Style = "");

    public static void Print(ComparisonResult result)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected) console.Profile.Width = RedirectedWidth;
        List<Column> columns = Columns(result);
        var left = new List<string>();
        while (columns.Sum(c => Width(c, result) + Padding) > console.Profile.Width
            && columns.Where(c => c.Spare > 0).MinBy(c => c.Spare) is { } spare)
        {
            columns.Remove(spare);
            left.Add(spare.Name);
        }
        string seeds =
            $"{result.Plan.Seeds.Count} {(result.Plan.Seeds.Count == 1 ? "seed" : "seeds")} ({SeedList.Write(result.Plan.Seeds)})";
        var table = new Table
        {
            Border = TableBorder.Simple,
            Title = new TableTitle($"{result.Name}: {seeds}, budget {result.Plan.Budget?.ToString() ?? "the experiment's rounds"}"),
        };
        foreach (Column column in columns)
        {
            // Numbers are never broken; where there is no room for long names, those are.
            TableColumn added = new(column.Name);
            table.AddColumn(column.Right ? added.NoWrap().RightAligned() : added);
        }
        foreach (Standing standing in result.Standings)
            table.AddRow([.. columns.Select(c => string.Join('\n', c.Cell(standing).Select(Markup)))]);
        console.Write(table);
        foreach (string note in result.Notes) Console.WriteLine(note);
        if (result.Minimised is { } minimised) Console.WriteLine($"objective: {ObjectiveKind.InWords(minimised)}");
        if (left.Count > 0) Console.WriteLine($"no room on this terminal for {string.Join(", ", left)}: see {ResultFiles.SummaryTable}");
        Console.WriteLine(
            $"{result.Judged}, lower is better, and the rest: interquartile mean over seeds, below it the 95 % bootstrap interval; worst "
                + "agent: the largest objective of any agent;");
        Console.WriteLine(
            $"P(better): the probability that a run ends with a lower {result.Judged} than one of "
                + $"{result.Plan.Contenders[0].Label}, 0.5 for no difference");
        if (result.Standings.Any(s => s.OwnGap is not null))
        {
            Console.WriteLine("own gap: mean over agents of the objective minus the agent's own optimum; "
                + "worst own gap: the largest share of its uniform own gap that an agent keeps");
        }
        Console.WriteLine(
            $"tables:     {Path.Combine(result.Folder, ResultFiles.SummaryTable)}, {ResultFiles.RunsTable}; plots: "
                + $"{result.Judged}-*.svg, .png beside them");
        Console.WriteLine($"curves:     tensorboard --logdir \"{result.Folder}\"");
    }

    private static List<Column> Columns(ComparisonResult result)
    {
        var columns = new List<Column> { new("algorithm", Label, Right: false) };
        if (result.Standings.Any(s => s.Tuned.Settings.Count > 0))
            columns.Add(
                new Column("tuned",
                    s =>
                        [.. s.Tuned.Settings.Select(t => s.Tuned.AtEdge.Contains(t.ToString())
                            ? new Line($"{t} (edge)", "yellow")
                            : new Line(t.ToString()))], Right: false));
        columns.Add(new Column(result.Judged, s => Cell(result.ByGap ? s.Gap!.Value : s.Objective, Short)));
        columns.Add(new Column("worst agent", s => Cell(s.WorstAgent, Short), Spare: 5));
        if (result.Standings.Any(s => s.OwnGap is not null)) columns.Add(new Column("own gap", s => Known(s.OwnGap), Spare: 8));
        if (result.Standings.Any(s => s.WorstOwnGap is not null))
            columns.Add(new Column("worst own gap", s => Known(s.WorstOwnGap), Spare: 7));
        columns.Add(new Column("rounds", s => Cell(s.Rounds, Count), Spare: 4));
        columns.Add(new Column("bytes", s => Cell(s.Bytes, Count), Spare: 6));
        if (result.Standings.Any(s => s.Trajectories.High > 0))
            columns.Add(new Column("trajectories", s => Cell(s.Trajectories, Count), Spare: 3));
        if (result.Standings.Any(s => s.EnvSteps.High > 0)) columns.Add(new Column("env-steps", s => Cell(s.EnvSteps, Count), Spare: 1));
        columns.Add(new Column("seconds", s => Cell(s.Seconds, v => Infinite(v) ?? Plain(v, 3)), Spare: 2));
        columns.Add(
            new Column("P(better)", s => s.Improvement is { } p
                ? Cell(p, v => v.ToString("F2", CultureInfo.InvariantCulture))
                : [new Line("the first", "grey")]));
        return columns;
    }

    private static Line[] Label(Standing standing) =>
        standing.Diverged == 0 ? [new Line(standing.Contender.Label)] : [new Line(standing.Contender.Label),
            new Line($"{standing.Diverged} of {standing.Runs.Count} diverged", "red")];

    private static Line[] Known(Figure95? figure) => figure is { } known ? Cell(known, Short) : [new Line("unknown")];

    /// <summary>The figure, and under it its interval where it has one.</summary>
    private static Line[] Cell(Figure95 figure, Func<double, string> text) =>
        figure.Low.Equals(figure.High) ? [new Line(text(figure.Value))] : [new Line(text(figure.Value)),
            new Line($"[{text(figure.Low)}, {text(figure.High)}]", "grey")];

    private static int Width(Column column, ComparisonResult result) =>
        Math.Min(result.Standings.SelectMany(column.Cell).Select(line => line.Text.Length).Append(column.Name.Length).Max(),
            column.Right ? int.MaxValue : NameWidth);

    private static string Markup(Line line) =>
        line.Style.Length == 0 ? line.Text.EscapeMarkup() : $"[{line.Style}]{line.Text.EscapeMarkup()}[/]";

    private static string Short(double value) => Infinite(value) ?? Plain(value, 4);

    /// <summary>Counts in thousands, millions and so on.</summary>
    private static string Count(double value)
    {
        if (Infinite(value) is { } word) return word;
        (double unit, string letter) = value switch
        {
            >= 1e12 => (1e12, " T"),
            >= 1e9 => (1e9, " G"),
            >= 1e6 => (1e6, " M"),
            >= 1e5 => (1e3, " k"),
            _ => (1, ""),
        };
        return letter.Length == 0
            ? value.ToString(value == Math.Floor(value) ? "N0" : "N1", CultureInfo.InvariantCulture)
            : Plain(value / unit, 4) + letter;
    }

    private static string? Infinite(double value) => double.IsFinite(value) ? null : "infinite";

    private static string Plain(double value, int digits) =>
        value.ToString($"G{digits}", CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal)
            .Replace("e-0", "e-", StringComparison.Ordinal).Replace("e+0", "e", StringComparison.Ordinal);
}
