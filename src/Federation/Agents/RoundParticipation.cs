namespace FedPG.Federation.Agents;

/// <summary>Who is there in which round and how many local steps each takes; the last round asked for is remembered. Thread-safe.</summary>
/// <param name="agents">N.</param>
/// <param name="participation">Who takes part.</param>
/// <param name="counts">How many local steps each takes.</param>
/// <param name="seed">The experiment's seed.</param>
internal sealed class RoundParticipation(int agents, Participation participation, LocalStepCounts counts, long seed)
{
    private readonly Cohort _everyone = Cohort.Everyone(agents);
    private readonly Lock _lock = new();
    private (int Round, Cohort? Cohort) _cohort;
    private (int Round, int[]? Steps)? _steps;

    /// <summary>All N agents.</summary>
    public Cohort Everyone => _everyone;

    /// <summary>Whether all agents take part in every round.</summary>
    public bool IsEveryone => participation.IsEveryone;

    /// <summary>The agents of a round.</summary>
    /// <param name="round">t; null for all agents.</param>
    public Cohort CohortOf(int? round)
    {
        if (round is not { } t || participation.IsEveryone) return _everyone;
        lock (_lock)
        {
            if (_cohort.Round != t || _cohort.Cohort is null) _cohort = (t, participation.CohortOf(agents, t, seed));
            return _cohort.Cohort;
        }
    }

    /// <summary>Tells a block who of it takes part in what follows, and how many steps each takes.</summary>
    /// <param name="block">The block.</param>
    /// <param name="cohort">Who takes part.</param>
    /// <param name="round">t.</param>
    /// <returns>Whether anybody of the block does; nothing is to be run where nobody does.</returns>
    public bool Enter(AgentBlock block, Cohort cohort, int round)
    {
        ArgumentNullException.ThrowIfNull(block);
        ArgumentNullException.ThrowIfNull(cohort);
        bool[]? active = cohort.RowsOf(block.First, block.Count);
        if (active is not null && !Array.Exists(active, a => a)) return false;
        int[]? steps = StepsOf(round);
        block.Enter(active, steps is null ? [] : steps.AsSpan(block.First, block.Count));
        return true;
    }

    private int[]? StepsOf(int round)
    {
        if (counts.IsSame) return null;
        lock (_lock)
        {
            if (_steps is not { } latest || latest.Round != round) _steps = latest = (round, counts.StepsOf(agents, round));
            return latest.Steps;
        }
    }
}
