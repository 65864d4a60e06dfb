using MathNet.Numerics.Distributions;

namespace FedPG.Claims.Measuring;

/// <summary>
/// What to say of the chance of a false alarm where gradients are exact but instances are drawn at random: another seed draws others.
/// </summary>
internal static class InstanceChance
{
    /// <summary>The chance for instances that are all of one kind; see <see cref="OfWorstGroup"/>.</summary>
    /// <param name="figures">What each instance gave.</param>
    /// <param name="bound">What the worst of them is judged by.</param>
    /// <param name="rounding">Figures below it say nothing but how numbers are rounded, and count as it.</param>
    public static string OfWorst(IReadOnlyList<double> figures, Bound bound, double rounding = 0) =>
        OfWorstGroup([figures], bound, rounding);

    /// <summary>
    /// In words, how likely it is that any of as many new instances leaves a bound, if the logarithms of the figures of each group are
    /// normal: Student's predictive distribution for a new one, summed over all of them.
    /// </summary>
    /// <param name="groups">What each instance gave, positive, one list for each kind of instance.</param>
    /// <param name="bound">What the worst of them is judged by.</param>
    /// <param name="rounding">Figures below it say nothing but how numbers are rounded, and count as it.</param>
    public static string OfWorstGroup(IReadOnlyList<IReadOnlyList<double>> groups, Bound bound, double rounding = 0)
    {
        ArgumentNullException.ThrowIfNull(groups);
        if (groups.Any(g => g.Count < 3 || g.Any(f => !(Math.Max(f, rounding) > 0) || double.IsInfinity(f))))
            return "unknown: too few instances, or figures that have no logarithm";
        double chance = Math.Min(1, groups.Sum(g => OfGroup([.. g.Select(f => Math.Log(Math.Max(f, rounding)))], bound)));
        int count = groups.Sum(g => g.Count);
        string words = chance < 1e-9 ? "below 1e-9" : $"about {Bound.Short(chance)}";
        return $"{words}: no noise, but {count} instances drawn at random; Student's t of the "
            + $"logarithms{(groups.Count > 1 ? " of each size" : "")} with {groups[0].Count - 1} degrees of freedom";
    }

    private static double OfGroup(double[] logs, Bound bound)
    {
        int count = logs.Length, degrees = count - 1;
        double mean = logs.Average(), spread = Math.Sqrt(logs.Sum(v => (v - mean) * (v - mean)) / degrees * (1 + (1.0 / count)));
        // Instances may agree to rounding.
        spread = Math.Max(spread, 1e-12);
        double below = bound.Min > 0 ? StudentT.CDF(0, 1, degrees, (Math.Log(bound.Min) - mean) / spread) : 0;
        double above = double.IsInfinity(bound.Max) ? 0 : StudentT.CDF(0, 1, degrees, (mean - Math.Log(bound.Max)) / spread);
        return count * (below + above);
    }
}
