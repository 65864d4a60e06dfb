using FedPG.Envs.Streams;

namespace FedPG.Envs.Checking;

/// <summary>Random actions of a space: uniform where it is bounded, exponential or two-sided exponential where it is not. Not thread-safe.</summary>
internal sealed class ActionSource(Space space, int agent, long seed)
{
    private readonly RandomSequence _numbers = new(new StreamKey(seed, StreamPurpose.Diagnosis, agent, 0, 0));

    /// <summary>Draws the next action.</summary>
    public void Next(Span<double> action)
    {
        for (int k = 0; k < action.Length; k++)
        {
            double u = _numbers.NextDouble();
            action[k] = space switch
            {
                Discrete discrete => Math.Floor(u * discrete.Count),
                MultiDiscrete many => Math.Floor(u * many.Counts[k]),
                Box box => Within(box.Low[k], box.High[k], u),
                _ => throw new NotSupportedException($"random actions of {space} are not known"),
            };
        }
    }

    private static double Within(double low, double high, double u) => (double.IsFinite(low), double.IsFinite(high)) switch
    {
        (true, true) => low + (u * (high - low)),
        (true, false) => low - Math.Log(u),
        (false, true) => high + Math.Log(u),
        _ => u < 0.5 ? Math.Log(2 * u) : -Math.Log(2 * (1 - u)),
    };
}
