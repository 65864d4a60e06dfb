using FedPG.Federation.Estimators.Tabular;
using FedPG.Policies.Tabular;

namespace FedPG.Federation.Estimators.Values.Tabular;

/// <summary>
/// The expectation of TD(0) at the stationary distribution of the fixed policy's chain, A_i theta - b_i: <see cref="TdChainEstimator"/>
/// without noise.
/// </summary>
internal sealed class TdMeanEstimator : TabularValueEstimator
{
    private readonly TdFixedPoint[] _points;

    /// <summary>Computes the matrices of a block.</summary>
    /// <param name="setup">The block; its policy is <see cref="StateValues"/>.</param>
    /// <exception cref="ArgumentException">An agent has no fixed point.</exception>
    public TdMeanEstimator(EstimatorSetup setup)
        : base(setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        _points = [.. Agents.Zip(Costs, (agent, costs) => TdFixedPoint.OrThrow(setup.Mdp, agent, costs, (StateValues)setup.Policy))];
    }

    /// <inheritdoc/>
    protected override void Direct(int row, ReadOnlySpan<double> theta, BatchKey batch, Span<double> direction) =>
        _points[row].MeanDirection(theta, direction);
}
