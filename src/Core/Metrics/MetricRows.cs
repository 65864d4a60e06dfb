namespace FedPG.Core.Metrics;

/// <summary>What was recorded under one name, agent by agent, since the latest reset. Not thread-safe.</summary>
/// <param name="name">The name.</param>
/// <param name="kind">How recordings become one number.</param>
/// <param name="sums">The sum of each agent's recordings, or its latest one for <see cref="MetricKind.Last"/>, [n].</param>
/// <param name="counts">The number of each agent's recordings; at most 1 for <see cref="MetricKind.Last"/>, [n].</param>
public sealed class MetricRows(string name, MetricKind kind, double[] sums, long[] counts)
{
    /// <summary>The name.</summary>
    public string Name => name;

    /// <summary>How recordings become one number.</summary>
    public MetricKind Kind => kind;

    /// <summary>The sum of each agent's recordings, or its latest one for <see cref="MetricKind.Last"/>, [n].</summary>
    public IReadOnlyList<double> Sums => sums;

    /// <summary>The number of each agent's recordings; at most 1 for <see cref="MetricKind.Last"/>, [n].</summary>
    public IReadOnlyList<long> Counts => counts;

    /// <summary>Records a value of an agent.</summary>
    /// <param name="agent">Its row.</param>
    /// <param name="value">The value.</param>
    public void Add(int agent, double value)
    {
        if (kind == MetricKind.Last)
        {
            (sums[agent], counts[agent]) = (value, 1);
            return;
        }
        sums[agent] += value;
        counts[agent]++;
    }

    /// <summary>
    /// For code that adds to many sums in one pass: the sums themselves, after one recording was counted for each agent of a step.
    /// </summary>
    /// <param name="active">The agents of the step, [n]; null for all. To the sums of others nothing may be added.</param>
    internal double[] CountedSums(bool[]? active)
    {
        for (int i = 0; i < counts.Length; i++)
        {
            if (active is null || active[i]) counts[i]++;
        }
        return sums;
    }

    /// <summary>Forgets all recordings.</summary>
    internal void Clear()
    {
        Array.Clear(sums);
        Array.Clear(counts);
    }
}
