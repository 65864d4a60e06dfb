using FedPG.Core.Statistics;

namespace FedPG.Claims.Laws;

/// <summary>Rates and levels read off curves of the gap.</summary>
internal static class GapFit
{
    /// <summary>
    /// log of the factor by which the gap falls a round, fitted on the rounds in which it lies between two levels: below the transient,
    /// above rounding. NaN for a curve that does not get there.
    /// </summary>
    public static double LogRate(IReadOnlyList<double> gap, double highest = 1e-9, double lowest = 1e-13)
    {
        ArgumentNullException.ThrowIfNull(gap);
        int first = 0;
        while (first < gap.Count && !(gap[first] < highest)) first++;
        int end = first;
        while (end < gap.Count && gap[end] > lowest) end++;
        if (end - first < 3) return double.NaN;
        int[] rounds = [.. Enumerable.Range(first, end - first)];
        return Line.Fit([.. rounds.Select(t => (double)t)], [.. rounds.Select(t => Math.Log(gap[t]))]).Slope.Value;
    }

    /// <summary>The mean over the evaluated rounds from a round on.</summary>
    public static double Mean(IReadOnlyList<double> values, int from)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.Skip(from).Where(v => !double.IsNaN(v)).Average();
    }

    /// <summary>About so many rounds, evenly spaced on a logarithmic axis, each a multiple of <paramref name="every"/>.</summary>
    public static int[] LogSpaced(int first, int last, int count, int every = 1) =>
        [.. Enumerable.Range(0, count)
            .Select(k => (int)Math.Round(first * Math.Pow((double)last / first, k / (count - 1.0)) / every) * every).Distinct()];
}
