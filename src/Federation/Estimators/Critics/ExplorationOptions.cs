using FedPG.Core.Options;
using FedPG.Federation.Schedules;

namespace FedPG.Federation.Estimators.Critics;

/// <summary>What a bonus for what is new is measured by.</summary>
public enum ExplorationBonusKind
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>How often a state, or an observation, was met: 1 / sqrt(N).</summary>
    Counts,

    /// <summary>
    /// The error with which a trained network predicts a random one (Burda et al., "Exploration by random network distillation", 2019).
    /// </summary>
    Distillation,
}

/// <summary>
/// A bonus that is added to what a learner is paid for a step, for what is new to the agent. It changes neither the objective that is
/// reported nor what other agents see. Each agent keeps its own memory of what it met.
/// </summary>
public sealed record ExplorationOptions
{
    /// <summary>What the bonus is measured by; none by default.</summary>
    [Option("what a bonus for what is new is measured by: nothing, counts of states or observations, or the error of predicting a random "
        + "network")]
    public ExplorationBonusKind Bonus { get; init; }

    /// <summary>The weight of the bonus beside rewards: a number, or a schedule by rounds; 0.1 by default.</summary>
    [Option("the weight of the bonus beside rewards, a number or { \"from\", \"to\", \"until\" } in rounds", Minimum = 0)]
    public EntropySchedule Weight { get; init; } = 0.1;

    /// <summary>How many counts an agent keeps of observations that are no single whole number; they share one where hashes meet.</summary>
    [Option("how many counts an agent keeps of observations that are not listed states", Minimum = 1, Maximum = 16_777_216)]
    public int Buckets { get; init; } = 65_536;
}
