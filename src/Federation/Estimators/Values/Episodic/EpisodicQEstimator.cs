using FedPG.Core.Streams;
using FedPG.Policies.Episodic;

namespace FedPG.Federation.Estimators.Values.Episodic;

/// <summary>
/// Q-learning along a chain (Watkins 1989): after (o, a, c, o'), the direction is f(o) at action a times the error Q(o,a) - c - gamma min
/// over a' of Q(o',a'). With probability <c>exploration</c> the action is uniform, else greedy (the first of equally good ones).
/// </summary>
/// <param name="setup">The block; its policy is <see cref="ObservationActionValues"/>.</param>
/// <param name="exploration">In [0, 1].</param>
internal sealed class EpisodicQEstimator(EstimatorSetup setup, double exploration) : EpisodicChainEstimator(setup)
{
    private readonly ObservationActionValues _values = (ObservationActionValues)setup.Policy;

    /// <inheritdoc/>
    protected override int Act(ReadOnlySpan<double> features, ReadOnlySpan<double> theta, in StreamKey key, Span<double> action)
    {
        int number = Exploration.Choose(_values, features, theta, exploration, key.Draw(trajectory: 0, draw: 1));
        action[0] = _values.ActionOf(number);
        return number;
    }

    /// <inheritdoc/>
    private protected override void Learn(in Transition transition, ReadOnlySpan<double> theta, Span<double> direction) =>
        Exploration.AddError(_values, transition, theta, Setup.Environment.Discount, TerminalValue, direction);
}
