using FedPG.Cluster.Wire;
using FedPG.Federation.Execution;

namespace FedPG.Cluster.Server;

/// <summary>
/// A block as the server knows it: where it is, what it was at the last snapshot, and all that has happened to it since, so that it can be
/// made again anywhere. Not thread-safe.
/// </summary>
/// <param name="range">Its agents.</param>
/// <param name="site">The site that alone may hold it; empty for none.</param>
/// <param name="start">What it is before anything has happened.</param>
internal sealed class RemoteBlock(BlockRange range, string site, BlockSnapshot start)
{
    private readonly List<BlockEntry> _log = [];
    private long _snapshotPosition, _position, _requests;
    private bool _mustRestore = true;

    public BlockRange Range => range;

    /// <summary>The site that alone may hold it; empty for none.</summary>
    public string Site => site;

    /// <summary>The worker that holds it; null where none does.</summary>
    public ClusterWorkerInfo? Worker { get; private set; }

    /// <summary>Counts the places it has been in.</summary>
    public int Generation { get; private set; }

    /// <summary>What it was at the last snapshot.</summary>
    public BlockSnapshot Snapshot { get; private set; } = start;

    /// <summary>What is seen of it from outside.</summary>
    public ObservationData Observations { get; private set; } = ObservationData.None(range.Count);

    /// <summary>Whether it keeps anything from round to round; true until a worker says otherwise.</summary>
    public bool KeepsState { get; private set; } = true;

    /// <summary>Seconds of computation that would have to be done again if it were lost.</summary>
    public double SecondsSinceSnapshot { get; private set; }

    /// <summary>Whether its worker has done anything since the last snapshot.</summary>
    public bool HasHistory => _position > _snapshotPosition;

    /// <summary>The bytes of vectors that are kept for doing it again.</summary>
    public long LogBytes => _log.Sum(e => e.Data?.Size ?? 0);

    /// <summary>Something happens to it, with the next request.</summary>
    public void Add(BlockEntry entry)
    {
        // Of vectors of one name that nothing reads between, only the last matters.
        int sent = (int)(_position - _snapshotPosition);
        for (int k = _log.Count - 1; k >= sent && _log[k].Kind != EntryKind.Call; k--)
        {
            if (_log[k].Kind == entry.Kind && _log[k].Data?.Name == entry.Data?.Name) _log.RemoveAt(k);
        }
        _log.Add(entry);
        if (entry.Kind == EntryKind.Reset) Observations = Observations.Reset();
    }

    /// <summary>What is to be sent to the worker that holds it.</summary>
    public BlockRequest NextRequest(Guid session, bool wantsState)
    {
        int sent = _mustRestore ? 0 : (int)(_position - _snapshotPosition);
        return new BlockRequest(
            session, _requests++, range.First, range.Count, _mustRestore ? _snapshotPosition : _position, [.. _log.Skip(sent)],
            _mustRestore ? Snapshot : null, wantsState);
    }

    /// <summary>A request was run.</summary>
    public void Accept(BlockRequest request, BlockReply reply)
    {
        _position = request.From + request.Entries.Length;
        _mustRestore = false;
        (Observations, KeepsState) = (reply.Observations ?? Observations, reply.KeepsState);
        SecondsSinceSnapshot += reply.Seconds;
    }

    /// <summary>What was added last is not to be done after all, and nobody knows whether its worker has begun.</summary>
    public void Withdraw()
    {
        _log.RemoveAt(_log.Count - 1);
        _mustRestore = true;
    }

    /// <summary>The worker has lost it, or does not know it.</summary>
    public void Forget() => _mustRestore = true;

    /// <summary>It goes to a worker, where it has to be made again.</summary>
    public void MoveTo(ClusterWorkerInfo? worker)
    {
        Worker?.AddBlocks(-1);
        Worker = worker;
        worker?.AddBlocks(1);
        Generation++;
        _mustRestore = true;
    }

    /// <summary>All that its worker has done is in a snapshot; what waits to be sent goes on from there.</summary>
    public void Keep(BlockSnapshot snapshot)
    {
        _log.RemoveRange(0, (int)(_position - _snapshotPosition));
        (Snapshot, _snapshotPosition, SecondsSinceSnapshot) = (snapshot, _position, 0);
    }

    /// <summary>The block is to go on from something else than what it is, and what waits to be sent is void.</summary>
    public void Reset(BlockSnapshot snapshot)
    {
        _log.Clear();
        (Snapshot, _snapshotPosition, SecondsSinceSnapshot, _mustRestore) = (snapshot, _position, 0, true);
    }
}
