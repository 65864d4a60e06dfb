using FedPG.Envs.Returns;

namespace FedPG.Federation.Agents;

/// <summary>
/// What is seen of a block of agents from outside, for the logs: no agent and no server acts on it. It comes agent by agent, so that sums over all agents
/// have one order whatever the blocks are.
/// </summary>
internal interface IBlockObservations
{
    /// <summary>The sum over local steps of ||theta_i - thetabar||^2 since the last reset, [n].</summary>
    IReadOnlyList<double> Drift { get; }

    /// <summary>The pairs of agent and local step that are in <see cref="Drift"/>.</summary>
    long DriftSteps { get; }

    /// <summary>||mbar - m_i|| of each agent where the algorithm keeps memories, [n].</summary>
    IReadOnlyList<double> CorrectionNorms { get; }

    /// <summary>How many agents <see cref="CorrectionNorms"/> has seen since the last reset.</summary>
    int CorrectedAgents { get; }

    /// <summary>Transitions sampled since the start.</summary>
    long EnvSteps { get; }

    /// <summary>Trajectories sampled since the start; 0 where the oracle samples none, or does not say how many.</summary>
    long Trajectories { get; }

    /// <summary>What the agents' latest observed batches showed, [n].</summary>
    IReadOnlyList<RolloutStatistics> Rollouts { get; }
}
