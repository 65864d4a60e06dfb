using FedPG.Envs.Returns;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Tabular;

/// <summary>
/// The exact gradient of J_i by the probabilities themselves, d(s) (Q(s,a) - V(s)) with the occupancy not normalised (Agarwal, Kakade, Lee
/// and Mahajan 2021, section 4; in the normalised form d Q / (1 - gamma)). V is a constant of the state, which a projection onto the
/// simplex does not see; subtracted, it keeps the numbers small. Defined on the boundary too, where log pi has no gradient.
/// </summary>
internal sealed class DirectExactEstimator : IGradientEstimator
{
    private readonly EstimatorSetup _setup;
    private readonly ExactRows _exact;
    private readonly Tensor _directions;
    private readonly RolloutStatistics[] _rollouts;
    private readonly double[] _direction;
    private readonly Action<int> _visit;

    /// <summary>Prepares the work arrays for a block.</summary>
    public DirectExactEstimator(EstimatorSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        (_setup, _exact) = (setup, new ExactRows(setup));
        _directions = zeros(setup.Count, setup.Policy.Layout.Length, dtype: setup.Policy.Format.Dtype).DetachFromDisposeScope();
        (_rollouts, _direction, _visit) = (new RolloutStatistics[setup.Count], new double[setup.Policy.Layout.Length], Visit);
    }

    /// <inheritdoc/>
    public long EnvSteps => 0;

    /// <inheritdoc/>
    public IReadOnlyList<RolloutStatistics> Rollouts => _rollouts;

    /// <inheritdoc/>
    public void Directions(Tensor rows, bool sameRows, BatchKey batch, Tensor directions)
    {
        _exact.Visit(_setup.TabularPolicy.forward(rows), sameRows, batch, _visit);
        directions.copy_(_directions.to(_setup.Policy.Format.Device));
    }

    /// <inheritdoc/>
    public void Dispose() => _directions.Dispose();

    private void Visit(int row)
    {
        int actions = _setup.Mdp.Actions;
        for (int k = 0; k < _direction.Length; k++)
            _direction[k] = _exact.Occupancy[k / actions] * (_exact.ActionValues[k] - _exact.Values[k / actions]);
        _directions.Write(row * _direction.Length, _direction);
    }
}
