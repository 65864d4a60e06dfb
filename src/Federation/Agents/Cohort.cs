namespace FedPG.Federation.Agents;

/// <summary>The agents that take part in one round, and how much each counts in a mean. Immutable.</summary>
public sealed class Cohort
{
    private readonly bool[]? _has;
    private readonly double[]? _weights;

    private Cohort(int agents, int[] members, bool[]? has, double[]? weights) =>
        (Agents, Members, _has, _weights) = (agents, members, has, weights);

    /// <summary>N, the agents there are.</summary>
    public int Agents { get; }

    /// <summary>The indices of those that take part, ascending.</summary>
    public IReadOnlyList<int> Members { get; }

    /// <summary>Whether nobody is missing.</summary>
    public bool IsEveryone => _has is null;

    /// <summary>Whether a mean is the plain one, the sum over members divided by their number.</summary>
    public bool IsPlainMean => _weights is null;

    /// <summary>All agents, each counting 1 / N.</summary>
    public static Cohort Everyone(int agents) => new(agents, [.. Enumerable.Range(0, agents)], null, null);

    /// <summary>Some agents.</summary>
    /// <param name="agents">N.</param>
    /// <param name="members">The indices of those that take part, each once.</param>
    /// <param name="weights">What each of the N counts in a mean, [N]; only those of members are read. Null for 1 / |members| each.</param>
    public static Cohort Of(int agents, IEnumerable<int> members, double[]? weights = null)
    {
        int[] sorted = [.. members.Order()];
        if (sorted.Length == agents && weights is null) return Everyone(agents);
        bool[] has = new bool[agents];
        foreach (int member in sorted) has[member] = true;
        return new Cohort(agents, sorted, has, weights);
    }

    /// <summary>Whether an agent takes part.</summary>
    public bool Has(int agent) => _has is null || _has[agent];

    /// <summary>What an agent counts in a mean; 0 for those that do not take part.</summary>
    public double WeightOf(int agent) => !Has(agent) ? 0 : _weights?[agent] ?? 1.0 / Members.Count;

    /// <summary>Which agents of a block take part, [count]; null when all of them do.</summary>
    /// <param name="first">The block's first agent.</param>
    /// <param name="count">The block's number of agents.</param>
    public bool[]? RowsOf(int first, int count)
    {
        if (_has is null) return null;
        bool[] rows = _has[first..(first + count)];
        return Array.TrueForAll(rows, r => r) ? null : rows;
    }
}
