using FedPG.Cluster.Wire;

namespace FedPG.Cluster.Server;

/// <summary>
/// Which of the vectors that go to all blocks a worker was sent last. They cross once a worker: its other blocks are told their number, in
/// the order in which requests go out. Whether a worker still has them is for it to say; nothing but bytes depends on it.
/// </summary>
internal sealed class SentVectors
{
    private readonly Lock _lock = new();
    private readonly Queue<long> _sent = new();

    /// <summary>Sends a request without the vectors that were sent before.</summary>
    /// <param name="request">The request, whole.</param>
    /// <param name="send">Sends what is left of it; requests are sent in the order in which they were thinned.</param>
    /// <returns>What is left, and its reply.</returns>
    public (BlockRequest Thinned, Task<BlockReply> Reply) Send(BlockRequest request, Func<BlockRequest, Task<BlockReply>> send)
    {
        lock (_lock)
        {
            BlockRequest thinned = Array.Exists(request.Entries, e => e.Shared > 0)
                ? request with { Entries = [.. request.Entries.Select(Thinned)] }
                : request;
            return (thinned, send(thinned));
        }
    }

    private BlockEntry Thinned(BlockEntry entry)
    {
        if (entry.Shared == 0) return entry;
        if (_sent.Contains(entry.Shared)) return entry with { Data = null };
        _sent.Enqueue(entry.Shared);
        if (_sent.Count > Protocol.KeptVectors) _sent.Dequeue();
        return entry;
    }
}
