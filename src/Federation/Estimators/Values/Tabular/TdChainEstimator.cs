using FedPG.Federation.Estimators.Tabular;
using FedPG.Policies.Tabular;

namespace FedPG.Federation.Estimators.Values.Tabular;

/// <summary>
/// TD(0) along the chain of the fixed policy (Sutton 1988): after (s, c, s'), the direction is f(s) (V(s) - c - gamma V(s')). At the
/// chain's stationary distribution its expectation is A_i theta - b_i.
/// </summary>
internal sealed class TdChainEstimator : ChainEstimator
{
    private readonly StateValues _values;

    /// <summary>Prepares the chains of a block.</summary>
    /// <param name="setup">The block; its policy is <see cref="StateValues"/>.</param>
    public TdChainEstimator(EstimatorSetup setup)
        : base(setup) => _values = (StateValues)setup.Policy;

    /// <inheritdoc/>
    protected override int Act(int state, ReadOnlySpan<double> theta, uint first, uint second) =>
        ChainDraws.Index(_values.Target.Slice(state * Setup.Mdp.Actions, Setup.Mdp.Actions), first);

    /// <inheritdoc/>
    protected override void Learn(int state, int action, double cost, int reached, ReadOnlySpan<double> theta, Span<double> direction)
    {
        ValueFeatures features = _values.Features;
        double error = features.Value(state, theta) - cost - (Setup.Mdp.Discount * features.Value(reached, theta));
        features.AddTo(state, error, direction);
    }
}
