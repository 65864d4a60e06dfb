using FedPG.Federation.States;
using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Critics;

/// <summary>
/// The latest rollout of a block's agents and where their episodes stand: what checkpoints store, so that a rollout behind a memory is
/// there for the local step after a stop. Pair p = t B + b is step t of environment b.
/// </summary>
/// <param name="Places">Where the episodes stand.</param>
/// <param name="Observations">What was seen, [n, T B, m].</param>
/// <param name="Actions">What was done, [n, T B, k].</param>
/// <param name="Logs">log pi of it when it was done, [n, T B], float64.</param>
/// <param name="Advantages">A, [n, T B], float64.</param>
/// <param name="Targets">What V(o) is to be, [n, T B], float64.</param>
/// <param name="Weights">1, or gamma^t of the episode's step t, [n, T B], float64.</param>
/// <param name="Returns">The running statistics behind scaled rewards: count, mean, sum of squares, [n, 3], float64.</param>
/// <param name="Discounted">The discounted return of each episode so far, [n, B], float64.</param>
/// <param name="Novelty">What agents remember of what they met, [n, size], float64; [n, 1] where there is no bonus for what is new.</param>
internal sealed record RolloutState(
    ContinuingEpisodes.Places Places, Tensor Observations, Tensor Actions, Tensor Logs, Tensor Advantages, Tensor Targets, Tensor Weights,
    Tensor Returns, Tensor Discounted, Tensor Novelty)
{
    /// <summary>What a policy remembers of an episode.</summary>
    /// <param name="Numbers">[n, B, H], 0 where an episode begins.</param>
    public sealed record Memories(Tensor Numbers) : IStateRecord;

    /// <summary>What the policy remembers of each episode; null where it remembers nothing.</summary>
    public Memories? Memory { get; private init; }

    /// <summary>Makes room.</summary>
    /// <param name="places">Where the episodes stand.</param>
    /// <param name="agents">n.</param>
    /// <param name="width">B.</param>
    /// <param name="pairs">T B.</param>
    /// <param name="seen">m.</param>
    /// <param name="actionSize">k.</param>
    /// <param name="format">The type of observations and actions.</param>
    /// <param name="novelty">What agents remember of what they met; null for nothing.</param>
    /// <param name="memory">H, the numbers that the policy remembers; 0 for none.</param>
    public static RolloutState Create(
        ContinuingEpisodes.Places places, int agents, int width, int pairs, int seen, int actionSize, TensorFormat format,
        Tensor? novelty, int memory) => new(
        places,
        zeros([agents, pairs, seen], dtype: format.Dtype).DetachFromDisposeScope(),
        zeros([agents, pairs, actionSize], dtype: format.Dtype).DetachFromDisposeScope(),
        Doubles(agents, pairs), Doubles(agents, pairs), Doubles(agents, pairs), Doubles(agents, pairs), Doubles(agents, 3),
        Doubles(agents, width), novelty ?? Doubles(agents, 1))
    {
        Memory = memory == 0 ? null : new Memories(zeros([agents, width, memory], dtype: format.Dtype).DetachFromDisposeScope()),
    };

    private static Tensor Doubles(int rows, int columns) => zeros(rows, columns, dtype: ScalarType.Float64).DetachFromDisposeScope();
}
