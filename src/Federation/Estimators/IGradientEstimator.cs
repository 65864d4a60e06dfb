using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Returns;
using FedPG.Federation.Schedules;
using FedPG.Federation.States;
using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators;

/// <summary>
/// Rows in, directions out: what an agent descends along. One instance serves one block of agents on one thread at a time.
/// </summary>
public interface IGradientEstimator : IDisposable
{
    /// <summary>Writes the directions of the block's agents at their own parameters. Called within a dispose scope.</summary>
    /// <param name="rows">Theta, [n, d], row i of agent First + i; not changed.</param>
    /// <param name="sameRows">Whether all rows are known to be equal, so that work can be shared.</param>
    /// <param name="batch">Which batch of randomness to use.</param>
    /// <param name="directions">The directions, [n, d], overwritten.</param>
    void Directions(Tensor rows, bool sameRows, BatchKey batch, Tensor directions);

    /// <summary>Transitions sampled since the start.</summary>
    long EnvSteps { get; }

    /// <summary>
    /// What each agent's latest observed batch showed, or the episodes that ended in its latest round where it follows a chain, [n]; zeros
    /// from estimators that sample nothing.
    /// </summary>
    IReadOnlyList<RolloutStatistics> Rollouts { get; }

    /// <summary>
    /// What the estimator itself keeps of its agents from batch to batch, such as where their chains stand: a record of tensors [n, ...]
    /// that checkpoints store.
    /// </summary>
    object State => NoState.Instance;

    /// <summary>
    /// What the directions are in expectation, and from how many trajectories; null where that is not a gradient of the objective.
    /// </summary>
    GradientBatch? Batch => null;

    /// <summary>
    /// Trajectories that are sampled for one direction of one agent; 0 from estimators that sample none. Budgets of trajectories count
    /// this.
    /// </summary>
    int Trajectories => Batch?.Trajectories ?? 0;

    /// <summary>
    /// Why an agent's latest direction is no finite number, where that is known better than by its being so: "..."; else null.
    /// </summary>
    /// <param name="row">The agent's row in the block.</param>
    string? ErrorOf(int row) => null;
}

/// <summary>One agent's estimate of a gradient.</summary>
/// <param name="Horizon">K where the expectation is grad_K J, below Eq. (5); null where it is grad J.</param>
/// <param name="Trajectories">B, the independent trajectories behind one estimate; 0 where it is exact.</param>
public sealed record GradientBatch(int? Horizon, int Trajectories);

/// <summary>Which batch of trajectories: the round t and the local step l, or a code of <see cref="StreamKey"/>.</summary>
/// <param name="Round">The round; it also decides the entropy weight.</param>
/// <param name="LocalStep">The local step.</param>
/// <param name="Observe">Whether to add up rewards for the logs: done where the agents sit at the server's parameters.</param>
/// <param name="Active">
/// Which of the block's agents take this step, [n]; null for all. An estimator samples nothing for the others and leaves their state alone;
/// what it writes in their rows is not read.
/// </param>
public readonly record struct BatchKey(int Round, int LocalStep, bool Observe = false, bool[]? Active = null)
{
    /// <summary>Whether an agent takes this step.</summary>
    /// <param name="row">Its row in the block.</param>
    public bool Has(int row) => Active is null || Active[row];
}

/// <summary>What an estimator is made for: a block of agents of one experiment.</summary>
/// <param name="Environment">The environment of all agents.</param>
/// <param name="Policy">The block's own policy instance.</param>
/// <param name="First">The index of the block's first agent.</param>
/// <param name="Count">n, the number of agents of the block.</param>
/// <param name="Objective">How rewards become costs.</param>
/// <param name="Entropy">tau.</param>
/// <param name="Seed">The experiment's seed.</param>
/// <param name="Purpose">What trajectories are sampled for: other purposes give other trajectories.</param>
public sealed record EstimatorSetup(
    FederatedEnvironment Environment, Policy Policy, int First, int Count, Objective Objective, EntropySchedule Entropy, long Seed,
    StreamPurpose Purpose = StreamPurpose.Rollout);
