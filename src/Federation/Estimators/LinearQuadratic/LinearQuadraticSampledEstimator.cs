using System.Numerics;
using FedPG.Core.Streams;
using FedPG.Envs.LinearQuadratic;
using FedPG.Envs.Returns;
using FedPG.Policies.LinearQuadratic;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.LinearQuadratic;

/// <summary>
/// The truncated policy gradient of a linear-quadratic cost estimated from B trajectories an agent, Eq. (5) or GPOMDP, through log pi of
/// the states and controls of the batch.
/// </summary>
internal sealed class LinearQuadraticSampledEstimator : IGradientEstimator
{
    private readonly EstimatorSetup _setup;
    private readonly LinearPolicy _policy;
    private readonly LinearQuadraticSampler _sampler;
    private readonly LinearQuadraticSampler.Work _work;
    private readonly Tensor _observations, _controls, _weights;
    private readonly RolloutStatistics[] _rollouts;

    /// <summary>Prepares the work arrays for a block.</summary>
    /// <param name="setup">The block.</param>
    /// <param name="sampler">The matrices, shared by all blocks.</param>
    public LinearQuadraticSampledEstimator(EstimatorSetup setup, LinearQuadraticSampler sampler)
    {
        ArgumentNullException.ThrowIfNull(setup);
        ArgumentNullException.ThrowIfNull(sampler);
        (_setup, _policy, _sampler, _work) = (setup, (LinearPolicy)setup.Policy, sampler, sampler.CreateWork());
        ScalarType dtype = _policy.Format.Dtype;
        _observations = zeros(setup.Count, sampler.Pairs, _policy.ObservationSize, dtype: dtype).DetachFromDisposeScope();
        _controls = zeros(setup.Count, sampler.Pairs, _policy.ActionSize, dtype: dtype).DetachFromDisposeScope();
        _weights = zeros(setup.Count, sampler.Pairs, dtype: dtype).DetachFromDisposeScope();
        _rollouts = new RolloutStatistics[setup.Count];
    }

    /// <inheritdoc/>
    public long EnvSteps { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyList<RolloutStatistics> Rollouts => _rollouts;

    /// <inheritdoc/>
    public GradientBatch Batch => new(_sampler.Horizon, _sampler.Pairs / _sampler.Horizon);

    /// <inheritdoc/>
    public void Directions(Tensor rows, bool sameRows, BatchKey batch, Tensor directions)
    {
        Tensor parameters = rows.cpu().contiguous();
        if (_weights.dtype == ScalarType.Float64) Sample<double>(parameters, batch);
        else Sample<float>(parameters, batch);
        Device device = _policy.Format.Device;
        _policy.Evaluate(rows, _observations.to(device), _controls.to(device)).Backward(_weights.to(device), directions);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _observations.Dispose();
        _controls.Dispose();
        _weights.Dispose();
    }

    private void Sample<T>(Tensor parameters, BatchKey batch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int d, int pairs) = (_policy.Layout.Length, _sampler.Pairs);
        (int m, int k) = (pairs * _policy.ObservationSize, pairs * _policy.ActionSize);
        for (int i = 0; i < _setup.Count; i++)
        {
            if (!batch.Has(i)) continue;
            int agent = _setup.First + i;
            var key = new StreamKey(_setup.Seed, _setup.Purpose, agent, batch.Round, batch.LocalStep);
            RolloutStatistics rollout = _sampler.Sample(
                agent, parameters.Span<T>().Slice(i * d, d), _policy.StandardDeviation, key, batch.Observe,
                _observations.Span<T>().Slice(i * m, m), _controls.Span<T>().Slice(i * k, k),
                _weights.Span<T>().Slice(i * pairs, pairs), _work);
            EnvSteps += rollout.EnvSteps;
            if (batch.Observe) _rollouts[i] = rollout;
        }
    }
}
