using FedPG.Core.Metrics;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators;

/// <summary>
/// An estimator whose local step is a rollout with several updates: the rollout is played once at the agents' parameters, and every update
/// asks for a gradient at the parameters that earlier updates led to. <see cref="IGradientEstimator.Directions"/> plays a rollout and gives
/// the gradient over all of it, at the parameters that it was played with.
/// </summary>
internal interface IRolloutLearner : IGradientEstimator
{
    /// <summary>The updates that a rollout is good for.</summary>
    int Updates { get; }

    /// <summary>Plays a rollout. Called within a dispose scope.</summary>
    /// <param name="rows">Theta, [n, d]; not changed.</param>
    /// <param name="batch">Which batch of randomness to use.</param>
    void Play(Tensor rows, BatchKey batch);

    /// <summary>Writes the gradients of an update. Called within a dispose scope, for update 0, 1, ... of the latest rollout.</summary>
    /// <param name="update">Which update.</param>
    /// <param name="rows">Theta, [n, d], as earlier updates left it; not changed.</param>
    /// <param name="batch">The batch that the rollout was played by.</param>
    /// <param name="gradients">[n, d], overwritten.</param>
    void Gradient(int update, Tensor rows, BatchKey batch, Tensor gradients);

    /// <summary>Takes what the latest rollout has shown into statistics that are parameters, after its updates.</summary>
    /// <param name="rows">Theta, [n, d], changed in place.</param>
    /// <param name="active">Which agents played it, [n]; null for all.</param>
    void Adapt(Tensor rows, bool[]? active);

    /// <summary>Records what the updates of the latest rollout showed.</summary>
    /// <param name="metrics">Takes it.</param>
    /// <param name="active">Which agents took them, [n]; null for all.</param>
    void Report(MetricRecorder metrics, bool[]? active);
}
