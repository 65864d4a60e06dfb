using FedPG.Core.Streams;
using FedPG.Federation.Rollouts;
using FedPG.Policies;
using FedPG.Policies.Episodic;

namespace FedPG.Federation.Estimators.Values.Episodic;

/// <summary>
/// TD(0) along a chain of the fixed policy (Sutton 1988): after (o, c, o'), the direction is f(o) (V(o) - c - gamma V(o')).
/// </summary>
/// <param name="setup">The block; its policy is <see cref="ObservationStateValues"/>.</param>
internal sealed class EpisodicTdEstimator(EstimatorSetup setup) : EpisodicChainEstimator(setup)
{
    private readonly FixedActions _target = ((ObservationStateValues)setup.Policy).Target;

    /// <inheritdoc/>
    protected override int Act(ReadOnlySpan<double> features, ReadOnlySpan<double> theta, in StreamKey key, Span<double> action)
    {
        _target.Draw(new ActionKey(key, Trajectory: 0, Step: 0), action);
        return 0;
    }

    /// <inheritdoc/>
    private protected override void Learn(in Transition transition, ReadOnlySpan<double> theta, Span<double> direction)
    {
        FeatureEpisode at = transition.Episode;
        double ahead = transition.Terminated ? TerminalValue : LinearHeads.Value(at.Here, theta);
        double error = LinearHeads.Value(at.Before, theta) - transition.Cost - (Setup.Environment.Discount * ahead);
        for (int m = 0; m < direction.Length; m++) direction[m] = error * at.Before[m];
    }
}
