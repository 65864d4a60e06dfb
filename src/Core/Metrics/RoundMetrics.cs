namespace FedPG.Core.Metrics;

/// <summary>The metrics of one round by name. Thread-safe once it was handed out.</summary>
public sealed class RoundMetrics
{
    private readonly Dictionary<string, double> _values = [];
    private readonly Dictionary<string, double?[]> _agents = [];

    /// <summary>The names, in the order in which they were first recorded.</summary>
    public IReadOnlyCollection<string> Names => _values.Keys;

    /// <summary>A metric as one number; null where nothing was recorded under the name.</summary>
    /// <param name="name">The name.</param>
    public double? this[string name] => _values.TryGetValue(name, out double value) ? value : null;

    /// <summary>The names that were recorded per agent.</summary>
    public IReadOnlyCollection<string> AgentNames => _agents.Keys;

    /// <summary>A metric of each agent, [N], null for agents without a recording; null where it was not recorded per agent.</summary>
    /// <param name="name">The name.</param>
    public IReadOnlyList<double?>? PerAgent(string name) => _agents.GetValueOrDefault(name);

    /// <summary>
    /// Merges what blocks of agents and the server recorded. Sums go over the agents one by one in the order of their index, and then over
    /// the server, so that they have the same bits however agents are spread over blocks, threads and machines.
    /// </summary>
    /// <param name="blocks">What each block recorded, in the order of the agents.</param>
    /// <param name="server">What the server recorded.</param>
    /// <exception cref="ArgumentException">A name was recorded with different kinds.</exception>
    public static RoundMetrics Merge(IReadOnlyList<(int Agents, IEnumerable<MetricRows> Rows)> blocks, MetricRecorder server)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        ArgumentNullException.ThrowIfNull(server);
        var merged = new RoundMetrics();
        var totals = new Dictionary<string, Total>();
        int first = 0, all = blocks.Sum(block => block.Agents);
        foreach ((int agents, IEnumerable<MetricRows> recorded) in blocks)
        {
            foreach (MetricRows rows in recorded)
            {
                TotalOf(rows).Add(rows);
                if (rows.Kind == MetricKind.PerAgent) merged.Note(rows, first, all);
            }
            first += agents;
        }
        foreach (MetricRows rows in server.Recorded) TotalOf(rows).Add(rows);
        foreach ((string name, Total total) in totals) merged._values[name] = total.Value;
        return merged;

        Total TotalOf(MetricRows rows)
        {
            if (!totals.TryGetValue(rows.Name, out Total? total)) totals[rows.Name] = total = new Total(rows.Kind);
            return total.Kind == rows.Kind
                ? total
                : throw new ArgumentException($"the metric \"{rows.Name}\" is recorded as {rows.Kind}, and as {total.Kind} elsewhere");
        }
    }

    /// <summary>Adds what is known of the round as a whole; nothing where there is no value.</summary>
    internal void Set(string name, double? value)
    {
        if (value is { } number) _values[name] = number;
    }

    private void Note(MetricRows rows, int first, int all)
    {
        if (!_agents.TryGetValue(rows.Name, out double?[]? values)) _agents[rows.Name] = values = new double?[all];
        for (int i = 0; i < rows.Sums.Count; i++)
        {
            if (rows.Counts[i] > 0) values[first + i] = rows.Sums[i] / rows.Counts[i];
        }
    }

    private sealed class Total(MetricKind kind)
    {
        private double _sum;
        private long _count;

        public MetricKind Kind => kind;

        public double Value => kind == MetricKind.Sum ? _sum : _sum / _count;

        public void Add(MetricRows rows)
        {
            foreach (double sum in rows.Sums) _sum += sum;
            foreach (long count in rows.Counts) _count += count;
        }
    }
}
