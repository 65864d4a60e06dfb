using FedPG.Envs.Returns;
using FedPG.Policies.Episodic;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Episodic;

/// <summary>
/// The natural direction in an episodic environment, (F + lambda I) x = g from B trajectories an agent. g is the sampled gradient, and F =
/// (1 - gamma) / B sum over the rollout buffer of gamma^t grad log pi grad log pi', so that x is the least squares fit of the sampled
/// returns on grad log pi (Sutton, McAllester, Singh and Mansour 2000; Kakade 2002), as in <c>NaturalSampledEstimator</c>. All
/// agents of the block are solved for in the same operations (<see cref="RolloutFisher"/>).
/// </summary>
internal sealed class NaturalRolloutEstimator : IGradientEstimator
{
    private readonly EpisodicPolicy _policy;
    private readonly SamplerSettings _settings;
    private readonly RolloutSampler _sampler;
    private readonly FisherSolver _solver;
    private readonly double _effective;

    /// <summary>Creates environments and work arrays for a block.</summary>
    /// <param name="setup">The block; its policy has tangents, and its environment a discount below 1.</param>
    /// <param name="settings">How trajectories become weights.</param>
    /// <param name="options">How the system is solved.</param>
    public NaturalRolloutEstimator(EstimatorSetup setup, SamplerSettings settings, FisherOptions options)
    {
        ArgumentNullException.ThrowIfNull(setup);
        ArgumentNullException.ThrowIfNull(options);
        (_policy, _settings) = ((EpisodicPolicy)setup.Policy, settings);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(setup.Environment.Discount, 1, nameof(setup));
        (_sampler, _effective) = (new RolloutSampler(setup, settings), 1 - setup.Environment.Discount);
        _solver = new FisherSolver(options, _policy.Format);
    }

    /// <inheritdoc/>
    public long EnvSteps => _sampler.EnvSteps;

    /// <inheritdoc/>
    public IReadOnlyList<RolloutStatistics> Rollouts => _sampler.Rollouts;

    /// <inheritdoc/>
    public int Trajectories => _settings.Trajectories;

    /// <inheritdoc/>
    public void Directions(Tensor rows, bool sameRows, BatchKey batch, Tensor directions)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(directions);
        _sampler.Sample(rows, batch, VisitRecording.Discounted);
        BufferGradients.Write(_policy, _sampler.Buffer, rows, directions);
        double[] right = Numbers(directions);
        // Nothing can be solved of numbers that are not finite; whoever reads the directions finds them.
        if (!Array.TrueForAll(right, double.IsFinite)) return;
        using var fisher = new RolloutFisher(_policy, _sampler.Buffer, rows, _effective);
        double[] solved = _solver.Solve(right, (int)rows.shape[0], fisher);
        using Tensor answer = tensor(solved, directions.shape, dtype: directions.dtype, device: directions.device);
        directions.copy_(answer);
    }

    /// <inheritdoc/>
    public void Dispose() => _sampler.Dispose();

    private static double[] Numbers(Tensor tensor) => tensor.detach().cpu().to(ScalarType.Float64).contiguous().Span<double>().ToArray();
}
