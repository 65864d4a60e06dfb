using FedPG.Core.Streams;

namespace FedPG.Experiments.Acting;

/// <summary>Acts by a gain: u = -K x, with Gaussian noise where it is drawn. Thread-safe.</summary>
/// <param name="gainOf">K of an agent, [m, n] row by row.</param>
/// <param name="deviation">sigma of the noise; 0 for none.</param>
internal sealed class GainActor(Func<int, double[]> gainOf, double deviation) : PolicyActor
{
    /// <inheritdoc/>
    public override void Act(
        ReadOnlySpan<double> observation, int agent, ActionSampler? sampler, Span<double> action, Span<double> memory)
    {
        action.Clear();
        double[] gain = gainOf(agent);
        if (sampler is not null && deviation > 0)
        {
            (StreamKey key, int trajectory, int step) = sampler.Next(StreamKey.MaximumDraw / Normals.Draws(action.Length));
            Normals.Fill(key, trajectory, step * Normals.Draws(action.Length), action);
            foreach (ref double u in action) u *= deviation;
        }
        for (int j = 0; j < action.Length; j++)
        {
            for (int i = 0; i < observation.Length; i++) action[j] -= gain[(j * observation.Length) + i] * observation[i];
        }
    }

    /// <inheritdoc/>
    public override ActingNetwork NetworkOf(int agent) => new()
    {
        Kind = "linear",
        Observations = Observations,
        Actions = Actions,
        Head = ActingHead.Mean,
        Stages = [new LinearStage([.. gainOf(agent).Select(k => -k)], null, Observations.Size)],
        LogDeviation = deviation > 0 ? [.. Enumerable.Repeat(Math.Log(deviation), Actions.Size)] : null,
    };
}
