using FedPG.Envs.Sampling;
using FedPG.Policies.Observations;
using static TorchSharp.torch;

namespace FedPG.Federation.Oracles;

/// <summary>
/// The truncated policy gradient of an environment that is stepped, estimated from B trajectories an agent, Eq. (5) or GPOMDP: the trajectories are played
/// without a graph, then log pi of the pairs met is evaluated with one, for all agents of the block in the same operations, and one backward pass gives
/// all gradients.
/// </summary>
public sealed class RolloutOracle : IBatchOracle
{
    private readonly ObservationPolicy _policy;
    private readonly SamplerSettings _settings;
    private readonly RolloutSampler _sampler;

    /// <summary>Creates environments and work arrays for a block.</summary>
    /// <param name="setup">The block.</param>
    /// <param name="settings">How trajectories become weights.</param>
    public RolloutOracle(OracleSetup setup, SamplerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(setup);
        (_policy, _settings, _sampler) = ((ObservationPolicy)setup.Policy, settings, new RolloutSampler(setup, settings));
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
        _sampler.Sample(rows, batch, PairVisits.None);
        PairGradients.Write(_policy, _sampler.Pairs, rows, directions);
    }

    /// <inheritdoc/>
    public SurrogateBatch Collect(Tensor rows, Tensor server, bool sameRows, BatchKey batch)
    {
        _sampler.Sample(rows, batch, PairVisits.Shares);
        return new PairBatch(_policy, _sampler.Pairs, rows, sameRows ? null : server);
    }

    /// <inheritdoc/>
    public void Dispose() => _sampler.Dispose();
}

/// <summary>The gradients that pairs met and their score weights give.</summary>
internal static class PairGradients
{
    /// <summary>Writes sum over pairs of weight times grad log pi.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="pairs">What was met.</param>
    /// <param name="rows">Theta, [n, d].</param>
    /// <param name="gradients">[n, d], overwritten.</param>
    public static void Write(ObservationPolicy policy, MetPairs pairs, Tensor rows, Tensor gradients)
    {
        gradients.zero_();
        Tensor? thetas = null, parts = null;
        using IDisposable outer = NewDisposeScope();
        foreach (PairChunks batch in pairs.Batches())
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
