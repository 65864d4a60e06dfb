using FedPG.Core.Statistics;
using FedPG.Experiments.Runs;
using FedPG.Experiments.Series;

namespace FedPG.Comparison.Sweeps;

/// <summary>One run of a sweep.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Result">How it ended.</param>
internal sealed record SweepOutcome(long Seed, SeriesResult Result);

/// <summary>A point of a sweep with its runs.</summary>
/// <param name="Cell">The point.</param>
/// <param name="Runs">Its runs, in the order of the seeds.</param>
/// <param name="Rung">The rung that it reached, 0 for the first.</param>
internal sealed record SweepStanding(SweepCell Cell, IReadOnlyList<SweepOutcome> Runs, int Rung)
{
    private const long BootstrapSeed = 1;

    /// <summary>How many of its runs diverged.</summary>
    public int Diverged => Runs.Count(run => run.Result.Summary is null);

    /// <summary>The most rounds that one of its runs has done; 0 where all diverged.</summary>
    public int Rounds => Runs.Max(run => run.Result.Summary?.Rounds ?? 0);

    /// <summary>
    /// The interquartile mean of a column over seeds, a run that diverged being infinite; null where a run that finished does not know it.
    /// </summary>
    /// <param name="column">The column.</param>
    public double? Figure(SweepColumn column) =>
        Runs.Any(run => run.Result.Summary is { } summary && column.Of(summary) is null)
            ? null
            : Intervals.InterquartileMean(
                [.. Runs.Select(run => run.Result.Summary is { } summary ? column.Of(summary)!.Value : double.PositiveInfinity)]);

    /// <summary>
    /// The same with the 95 % interval of its bootstrap; null for one seed, and where a run diverged or does not know it.
    /// </summary>
    /// <param name="column">The column.</param>
    public Figure95? Interval(SweepColumn column) => Runs.Count > 1 && Figure(column) is { } figure && double.IsFinite(figure)
        && Diverged == 0
        ? Intervals.Bootstrap([.. Runs.Select(run => column.Of(run.Result.Summary!)!.Value)], Intervals.InterquartileMean, BootstrapSeed)
        : null;
}

/// <summary>The result of a sweep. The same runs give the same figures.</summary>
/// <param name="Plan">What was run.</param>
/// <param name="Name">The experiment's name.</param>
/// <param name="Folder">The folder.</param>
/// <param name="Column">What points are ranked by.</param>
/// <param name="Ranked">All points, the best first: those of the last rung before those that were given up.</param>
internal sealed record SweepResult(
    SweepPlan Plan, string Name, string Folder, SweepColumn Column, IReadOnlyList<SweepStanding> Ranked)
{
    /// <summary>What objectives are; null where all runs diverged.</summary>
    public string? Minimised => Summaries(Ranked).FirstOrDefault()?.Minimised;

    /// <summary>Whether another column was asked for, which is not known here.</summary>
    public bool IsRankedOtherwise => Plan.RankBy is { } asked && asked != Column.Name;

    /// <summary>Ranks points.</summary>
    /// <param name="plan">What was run.</param>
    /// <param name="name">The experiment's name.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="standings">The points, in their order.</param>
    public static SweepResult Of(SweepPlan plan, string name, string folder, IReadOnlyList<SweepStanding> standings)
    {
        SweepColumn column = SweepColumn.For(plan.RankBy, Summaries(standings));
        return new SweepResult(plan, name, folder, column, Rank(standings, column));
    }

    /// <summary>The points that go on from a rung, in their order.</summary>
    /// <param name="plan">What is run.</param>
    /// <param name="standings">The points of the rung, in their order.</param>
    /// <param name="count">How many go on.</param>
    public static int[] Best(SweepPlan plan, IReadOnlyList<SweepStanding> standings, int count) =>
    [
        .. Rank(standings, SweepColumn.For(plan.RankBy, Summaries(standings))).Take(count).Select(s => s.Cell.Number).Order(),
    ];

    private static RunSummary[] Summaries(IEnumerable<SweepStanding> standings) =>
        [.. standings.SelectMany(s => s.Runs).Select(run => run.Result.Summary).OfType<RunSummary>()];

    private static SweepStanding[] Rank(IEnumerable<SweepStanding> standings, SweepColumn column) =>
    [
        // What diverged stands last, however far it came.
        .. standings.OrderBy(s => !double.IsFinite(s.Figure(column) ?? double.PositiveInfinity)).ThenByDescending(s => s.Rung)
            .ThenBy(s => s.Figure(column) ?? double.PositiveInfinity).ThenBy(s => s.Cell.Number),
    ];
}
