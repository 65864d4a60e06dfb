using FedPG.Envs.Returns;
using FedPG.Envs.Tabular.Exact;
using FedPG.Policies;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Tabular;

/// <summary>
/// The exact gradient of J_i (with the entropy term, where there is one) by linear solves, Eq. (8) and (9). Agents of the block that share
/// a kernel, their parameters and their context share one factorisation.
/// </summary>
internal sealed class ExactEstimator : IBatchEstimator
{
    private readonly EstimatorSetup _setup;
    private readonly ExactRows _rows;
    private readonly Tensor _weights, _shares;
    private readonly RolloutStatistics[] _rollouts;
    private readonly double[] _score, _visits, _share;
    private readonly Action<int> _weigh, _collect;

    /// <summary>Prepares the work arrays for a block.</summary>
    public ExactEstimator(EstimatorSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        (_setup, _rows) = (setup, new ExactRows(setup));
        _weights = zeros(setup.Count, setup.Mdp.States, setup.Mdp.Actions, dtype: setup.Policy.Format.Dtype).DetachFromDisposeScope();
        _shares = zeros(setup.Count, setup.Mdp.States, dtype: setup.Policy.Format.Dtype).DetachFromDisposeScope();
        _rollouts = new RolloutStatistics[setup.Count];
        _score = new double[setup.Mdp.States * setup.Mdp.Actions];
        (_visits, _share) = (new double[setup.Mdp.States], new double[setup.Mdp.States]);
        (_weigh, _collect) = (Weigh, Collect);
    }

    /// <inheritdoc/>
    public long EnvSteps => 0;

    /// <inheritdoc/>
    public IReadOnlyList<RolloutStatistics> Rollouts => _rollouts;

    /// <inheritdoc/>
    public GradientBatch Batch { get; } = new(Horizon: null, Trajectories: 0);

    /// <inheritdoc/>
    public void Directions(Tensor rows, bool sameRows, BatchKey batch, Tensor directions)
    {
        PolicyEvaluation evaluation = _setup.TabularPolicy.Evaluate(rows);
        _rows.Visit(evaluation.Output, sameRows, batch, _weigh);
        evaluation.Backward(_weights.to(_setup.Policy.Format.Device), directions);
    }

    /// <inheritdoc/>
    public SurrogateBatch Collect(Tensor rows, Tensor server, bool sameRows, BatchKey batch)
    {
        Tensor old = _setup.TabularPolicy.Evaluate(rows).Output;
        _rows.Visit(old, sameRows, batch, _collect);
        return new TableBatch(_setup.TabularPolicy, _weights, _shares, old, sameRows ? null : server);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _weights.Dispose();
        _shares.Dispose();
    }

    private void Collect(int row)
    {
        Weigh(row);
        for (int s = 0; s < _visits.Length; s++) _visits[s] = _setup.Mdp.Terminal[s] ? 0 : _rows.Occupancy[s];
        TableBatch.Shares(_visits, _share);
        _shares.Write(row * _share.Length, _share);
    }

    private void Weigh(int row)
    {
        PolicyGradient.ScoreWeights(_rows.Policy, _rows.Occupancy, _rows.Values, _rows.ActionValues, _score);
        _weights.Write(row * _score.Length, _score);
    }
}
