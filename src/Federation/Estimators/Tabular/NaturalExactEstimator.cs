using FedPG.Envs.Returns;
using FedPG.Envs.Tabular.Exact;
using FedPG.Policies.Tabular;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Tabular;

/// <summary>
/// The exact natural gradient F^+ grad J_i (Kakade 2002), F the Fisher matrix under the normalised occupancy. For the tabular softmax it
/// is, but for constants of a state that the policy does not see, (Q - V) / (1 - gamma) in closed form (Agarwal, Kakade, Lee and Mahajan
/// 2021); for other policies a damped solve (<see cref="TabularFisher"/>). With entropy, Q and V are those of c + tau log pi, which gives
/// the natural gradient of the regularised objective in the same form.
/// </summary>
internal sealed class NaturalExactEstimator : IGradientEstimator
{
    private readonly EstimatorSetup _setup;
    private readonly ExactRows _exact;
    private readonly TabularFisher? _solver;
    private readonly Tensor _directions;
    private readonly RolloutStatistics[] _rollouts;
    private readonly double[] _score, _pairs;
    private readonly double _effective;
    private readonly Action<int> _visit;
    private Tensor? _rows;

    /// <summary>Prepares the work arrays for a block.</summary>
    /// <param name="setup">The block.</param>
    /// <param name="options">How the system is solved where the policy is no table.</param>
    public NaturalExactEstimator(EstimatorSetup setup, FisherOptions options)
    {
        ArgumentNullException.ThrowIfNull(setup);
        (_setup, _exact) = (setup, new ExactRows(setup));
        _solver = setup.Policy is TabularSoftmax ? null : new TabularFisher(setup.TabularPolicy, options);
        _directions = zeros(setup.Count, setup.Policy.Layout.Length, dtype: setup.Policy.Format.Dtype).DetachFromDisposeScope();
        _rollouts = new RolloutStatistics[setup.Count];
        (_score, _pairs) = (new double[setup.Mdp.States * setup.Mdp.Actions], new double[setup.Mdp.States * setup.Mdp.Actions]);
        _effective = 1 - setup.Mdp.Discount;
        _visit = _solver is null ? Tabular : Solve;
    }

    /// <inheritdoc/>
    public long EnvSteps => 0;

    /// <inheritdoc/>
    public IReadOnlyList<RolloutStatistics> Rollouts => _rollouts;

    /// <inheritdoc/>
    public void Directions(Tensor rows, bool sameRows, BatchKey batch, Tensor directions)
    {
        _rows = rows;
        _exact.Visit(_setup.TabularPolicy.Evaluate(rows).Output, sameRows, batch, _visit);
        directions.copy_(_directions.to(_setup.Policy.Format.Device));
    }

    /// <inheritdoc/>
    public void Dispose() => _directions.Dispose();

    /// <summary>(Q - V) / (1 - gamma): no division by occupancies or probabilities, so nothing is lost where they are small.</summary>
    private void Tabular(int row)
    {
        int actions = _setup.Mdp.Actions;
        for (int k = 0; k < _score.Length; k++) _score[k] = (_exact.ActionValues[k] - _exact.Values[k / actions]) / _effective;
        _directions.Write(TableParameters.FirstOf(_setup, row), _score);
    }

    private void Solve(int row)
    {
        int actions = _setup.Mdp.Actions;
        PolicyGradient.ScoreWeights(_exact.Policy, _exact.Occupancy, _exact.Values, _exact.ActionValues, _score);
        for (int k = 0; k < _pairs.Length; k++) _pairs[k] = _effective * _exact.Occupancy[k / actions] * _exact.Policy[k];
        double[] direction = _solver!.Solve(_rows!.select(0, row), _setup.First + row, _pairs, _score);
        _directions.Write(row * direction.Length, direction);
    }
}
