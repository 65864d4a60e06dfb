using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Federation.Estimators.Tabular;
using FedPG.Policies.Tabular;

namespace FedPG.Federation.Estimators.Values.Tabular;

/// <summary>
/// Q-learning along a chain (Watkins 1989): after (s, a, c, s'), the direction is f(s) at action a times the error Q(s,a) - c - gamma min
/// over a' of Q(s',a'). With probability <c>exploration</c> the chain's action is uniform, else greedy (the first of equally good ones). A
/// terminal s' is worth what it costs for ever, cost(0) / (1 - gamma).
/// </summary>
internal sealed class QChainEstimator : ChainEstimator
{
    private readonly ValueFeatures _features;
    private readonly double _exploration, _terminalValue;

    /// <summary>Prepares the chains of a block.</summary>
    /// <param name="setup">The block; its policy is <see cref="ActionValues"/>.</param>
    /// <param name="exploration">In [0, 1].</param>
    public QChainEstimator(EstimatorSetup setup, double exploration)
        : base(setup)
    {
        _features = ((ActionValues)setup.Policy).Features;
        (_exploration, _terminalValue) = (exploration, setup.Objective.Cost(0) / (1 - setup.Mdp.Discount));
    }

    /// <inheritdoc/>
    protected override int Act(int state, ReadOnlySpan<double> theta, uint first, uint second)
    {
        if (ChainDraws.Unit(first) < _exploration) return (int)(ChainDraws.Unit(second) * Setup.Mdp.Actions);
        return Best(state, theta).Action;
    }

    /// <inheritdoc/>
    protected override void Learn(int state, int action, double cost, int reached, ReadOnlySpan<double> theta, Span<double> direction)
    {
        FiniteMdp mdp = Setup.Mdp;
        double ahead = mdp.Terminal[reached] ? _terminalValue : Best(reached, theta).Value;
        double error = _features.Value(state, theta, mdp.Actions, action) - cost - (mdp.Discount * ahead);
        _features.AddTo(state, error, direction, mdp.Actions, action);
    }

    private (int Action, double Value) Best(int state, ReadOnlySpan<double> theta)
    {
        (int best, double least) = (0, double.PositiveInfinity);
        for (int a = 0; a < Setup.Mdp.Actions; a++)
        {
            double value = _features.Value(state, theta, Setup.Mdp.Actions, a);
            if (value < least) (best, least) = (a, value);
        }
        return (best, least);
    }
}
