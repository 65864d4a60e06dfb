using FedPG.Envs.Returns;
using FedPG.Policies.Episodic;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Episodic;

/// <summary>
/// The truncated policy gradient of an episodic environment, estimated from B trajectories an agent, Eq. (5) or GPOMDP. The trajectories
/// are played without a graph. Then log pi of the rollout buffer is evaluated with one, for all agents of the block in the same operations,
/// and one backward pass gives all gradients.
/// </summary>
internal sealed class RolloutEstimator : IBatchEstimator
{
    private readonly EpisodicPolicy _policy;
    private readonly SamplerSettings _settings;
    private readonly RolloutSampler _sampler;

    /// <summary>Creates environments and work arrays for a block.</summary>
    /// <param name="setup">The block.</param>
    /// <param name="settings">How trajectories become weights.</param>
    public RolloutEstimator(EstimatorSetup setup, SamplerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(setup);
        (_policy, _settings, _sampler) = ((EpisodicPolicy)setup.Policy, settings, new RolloutSampler(setup, settings));
    }

    /// <inheritdoc/>
    public long EnvSteps => _sampler.EnvSteps;

    /// <inheritdoc/>
    public IReadOnlyList<RolloutStatistics> Rollouts => _sampler.Rollouts;

    /// <inheritdoc/>
    public GradientBatch Batch => new(_settings.Horizon, _settings.Trajectories);

    /// <inheritdoc/>
    public void Directions(Tensor rows, bool sameRows, BatchKey batch, Tensor directions)
    {
        ArgumentNullException.ThrowIfNull(directions);
        _sampler.Sample(rows, batch, VisitRecording.None);
        BufferGradients.Write(_policy, _sampler.Buffer, rows, directions);
    }

    /// <inheritdoc/>
    public SurrogateBatch Collect(Tensor rows, Tensor server, bool sameRows, BatchKey batch)
    {
        _sampler.Sample(rows, batch, VisitRecording.Shares);
        return new RolloutBatch(_policy, _sampler.Buffer, rows, sameRows ? null : server);
    }

    /// <inheritdoc/>
    public void Dispose() => _sampler.Dispose();
}

/// <summary>The gradients that a rollout buffer and its score weights give.</summary>
internal static class BufferGradients
{
    /// <summary>Writes sum over pairs of weight times grad log pi.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="pairs">The rollout buffer.</param>
    /// <param name="rows">Theta, [n, d].</param>
    /// <param name="gradients">[n, d], overwritten.</param>
    public static void Write(EpisodicPolicy policy, RolloutBuffer pairs, Tensor rows, Tensor gradients)
    {
        if (policy.MemorySize > 0)
        {
            SequenceGradients.Write(policy, pairs, rows, gradients);
            return;
        }
        gradients.zero_();
        Tensor? thetas = null, parts = null;
        using IDisposable outer = NewDisposeScope();
        foreach (BufferChunks batch in pairs.Batches())
        {
            // The same rows object for batches of the same size: the policy then keeps how it cut it.
            if (thetas is null || thetas.shape[0] != batch.Items.Count)
            {
                thetas = empty([batch.Items.Count, .. rows.shape[1..]], dtype: rows.dtype, device: rows.device);
                parts = empty_like(thetas);
            }
            batch.CopyRows(rows, thetas);
            using IDisposable scope = NewDisposeScope();
            policy.Evaluate(thetas, batch.Of(pairs.Observations), batch.Of(pairs.Actions)).Backward(batch.Of(pairs.Weights), parts!);
            batch.Add(parts!, gradients);
        }
    }
}
