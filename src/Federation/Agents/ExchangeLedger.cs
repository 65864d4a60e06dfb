namespace FedPG.Federation.Agents;

/// <summary>Which way a message goes.</summary>
public enum ExchangeDirection
{
    /// <summary>From an agent to the server.</summary>
    Up,

    /// <summary>From the server to an agent.</summary>
    Down,
}

/// <summary>One message that every agent, or each of some, sent or received.</summary>
/// <param name="Direction">Up or down.</param>
/// <param name="Name">What it is.</param>
/// <param name="Shape">Its shape, as text: 400 or 64x64; 40 of 400 where only so many entries were sent, each a value and an index.</param>
/// <param name="Bytes">Its size for one agent.</param>
/// <param name="Agents">The agents it was of, ascending; null for all.</param>
public sealed record ExchangeEntry(ExchangeDirection Direction, string Name, string Shape, long Bytes, IReadOnlyList<int>? Agents = null)
{
    /// <summary>The bytes of an index in a message that sends only some entries.</summary>
    public const int IndexBytes = sizeof(int);
}

/// <summary>Everything that crossed between agents and server in a round, and the bytes since the start. Not thread-safe.</summary>
/// <param name="agents">N.</param>
internal sealed class ExchangeLedger(int agents)
{
    private readonly List<ExchangeEntry> _entries = [];

    /// <summary>Bytes sent up since the start, all agents together.</summary>
    public long BytesUp { get; private set; }

    /// <summary>Bytes sent down since the start, all agents together.</summary>
    public long BytesDown { get; private set; }

    /// <summary>The messages since the last call of <see cref="TakeRound"/>; each stands for one message of every agent it names.</summary>
    public IReadOnlyList<ExchangeEntry> Entries => _entries;

    /// <summary>Notes a message of every agent that the entry names; an entry that names nobody is not kept.</summary>
    public void Add(ExchangeEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        int messages = entry.Agents?.Count ?? agents;
        if (messages == 0) return;
        _entries.Add(entry);
        if (entry.Direction == ExchangeDirection.Up) BytesUp += entry.Bytes * messages;
        else BytesDown += entry.Bytes * messages;
    }

    /// <summary>The messages since the last call.</summary>
    public IReadOnlyList<ExchangeEntry> TakeRound()
    {
        ExchangeEntry[] entries = [.. _entries];
        _entries.Clear();
        return entries;
    }

    /// <summary>Goes on counting from a checkpoint.</summary>
    public void Restore(long bytesUp, long bytesDown) => (BytesUp, BytesDown) = (bytesUp, bytesDown);
}
