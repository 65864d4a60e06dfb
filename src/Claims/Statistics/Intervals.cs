using FedPG.Envs.Streams;
using MathNet.Numerics.Distributions;

namespace FedPG.Claims.Statistics;

/// <summary>95 % intervals.</summary>
public static class Intervals
{
    private const int Resamples = 2000;

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

    /// <summary>A statistic of independent values, with the percentile interval of its bootstrap distribution.</summary>
    /// <param name="values">The values; not finite ones count as they are.</param>
    /// <param name="statistic">The statistic.</param>
    /// <param name="seed">Names the stream that the resamples are drawn from.</param>
    public static Figure95 Bootstrap(IReadOnlyList<double> values, Func<IReadOnlyList<double>, double> statistic, long seed)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(statistic);
        var random = new RandomSequence(new StreamKey(seed, StreamPurpose.Bootstrap, 0, 0, 0));
        double[] drawn = new double[values.Count], figures = new double[Resamples];
        for (int k = 0; k < Resamples; k++)
        {
            for (int i = 0; i < drawn.Length; i++) drawn[i] = values[(int)(random.NextDouble() * values.Count)];
            figures[k] = statistic(drawn);
        }
        Array.Sort(figures);
        return new Figure95(statistic(values), figures[(int)(0.025 * Resamples)], figures[(int)(0.975 * Resamples) - 1]);
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
}
