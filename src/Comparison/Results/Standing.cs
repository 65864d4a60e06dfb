using FedPG.Comparison.Plan;
using FedPG.Comparison.Running;
using FedPG.Core.Statistics;

namespace FedPG.Comparison.Results;

/// <summary>
/// One row of the table: what an algorithm's runs gave, each quantity as its interquartile mean over seeds with the percentile interval of
/// 10,000 bootstrap resamples (Agarwal et al. 2021). A run that diverged counts as infinitely bad.
/// </summary>
internal sealed record Standing
{
    /// <summary>The algorithm.</summary>
    public required Contender Contender { get; init; }

    /// <summary>What tuning chose.</summary>
    public required TunedSettings Tuned { get; init; }

    /// <summary>Its runs, by seed.</summary>
    public required IReadOnlyList<RunResult> Runs { get; init; }

    /// <summary>How many of them diverged.</summary>
    public int Diverged => Runs.Count(r => r.Status == RunResult.Diverged);

    /// <summary>J of the final policy, the mean over agents.</summary>
    public required Figure95 Objective { get; init; }

    /// <summary>Objective - optimum; null where the optimum is unknown.</summary>
    public required Figure95? Gap { get; init; }

    /// <summary>The largest J_i of any agent.</summary>
    public required Figure95 WorstAgent { get; init; }

    /// <summary>The mean over agents of J_i - J_i*; null where the agents' own optima are unknown.</summary>
    public required Figure95? OwnGap { get; init; }

    /// <summary>The largest share of its own uniform gap that an agent keeps; null where unknown.</summary>
    public required Figure95? WorstOwnGap { get; init; }

    /// <summary>The rounds that were done.</summary>
    public required Figure95 Rounds { get; init; }

    /// <summary>Bytes, both directions, all agents together.</summary>
    public required Figure95 Bytes { get; init; }

    /// <summary>Trajectories, all agents together.</summary>
    public required Figure95 Trajectories { get; init; }

    /// <summary>Transitions sampled, all agents together.</summary>
    public required Figure95 EnvSteps { get; init; }

    /// <summary>Seconds of training.</summary>
    public required Figure95 Seconds { get; init; }

    /// <summary>The probability that a run of this algorithm ends better than one of the first; null for the first itself.</summary>
    public required Figure95? Improvement { get; init; }
}
