namespace FedPG.Core.Metrics;

/// <summary>
/// Takes recordings by name, where they arise. One belongs to each block of agents, and one to the server. Not thread-safe.
/// </summary>
/// <param name="agents">n, the number of rows; 1 for the server.</param>
public sealed class MetricRecorder(int agents)
{
    private readonly Dictionary<string, MetricRows> _rows = [];

    /// <summary>All that was recorded since the latest reset, in the order of the first recording of each name.</summary>
    public IEnumerable<MetricRows> Recorded => _rows.Values.Where(rows => rows.Counts.Any(count => count > 0));

    /// <summary>Records a value, of every row.</summary>
    /// <param name="name">A path such as <c>train/clip_share</c>, of letters, digits, '_', '-', '.' and '/'; TensorBoard and metrics.csv
    /// show it by that name.</param>
    /// <param name="value">The value.</param>
    /// <param name="kind">How the recordings of a round become one number. A name has one kind.</param>
    /// <exception cref="ArgumentException">The name has other characters, or another kind already.</exception>
    public void Record(string name, double value, MetricKind kind = MetricKind.Mean)
    {
        MetricRows rows = RowsOf(name, kind);
        for (int i = 0; i < agents; i++) rows.Add(i, value);
    }

    /// <summary>Records a value of each row.</summary>
    /// <param name="name">The name.</param>
    /// <param name="values">The values, [n]; those of rows that are not active are not read.</param>
    /// <param name="kind">How the recordings of a round become one number.</param>
    /// <param name="active">The rows that record, [n]; null for all.</param>
    /// <exception cref="ArgumentException">The name has other characters or another kind already, or there are not n values.</exception>
    public void Record(string name, ReadOnlySpan<double> values, MetricKind kind = MetricKind.Mean, bool[]? active = null)
    {
        if (values.Length != agents)
            throw new ArgumentException($"{values.Length} values of \"{name}\" were recorded for {agents} agents", nameof(values));
        MetricRows rows = RowsOf(name, kind);
        for (int i = 0; i < agents; i++)
        {
            if (active is null || active[i]) rows.Add(i, values[i]);
        }
    }

    /// <summary>Forgets all recordings, at the end of a round.</summary>
    public void Reset()
    {
        foreach (MetricRows rows in _rows.Values) rows.Clear();
    }

    /// <summary>The rows of a name, made when they are first asked for.</summary>
    /// <exception cref="ArgumentException">The name has other characters, or another kind already.</exception>
    internal MetricRows RowsOf(string name, MetricKind kind)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!_rows.TryGetValue(name, out MetricRows? rows))
        {
            if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/'))
                throw new ArgumentException($"the metric \"{name}\" must have a name of letters, digits, '_', '-', '.' and '/'",
                    nameof(name));
            _rows[name] = rows = new MetricRows(name, kind, new double[agents], new long[agents]);
        }
        return rows.Kind == kind
            ? rows
            : throw new ArgumentException($"the metric \"{name}\" is recorded as {kind}, and as {rows.Kind} before", nameof(kind));
    }
}
