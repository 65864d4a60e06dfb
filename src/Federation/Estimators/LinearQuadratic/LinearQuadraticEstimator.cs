using FedPG.Envs.LinearQuadratic;
using FedPG.Envs.Returns;
using FedPG.Policies.LinearQuadratic;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.LinearQuadratic;

/// <summary>The exact gradient of a linear-quadratic cost, 2 ((R + B'PB) K - B'PA) X, by matrix equations.</summary>
internal sealed class LinearQuadraticEstimator : IGradientEstimator
{
    private readonly EstimatorSetup _setup;
    private readonly LinearQuadraticObjective[] _objectives;
    private readonly Tensor _gradients;
    private readonly double[] _gradient;
    private readonly RolloutStatistics[] _rollouts;
    private readonly bool[] _unstable;

    /// <summary>Prepares the objectives of a block.</summary>
    public LinearQuadraticEstimator(EstimatorSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        _setup = setup;
        var problem = (LinearQuadraticProblem)setup.Environment;
        var policy = (LinearPolicy)setup.Policy;
        IEnumerable<LinearQuadraticAgent> agents = problem.Agents.Skip(setup.First).Take(setup.Count);
        _objectives = [.. agents.Select(agent => problem.ObjectiveOf(agent, policy.StandardDeviation))];
        _gradients = zeros(setup.Count, policy.Layout.Length, dtype: policy.Format.Dtype).DetachFromDisposeScope();
        (_gradient, _rollouts, _unstable) = (new double[policy.Layout.Length], new RolloutStatistics[setup.Count], new bool[setup.Count]);
    }

    /// <inheritdoc/>
    public long EnvSteps => 0;

    /// <inheritdoc/>
    public IReadOnlyList<RolloutStatistics> Rollouts => _rollouts;

    /// <inheritdoc/>
    public GradientBatch Batch { get; } = new(Horizon: null, Trajectories: 0);

    /// <inheritdoc/>
    public string? ErrorOf(int row) => _unstable[row] ? "its gain no longer keeps the cost finite, so there is no gradient" : null;

    /// <inheritdoc/>
    public void Directions(Tensor rows, bool sameRows, BatchKey batch, Tensor directions)
    {
        Tensor parameters = rows.cpu().to(ScalarType.Float64).contiguous();
        ReadOnlySpan<double> thetas = parameters.Span<double>();
        for (int i = 0; i < _objectives.Length; i++)
        {
            if (!batch.Has(i)) continue;
            ReadOnlySpan<double> theta = thetas.Slice(i * _gradient.Length, _gradient.Length);
            _objectives[i].Gradient(theta, _gradient);
            _unstable[i] |= AllFinite(theta) && !AllFinite(_gradient);
            _gradients.Write(i * _gradient.Length, _gradient);
        }
        directions.copy_(_gradients.to(_setup.Policy.Format.Device));
    }

    /// <inheritdoc/>
    public void Dispose() => _gradients.Dispose();

    private static bool AllFinite(ReadOnlySpan<double> numbers)
    {
        foreach (double number in numbers)
        {
            if (!double.IsFinite(number)) return false;
        }
        return true;
    }
}
