using FedPG.Core.Metrics;
using FedPG.Envs.Returns;

namespace FedPG.Federation.Agents;

/// <summary>
/// What is seen of a block of agents from outside, for the logs: no agent and no server acts on it. It comes agent by agent, so that sums
/// over all agents have one order whatever the blocks are.
/// </summary>
internal interface IBlockObservations
{
    /// <summary>n.</summary>
    int Count { get; }

    /// <summary>What the agents recorded since the latest reset.</summary>
    IEnumerable<MetricRows> Recorded { get; }

    /// <summary>Transitions sampled since the start.</summary>
    long EnvSteps { get; }

    /// <summary>Trajectories sampled since the start; 0 where the estimator samples none, or does not say how many.</summary>
    long Trajectories { get; }

    /// <summary>What the agents' latest observed batches showed, [n].</summary>
    IReadOnlyList<RolloutStatistics> Rollouts { get; }
}
