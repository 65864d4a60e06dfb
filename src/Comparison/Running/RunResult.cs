using System.Text.Json.Serialization;
using FedPG.Experiments.Runs;
using FedPG.Federation.Evaluation;

namespace FedPG.Comparison.Running;

/// <summary>What one run of a comparison gave.</summary>
internal sealed record RunResult
{
    /// <summary>The words of <see cref="Status"/>.</summary>
    public const string Finished = "finished", Diverged = "diverged";

    /// <summary>The label of its algorithm.</summary>
    public required string Label { get; init; }

    /// <summary>The seed.</summary>
    public required long Seed { get; init; }

    /// <summary>finished, or diverged: its numbers stopped being finite.</summary>
    public required string Status { get; init; }

    /// <summary>The rounds that were done.</summary>
    public required int Rounds { get; init; }

    /// <summary>What its objective is, a word of <see cref="ObjectiveKind"/>; null for a run that diverged.</summary>
    public string? Minimised { get; init; }

    /// <summary>The objective of the final policy, the mean over agents; null for a run that diverged.</summary>
    public double? Objective { get; init; }

    /// <summary>The optimum of the mean objective; null where unknown.</summary>
    public double? Optimum { get; init; }

    /// <summary>Objective - optimum; null where unknown, and for a run that diverged.</summary>
    public double? Gap { get; init; }

    /// <summary>
    /// The largest J_i of any agent: how bad the common policy is for whom it serves worst; null for a run that diverged.
    /// </summary>
    public double? WorstAgent { get; init; }

    /// <summary>The mean over agents of J_i - J_i*, from each agent's own optimum; null where unknown.</summary>
    public double? OwnGap { get; init; }

    /// <summary>The largest share of its own uniform gap that an agent keeps; null where unknown.</summary>
    public double? WorstOwnGap { get; init; }

    /// <summary>Transitions sampled.</summary>
    public required long EnvSteps { get; init; }

    /// <summary>Trajectories sampled.</summary>
    public required long Trajectories { get; init; }

    /// <summary>Bytes from agents to server.</summary>
    public required long BytesUp { get; init; }

    /// <summary>Bytes from server to agents.</summary>
    public required long BytesDown { get; init; }

    /// <summary>Bytes, both directions.</summary>
    [JsonIgnore]
    public long Bytes => BytesUp + BytesDown;

    /// <summary>Seconds of training, evaluation and logs included.</summary>
    public required double Seconds { get; init; }

    /// <summary>What went wrong, for a run that diverged.</summary>
    public string? Fault { get; init; }

    /// <summary>
    /// What a run is judged by, lower is better: the gap, the objective where that is unknown, and infinity for one that diverged.
    /// </summary>
    /// <param name="byGap">Whether gaps are known.</param>
    public double Figure(bool byGap) => (byGap ? Gap : Objective) ?? double.PositiveInfinity;

    /// <summary>The result in a finished run's summary.</summary>
    public static RunResult Of(string label, RunSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        return new RunResult
        {
            Label = label,
            Seed = summary.Seed,
            Status = Finished,
            Rounds = summary.Rounds,
            Minimised = summary.Minimised,
            Objective = summary.Objective,
            Optimum = summary.Optimum,
            Gap = summary.Gap,
            WorstAgent = summary.Agents.Max(a => a.Objective),
            OwnGap = summary.OwnGap,
            WorstOwnGap = summary.WorstOwnGap,
            EnvSteps = summary.EnvSteps,
            Trajectories = summary.Trajectories,
            BytesUp = summary.BytesUp,
            BytesDown = summary.BytesDown,
            Seconds = summary.Seconds,
        };
    }
}
