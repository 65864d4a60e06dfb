using FedPG.Core.Streams;
using MathNet.Numerics.Distributions;

namespace FedPG.Core.Statistics;

/// <summary>
/// Robust means and 95 % intervals of figures that were measured several times. Stateless; the random
/// numbers of a bootstrap follow from the seed given.
/// </summary>
internal static class Intervals
{
    /// <summary>The resamples of a bootstrap.</summary>
    public const int Resamples = 10_000;

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
    /// The mean of the group that is farthest from 1 as a ratio, with Student's interval from the spread within all groups together; that
    /// it is the farthest of several makes the interval a little too narrow.
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

    /// <summary>A statistic of independent values, with the percentile interval of its bootstrap distribution.</summary>
    /// <param name="values">The values; not finite ones count as they are.</param>
    /// <param name="statistic">The statistic.</param>
    /// <param name="seed">Names the stream that the resamples are drawn from.</param>
    public static Figure95 Bootstrap(IReadOnlyList<double> values, Func<IReadOnlyList<double>, double> statistic, long seed)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(statistic);
        return Percentiles(statistic(values), BootstrapDistribution(values, statistic, seed));
    }

    /// <summary>The statistic of each of <see cref="Resamples"/> resamples, in the order drawn.</summary>
    /// <param name="values">The values, at least one.</param>
    /// <param name="statistic">The statistic.</param>
    /// <param name="seed">Names the stream that the resamples are drawn from.</param>
    public static double[] BootstrapDistribution(IReadOnlyList<double> values, Func<IReadOnlyList<double>, double> statistic, long seed)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(statistic);
        var random = new RandomSequence(new StreamKey(seed, StreamPurpose.Bootstrap, 0, 0, 0));
        double[] drawn = new double[values.Count], figures = new double[Resamples];
        for (int k = 0; k < Resamples; k++)
        {
            Draw(random, values, drawn);
            figures[k] = statistic(drawn);
        }
        return figures;
    }

    /// <summary>
    /// The probability that a run of one group is better (has the lower figure) than a run of another, P(X &lt; Y) + P(X = Y) / 2 over all
    /// pairs: the Mann-Whitney form of "probability of improvement" (Agarwal et al., "Deep reinforcement learning at the edge of the
    /// statistical precipice", 2021, section 4). Its interval is that of the percentile bootstrap
    /// which resamples the runs of both groups independently.
    /// </summary>
    /// <param name="candidate">X, lower is better, at least one; a run that diverged is positive infinity.</param>
    /// <param name="reference">Y, likewise.</param>
    /// <param name="seed">Names the stream that the resamples are drawn from.</param>
    public static Figure95 ProbabilityOfImprovement(IReadOnlyList<double> candidate, IReadOnlyList<double> reference, long seed)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        ArgumentNullException.ThrowIfNull(reference);
        // Agent 1 of the purpose: other numbers than those that resample one group alone.
        var random = new RandomSequence(new StreamKey(seed, StreamPurpose.Bootstrap, 1, 0, 0));
        double[] x = new double[candidate.Count], y = new double[reference.Count], figures = new double[Resamples];
        for (int k = 0; k < Resamples; k++)
        {
            Draw(random, candidate, x);
            Draw(random, reference, y);
            figures[k] = ShareBelow(x, y);
        }
        return Percentiles(ShareBelow([.. candidate], [.. reference]), figures);
    }

    /// <summary>
    /// The mean of the middle half: the lowest and the highest quarter are left out, values that lie across a border by their share.
    /// </summary>
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

    /// <summary>The quantile of a share, by straight lines between the sorted values.</summary>
    /// <param name="values">The values, at least one.</param>
    /// <param name="share">The share of values below it, 0 to 1.</param>
    public static double Quantile(IReadOnlyList<double> values, double share)
    {
        ArgumentNullException.ThrowIfNull(values);
        double[] sorted = [.. values.Order()];
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        // Not through infinity times zero, nor infinity less infinity.
        return place == below || sorted[below] == sorted[below + 1]
            ? sorted[below]
            : sorted[below] + ((place - below) * (sorted[below + 1] - sorted[below]));
    }

    private static Figure95 Percentiles(double value, double[] figures)
    {
        Array.Sort(figures);
        return new Figure95(value, figures[(int)(0.025 * Resamples)], figures[(int)(0.975 * Resamples) - 1]);
    }

    private static void Draw(RandomSequence random, IReadOnlyList<double> values, double[] drawn)
    {
        for (int i = 0; i < drawn.Length; i++) drawn[i] = values[(int)(random.NextDouble() * values.Count)];
    }

    /// <summary>P(X &lt; Y) + P(X = Y) / 2 over all pairs; one pass over both once they are sorted.</summary>
    private static double ShareBelow(double[] x, double[] y)
    {
        Array.Sort(x);
        Array.Sort(y);
        double wins = 0;
        int less = 0, notAbove = 0;
        foreach (double reference in y)
        {
            while (less < x.Length && x[less] < reference) less++;
            while (notAbove < x.Length && x[notAbove] <= reference) notAbove++;
            wins += 0.5 * (less + notAbove);
        }
        return wins / ((double)x.Length * y.Length);
    }
}
