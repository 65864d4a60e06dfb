using FedPG.Core.Streams;

namespace FedPG.Envs.Episodic;

/// <summary>Draws actions without a policy, for checks and timings.</summary>
internal static class RandomActions
{
    /// <summary>
    /// Fills a span with a value of a space: uniform where the space is bounded, standard normal (shifted to a single bound) where it is
    /// not.
    /// </summary>
    /// <param name="space">The space.</param>
    /// <param name="random">The numbers, which go on.</param>
    /// <param name="value">Takes the value.</param>
    public static void Draw(Space space, ref EpisodeRandom random, Span<double> value)
    {
        ArgumentNullException.ThrowIfNull(space);
        for (int k = 0; k < value.Length; k++)
        {
            value[k] = space switch
            {
                Discrete discrete => random.Below(discrete.Count),
                MultiDiscrete several => random.Below(several.Counts[k]),
                Box box => Between(box.Low[k], box.High[k], ref random),
                _ => throw new NotSupportedException($"values of {space} cannot be drawn"),
            };
        }
    }

    private static double Between(double low, double high, ref EpisodeRandom random) => (double.IsFinite(low), double.IsFinite(high)) switch
    {
        (true, true) => random.Uniform(low, high),
        (true, false) => low + Math.Abs(random.Normal()),
        (false, true) => high - Math.Abs(random.Normal()),
        _ => random.Normal(),
    };
}
