using FedPG.Comparison.Plan;
using FedPG.Comparison.Running;
using FedPG.Core.Statistics;
using FedPG.Federation.Evaluation;

namespace FedPG.Comparison.Results;

/// <summary>The result of a comparison. The same runs give the same figures: the resamples come from a fixed stream.</summary>
internal sealed record ComparisonResult
{
    private const long BootstrapSeed = 1;

    /// <summary>What was compared.</summary>
    public required ComparisonPlan Plan { get; init; }

    /// <summary>The experiment's name.</summary>
    public required string Name { get; init; }

    /// <summary>The folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Whether algorithms are judged by their gap; by their objective where the optimum is unknown.</summary>
    public required bool ByGap { get; init; }

    /// <summary>A row an algorithm, in the order given.</summary>
    public required IReadOnlyList<Standing> Standings { get; init; }

    /// <summary>What a reader of the table should know.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>What objectives are, a word of <see cref="ObjectiveKind"/>; null where all runs diverged.</summary>
    public string? Minimised { get; init; }

    /// <summary>What the algorithms are judged by, in one word.</summary>
    public string Judged => ByGap ? "gap" : "objective";

    /// <summary>Sums up the runs.</summary>
    /// <param name="plan">What was compared.</param>
    /// <param name="name">The experiment's name.</param>
    /// <param name="tuned">What tuning chose for each algorithm.</param>
    /// <param name="runs">All runs, by algorithm, then by seed.</param>
    /// <param name="folder">The folder.</param>
    public static ComparisonResult Of(ComparisonPlan plan, string name, IReadOnlyList<TunedSettings> tuned, IReadOnlyList<RunResult> runs,
        string folder)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(tuned);
        ArgumentNullException.ThrowIfNull(runs);
        RunResult[] finished = [.. runs.Where(r => r.Status == RunResult.Finished)];
        bool byGap = finished.Length > 0 && finished.All(r => r.Gap is not null);
        RunResult[][] groups = [.. plan.Contenders.Select(c => runs.Where(r => r.Label == c.Label).ToArray())];
        Standing[] standings =
            [.. plan.Contenders.Select((contender, k) => StandingOf(contender, tuned[k], groups[k], k == 0 ? null : groups[0], byGap))];
        return new ComparisonResult
        {
            Plan = plan, Name = name, Folder = folder, ByGap = byGap, Standings = standings,
            Notes = [.. ComparisonWords.Notes(plan, standings, byGap)], Minimised = finished.FirstOrDefault()?.Minimised,
        };
    }

    private static Standing StandingOf(Contender contender, TunedSettings tuned, RunResult[] runs, RunResult[]? first, bool byGap) => new()
    {
        Contender = contender,
        Tuned = tuned,
        Runs = runs,
        Objective = Mean(runs, r => r.Figure(byGap: false)),
        Gap = byGap ? Mean(runs, r => r.Figure(byGap: true)) : null,
        WorstAgent = Mean(runs, r => r.WorstAgent ?? double.PositiveInfinity),
        OwnGap = KnownMean(runs, r => r.OwnGap),
        WorstOwnGap = KnownMean(runs, r => r.WorstOwnGap),
        Rounds = Mean(runs, r => r.Rounds),
        Bytes = Mean(runs, r => r.Bytes),
        Trajectories = Mean(runs, r => r.Trajectories),
        EnvSteps = Mean(runs, r => r.EnvSteps),
        Seconds = Mean(runs, r => r.Seconds),
        Improvement = first is null
            ? null
            : Intervals.ProbabilityOfImprovement([.. runs.Select(r => r.Figure(byGap))], [.. first.Select(r => r.Figure(byGap))],
                BootstrapSeed),
    };

    /// <summary>The figure where all finished runs know the quantity; null where one does not, and where no run finished.</summary>
    private static Figure95? KnownMean(RunResult[] runs, Func<RunResult, double?> quantity)
    {
        RunResult[] finished = [.. runs.Where(r => r.Status == RunResult.Finished)];
        return finished.Length > 0 && Array.TrueForAll(finished, r => quantity(r) is not null)
            ? Mean(runs, r => quantity(r) ?? double.PositiveInfinity)
            : null;
    }

    private static Figure95 Mean(RunResult[] runs, Func<RunResult, double> quantity)
    {
        double[] values = [.. runs.Select(quantity)];
        // Where all seeds agree, so do all resamples; the mean itself could round otherwise.
        return values.All(v => v.Equals(values[0]))
            ? Figure95.Exactly(values[0])
            : Intervals.Bootstrap(values, Intervals.InterquartileMean, BootstrapSeed);
    }
}
