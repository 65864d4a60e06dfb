using System.Numerics;
using FedPG.Core.Streams;
using FedPG.Envs.Returns;
using FedPG.Envs.Tabular.Sampling;
using FedPG.Policies;
using FedPG.Policies.Heads;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Tabular;

/// <summary>
/// The truncated policy gradient estimated from B trajectories an agent, Eq. (5) or GPOMDP. The policy is evaluated once for all states, so
/// what torch costs does not depend on how many trajectories are sampled.
/// </summary>
internal sealed class SampledEstimator : IBatchEstimator
{
    private readonly EstimatorSetup _setup;
    private readonly TrajectorySampler _sampler;
    private readonly SamplerWork _work;
    private readonly Tensor _weights, _shares, _logs, _probabilities;
    private readonly double[] _visits, _share;
    private readonly RolloutStatistics[] _rollouts;

    /// <summary>Prepares the work arrays for a block.</summary>
    /// <param name="setup">The block.</param>
    /// <param name="sampler">The tables, shared by all blocks.</param>
    public SampledEstimator(EstimatorSetup setup, TrajectorySampler sampler)
    {
        ArgumentNullException.ThrowIfNull(setup);
        ArgumentNullException.ThrowIfNull(sampler);
        (_setup, _sampler, _work) = (setup, sampler, sampler.CreateWork());
        (_weights, _logs, _probabilities) = (Table(setup), Table(setup), Table(setup));
        _shares = zeros(setup.Count, setup.Mdp.States, dtype: setup.Policy.Format.Dtype).DetachFromDisposeScope();
        (_visits, _share) = (new double[setup.Mdp.States * setup.Mdp.Actions], new double[setup.Mdp.States]);
        _rollouts = new RolloutStatistics[setup.Count];
    }

    /// <inheritdoc/>
    public long EnvSteps { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyList<RolloutStatistics> Rollouts => _rollouts;

    /// <inheritdoc/>
    public GradientBatch Batch => new(_sampler.Settings.Horizon, _sampler.Settings.Trajectories);

    /// <inheritdoc/>
    public void Directions(Tensor rows, bool sameRows, BatchKey batch, Tensor directions)
    {
        PolicyEvaluation evaluation = _setup.TabularPolicy.Evaluate(rows);
        Sample(evaluation.Output, batch, withVisits: false);
        evaluation.Backward(_weights.to(_setup.Policy.Format.Device), directions);
    }

    /// <inheritdoc/>
    public SurrogateBatch Collect(Tensor rows, Tensor server, bool sameRows, BatchKey batch)
    {
        Tensor old = _setup.TabularPolicy.Evaluate(rows).Output;
        Sample(old, batch, withVisits: true);
        return new TableBatch(_setup.TabularPolicy, _weights, _shares, old, sameRows ? null : server);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _weights.Dispose();
        _shares.Dispose();
        _logs.Dispose();
        _probabilities.Dispose();
    }

    private static Tensor Table(EstimatorSetup setup) =>
        zeros(setup.Count, setup.Mdp.States, setup.Mdp.Actions, dtype: setup.Policy.Format.Dtype).DetachFromDisposeScope();

    private void Sample(Tensor logProbabilities, BatchKey batch, bool withVisits)
    {
        _logs.copy_(logProbabilities);
        if (_weights.dtype == ScalarType.Float64)
        {
            Exponentials.Of(_logs.Span<double>(), _probabilities.Span<double>());
            Sample<double>(batch, withVisits);
        }
        else
        {
            Exponentials.Of(_logs.Span<float>(), _probabilities.Span<float>());
            Sample<float>(batch, withVisits);
        }
    }

    private void Sample<T>(BatchKey batch, bool withVisits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int cells = _setup.Mdp.States * _setup.Mdp.Actions;
        ReadOnlySpan<T> p = _probabilities.Span<T>(), logs = _logs.Span<T>();
        Span<T> weights = _weights.Span<T>();
        double temperature = _setup.Entropy.At(batch.Round);
        for (int i = 0; i < _setup.Count; i++)
        {
            if (!batch.Has(i)) continue;
            int agent = _setup.First + i;
            var key = new StreamKey(_setup.Seed, _setup.Purpose, agent, batch.Round, batch.LocalStep);
            RolloutStatistics rollout = _sampler.ScoreWeights(
                agent, p.Slice(i * cells, cells), logs.Slice(i * cells, cells), temperature, key, batch.Observe,
                weights.Slice(i * cells, cells), _work);
            EnvSteps += rollout.EnvSteps;
            if (batch.Observe) _rollouts[i] = rollout;
            if (!withVisits) continue;
            _sampler.DiscountedVisits(_work, _visits);
            TableBatch.Shares(_visits, _share);
            _shares.Write(i * _share.Length, _share);
        }
    }
}
