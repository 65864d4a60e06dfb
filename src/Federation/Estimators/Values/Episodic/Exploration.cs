using FedPG.Federation.Rollouts;
using FedPG.Policies.Episodic;

namespace FedPG.Federation.Estimators.Values.Episodic;

/// <summary>What methods of action values share.</summary>
internal static class Exploration
{
    /// <summary>The number of an action: uniform with some probability, else the first of the best.</summary>
    public static int Choose(
        ObservationActionValues values, ReadOnlySpan<double> features, ReadOnlySpan<double> theta, double exploration,
        (uint First, uint Second, uint Third, uint Fourth) draw) =>
        ChainDraws.Unit(draw.First) < exploration
            ? (int)(ChainDraws.Unit(draw.Second) * values.Actions)
            : values.Best(features, theta).Action;

    /// <summary>Adds the error of a transition's backup, times the features, at its action.</summary>
    public static void AddError(
        ObservationActionValues values, in Transition transition, ReadOnlySpan<double> theta, double discount, double terminalValue,
        Span<double> direction)
    {
        FeatureEpisode at = transition.Episode;
        double ahead = transition.Terminated ? terminalValue : values.Best(at.Here, theta).Value;
        double error = LinearHeads.Value(at.Before, theta, values.Actions, transition.Action) - transition.Cost - (discount * ahead);
        for (int m = 0, k = transition.Action; m < at.Before.Length; m++, k += values.Actions) direction[k] += error * at.Before[m];
    }
}
