using System.Globalization;
using FedPG.Cli.Common;
using FedPG.Comparison.Plan;
using FedPG.Comparison.Sweeps;
using FedPG.Federation.Evaluation;

namespace FedPG.Cli.Sweep;

/// <summary>The end of a sweep, as people read it. Stateless.</summary>
internal static class SweepTable
{
    private const int MostRows = 32;

    /// <summary>Columns beside the one that points are ranked by, with the number of the first to be left out.</summary>
    private static readonly (string Column, int Spare)[] Others =
    [
        ("own_gap", 6), ("gap", 8), ("objective", 7), ("worst_own_gap", 5), ("env_steps", 2), ("bytes", 3), ("seconds", 1),
    ];

    /// <summary>Prints the table.</summary>
    /// <param name="result">The result.</param>
    public static void Print(SweepResult result)
    {
        SweepColumn[] others =
        [
            .. Others.Where(other => other.Column != result.Column.Name).Select(other => SweepColumn.Parse(other.Column))
                .Where(column => result.Ranked.Any(s => s.Diverged < s.Runs.Count && s.Figure(column) is not null)),
        ];
        List<FittingColumn> columns =
        [
            new("settings"), new(InWords(result.Column)), new("rounds", Spare: result.Plan.Halving ? 0 : 4),
            .. others.Select(column => new FittingColumn(InWords(column), Others.First(o => o.Column == column.Name).Spare)),
            new("cell"),
        ];
        int seeds = result.Plan.Seeds.Count;
        var table = new FittingTable(
            $"{result.Name}: {result.Ranked.Count} points, {seeds} {(seeds == 1 ? "seed" : "seeds")} ({SeedList.Write(result.Plan.Seeds)})",
            columns);
        foreach (SweepStanding standing in result.Ranked.Take(MostRows))
        {
            table.Add([
                standing.Cell.ToString(), Ranked(standing, result.Column), standing.Rounds.ToString(CultureInfo.InvariantCulture),
                .. others.Select(column => Number(standing.Figure(column))),
                standing.Cell.Number.ToString(CultureInfo.InvariantCulture)]);
        }
        if (result.Ranked.Count > MostRows) table.Add($"... the others in {SweepFiles.Table}");
        table.Print(SweepFiles.Table);
        foreach (SweepStanding standing in result.Ranked.Where(s => s.Diverged > 0))
        {
            SweepOutcome run = standing.Runs.First(r => r.Result.Summary is null);
            Prose.Write($"warning: {standing.Diverged} of {standing.Runs.Count} runs of {standing.Cell} diverged and count as infinitely "
                + $"bad; seed {run.Seed.ToString(CultureInfo.InvariantCulture)}: {run.Result.Fault}");
        }
        if (result.IsRankedOtherwise) Prose.Write($"{result.Plan.RankBy} is not known here: ranked by {result.Column.Name}");
        if (result.Minimised is { } minimised) Prose.Write($"objective: {ObjectiveKind.InWords(minimised)}");
        Prose.Write($"ranked by {InWords(result.Column)}, lower is better"
            + (seeds > 1 ? "; interquartile means over seeds, with the 95 % bootstrap interval" : "")
            + (result.Plan.Halving ? "; points with fewer rounds were given up there" : ""));
        Console.WriteLine($"folder of the sweep: {result.Folder} ({SweepFiles.Table}, {SweepFiles.Page}; a run folder each in runs)");
    }

    private static string InWords(SweepColumn column) => column.Name.Replace('_', ' ');

    private static string Ranked(SweepStanding standing, SweepColumn column) => standing.Interval(column) is { } f
        ? $"{Number(f.Value)} [{Number(f.Low)}, {Number(f.High)}]" : Number(standing.Figure(column));

    private static string Number(double? value) => value switch
    {
        null => "unknown",
        { } number when !double.IsFinite(number) => "infinite",
        { } number when Math.Abs(number) >= 10_000 && number == Math.Floor(number) => number.ToString("N0", CultureInfo.InvariantCulture),
        { } number => number.ToString("G4", CultureInfo.InvariantCulture),
    };
}
