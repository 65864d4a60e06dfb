using FedPG.Envs.Streams;
using MathNet.Numerics.Distributions;

namespace FedPG.Claims.Statistics;

/// <summary>95 % intervals.</summary>
public static class Intervals
{
    private const int Resamples = 10_000;

    /// <summary>The mean, with Student's interval; a single value is its own interval.</summary>
    public static Figure95 OfMean(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        double mean = values.Average();
        if (values.Count < 2) return Figure95.Exactly(mean);
        double variance = values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1);
        double half = StudentT.InvCDF(0, 1, values.Count - 1, 0.975) * Math.Sqrt(variance / values.Count);
        return new Figure95(mean, mean - half, mean + half);
    }

    /// <summary>
    /// The mean of the group that is farthest from 1 as a ratio, with Student's interval from the spread within all groups together; that it is the
    /// farthest of several makes the interval a little too narrow.
    /// </summary>
    /// <param name="groups">Ratios, as many in each group.</param>
    public static Figure95 OfWorst(IReadOnlyList<double[]> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        double worst = groups.Select(g => g.Average()).MaxBy(mean => Math.Abs(Math.Log(mean)));
        int degrees = WorstDegrees(groups);
        double within = groups.Sum(g => g.Sum(v => (v - g.Average()) * (v - g.Average()))) / degrees;
        double half = StudentT.InvCDF(0, 1, degrees, 0.975) * Math.Sqrt(within / groups[0].Length);
        return new Figure95(worst, worst - half, worst + half);
    }

    /// <summary>The degrees of freedom of <see cref="OfWorst"/>.</summary>
    public static int WorstDegrees(IReadOnlyList<double[]> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        return groups.Sum(g => g.Length - 1);
    }

    /// <summary>
    /// In words, how likely another run of the same size would leave the bound if the truth were what was measured: Student's distribution around the
    /// figure, as wide as its interval says.
    /// </summary>
    /// <param name="figure">The figure with Student's interval.</param>
    /// <param name="degrees">Its degrees of freedom.</param>
    /// <param name="bound">What it is judged by.</param>
    public static string ChanceOfLeaving(Figure95 figure, int degrees, Bound bound)
    {
        double error = (figure.High - figure.Low) / 2 / StudentT.InvCDF(0, 1, degrees, 0.975);
        double below = StudentT.CDF(0, 1, degrees, (bound.Least - figure.Value) / error), above = StudentT.CDF(0, 1, degrees, (figure.Value - bound.Most) / error);
        double chance = below + above;
        string words = chance < 1e-9 ? "below 1e-9" : $"about {Bound.Short(chance)}";
        return $"{words}: Student's t with {degrees} degrees of freedom, the bound {Bound.Short(Math.Min(figure.Value - bound.Least, bound.Most - figure.Value) / error)} standard errors away";
    }

    /// <summary>A statistic of independent values, with the percentile interval of its bootstrap distribution.</summary>
    /// <param name="values">The values; not finite ones count as they are.</param>
    /// <param name="statistic">The statistic.</param>
    /// <param name="seed">Names the stream that the resamples are drawn from.</param>
    public static Figure95 Bootstrap(IReadOnlyList<double> values, Func<IReadOnlyList<double>, double> statistic, long seed)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(statistic);
        double[] figures = Resample(values, statistic, seed);
        Array.Sort(figures);
        return new Figure95(statistic(values), figures[(int)(0.025 * Resamples)], figures[(int)(0.975 * Resamples) - 1]);
    }

    /// <summary>What to say of the chance that a bootstrapped figure leaves its bound: the share of resamples that do.</summary>
    public static string ChanceOfLeaving(IReadOnlyList<double> values, Func<IReadOnlyList<double>, double> statistic, long seed, Bound bound)
    {
        int left = Resample(values, statistic, seed).Count(figure => !bound.Contains(figure));
        return $"{(left == 0 ? "below 1e-4" : $"about {Bound.Short((double)left / Resamples)}")}: {left} of {Resamples} bootstrap resamples lie outside";
    }

    /// <summary>The mean of the middle half: the lowest and the highest quarter are left out, values that lie across a border by their share.</summary>
    public static double InterquartileMean(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        double low = sorted.Length / 4.0, high = sorted.Length - low, sum = 0;
        for (int k = 0; k < sorted.Length; k++)
        {
            double share = Math.Min(k + 1, high) - Math.Max(k, low);
            if (share > 0) sum += share * sorted[k];
        }
        return sum / (high - low);
    }

    /// <summary>The median.</summary>
    public static double Median(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        return 0.5 * (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]);
    }

    private static double[] Resample(IReadOnlyList<double> values, Func<IReadOnlyList<double>, double> statistic, long seed)
    {
        var random = new RandomSequence(new StreamKey(seed, StreamPurpose.Bootstrap, 0, 0, 0));
        double[] drawn = new double[values.Count], figures = new double[Resamples];
        for (int k = 0; k < Resamples; k++)
        {
            for (int i = 0; i < drawn.Length; i++) drawn[i] = values[(int)(random.NextDouble() * values.Count)];
            figures[k] = statistic(drawn);
        }
        return figures;
    }
}
