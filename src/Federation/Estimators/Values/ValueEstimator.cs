using FedPG.Envs.Returns;
using FedPG.Federation.States;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Values;

/// <summary>
/// What value estimators have in common: one agent after another in double precision, from its row to its direction. The direction points
/// up the error, as a gradient does, so an algorithm subtracts it.
/// </summary>
internal abstract class ValueEstimator : IGradientEstimator
{
    private readonly Tensor _directions;
    private readonly double[] _direction;
    private readonly RolloutStatistics[] _rollouts;

    /// <summary>Prepares the work arrays for a block.</summary>
    protected ValueEstimator(EstimatorSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        Setup = setup;
        _direction = new double[setup.Policy.Layout.Length];
        _directions = zeros(setup.Count, _direction.Length, dtype: setup.Policy.Format.Dtype).DetachFromDisposeScope();
        _rollouts = new RolloutStatistics[setup.Count];
    }

    /// <inheritdoc/>
    public long EnvSteps { get; protected set; }

    /// <inheritdoc/>
    public IReadOnlyList<RolloutStatistics> Rollouts => _rollouts;

    /// <inheritdoc/>
    public virtual object State => NoState.Instance;

    /// <inheritdoc/>
    public virtual int Trajectories => 0;

    /// <summary>The block.</summary>
    protected EstimatorSetup Setup { get; }

    /// <inheritdoc/>
    public void Directions(Tensor rows, bool sameRows, BatchKey batch, Tensor directions)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(directions);
        Tensor here = rows.cpu().to(ScalarType.Float64).contiguous();
        ReadOnlySpan<double> thetas = here.Span<double>();
        for (int i = 0; i < Setup.Count; i++)
        {
            if (!batch.Has(i)) continue;
            Array.Clear(_direction);
            Direct(i, thetas.Slice(i * _direction.Length, _direction.Length), batch, _direction);
            _directions.Write(i * _direction.Length, _direction);
        }
        directions.copy_(_directions.to(Setup.Policy.Format.Device));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Writes an agent's direction.</summary>
    /// <param name="row">Its row in the block.</param>
    /// <param name="theta">Its parameters, [d].</param>
    /// <param name="batch">The step.</param>
    /// <param name="direction">The direction, [d], all 0 when this is called.</param>
    protected abstract void Direct(int row, ReadOnlySpan<double> theta, BatchKey batch, Span<double> direction);

    /// <summary>Notes what an agent's latest observed batch showed.</summary>
    protected void Show(int row, RolloutStatistics rollout) => _rollouts[row] = rollout;

    /// <summary>Frees the tensors.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing) _directions.Dispose();
    }
}
