using FedPG.Core.Statistics;
using MathNet.Numerics.Distributions;

namespace FedPG.Claims.Measuring;

/// <summary>How likely a right algorithm fails a check by chance, in words.</summary>
internal static class Chances
{
    /// <summary>
    /// In words, how likely another run of the same size would leave the bound if the truth were what was measured: Student's distribution
    /// around the figure, as wide as its interval says.
    /// </summary>
    /// <param name="figure">The figure with Student's interval.</param>
    /// <param name="degrees">Its degrees of freedom.</param>
    /// <param name="bound">What it is judged by.</param>
    public static string ChanceOfLeaving(Figure95 figure, int degrees, Bound bound)
    {
        double error = (figure.High - figure.Low) / 2 / StudentT.InvCDF(0, 1, degrees, 0.975);
        double below = StudentT.CDF(0, 1, degrees, (bound.Min - figure.Value) / error),
            above = StudentT.CDF(0, 1, degrees, (figure.Value - bound.Max) / error);
        double chance = below + above;
        string words = chance < 1e-9 ? "below 1e-9" : $"about {Bound.Short(chance)}";
        return $"{words}: Student's t with {degrees} degrees of freedom, the bound "
            + $"{Bound.Short(Math.Min(figure.Value - bound.Min, bound.Max - figure.Value) / error)} standard errors away";
    }

    /// <summary>What to say of the chance that a bootstrapped figure leaves its bound: the share of resamples that do.</summary>
    public static string ChanceOfLeaving(IReadOnlyList<double> values, Func<IReadOnlyList<double>, double> statistic,
        long seed, Bound bound)
    {
        int left = Intervals.BootstrapDistribution(values, statistic, seed).Count(figure => !bound.Contains(figure));
        return $"{(left == 0 ? "below 1e-4" : $"about {Bound.Short((double)left / Intervals.Resamples)}")}: {left} of "
            + $"{Intervals.Resamples} bootstrap resamples lie outside";
    }
}
