using FedPG.Cluster.Wire;

namespace FedPG.Cluster.Server;

/// <summary>What a server can tell of itself. Thread-safe.</summary>
/// <param name="registry">Its workers.</param>
/// <param name="time">The clock.</param>
internal sealed class ServerState(WorkerRegistry registry, TimeProvider time)
{
    private const int Window = 20;
    private readonly Lock _lock = new();
    private readonly Queue<(int Round, long At)> _rounds = new();
    private string _run = "";
    private int _blocks;
    private long _sent, _received, _snapshots, _restored;

    /// <summary>Its workers.</summary>
    public WorkerRegistry Registry => registry;

    /// <summary>A run begins.</summary>
    public void Begin(string run, int blocks)
    {
        lock (_lock) (_run, _blocks) = (run, blocks);
    }

    /// <summary>A round begins.</summary>
    public void BeginRound(int round)
    {
        lock (_lock)
        {
            _rounds.Enqueue((round, time.GetTimestamp()));
            if (_rounds.Count > Window) _rounds.Dequeue();
        }
    }

    /// <summary>A request was answered.</summary>
    /// <param name="sent">Bytes of vectors that were sent for it.</param>
    /// <param name="restore">The snapshot that was sent with it; null where the block was there.</param>
    /// <param name="reply">The reply.</param>
    /// <param name="took">From the first attempt to the reply.</param>
    public void Count(long sent, BlockSnapshot? restore, BlockReply reply, TimeSpan took)
    {
        static long BytesOf(IEnumerable<TensorData?> tensors) => tensors.Sum(t => t?.Size ?? 0);
        long received = BytesOf([reply.Value, reply.Weighted]);
        long snapshots = BytesOf(reply.State ?? []) + BytesOf([.. restore?.Received ?? [], .. restore?.Tensors ?? []]);
        lock (_lock)
        {
            _sent += sent;
            _received += received;
            _snapshots += snapshots;
            _restored += restore is null ? 0 : 1;
        }
        ClusterMeters.Count(sent, received, snapshots, restore is not null, took);
    }

    /// <summary>How it is doing.</summary>
    public ClusterStatus Status()
    {
        lock (_lock)
        {
            double rate = 0;
            if (_rounds.Count > 1)
            {
                ((int Round, long At) first, (int Round, long At) last) = (_rounds.Peek(), _rounds.Last());
                rate = (last.Round - first.Round) / time.GetElapsedTime(first.At).TotalSeconds;
            }
            return new ClusterStatus(
                _run, _rounds.Count == 0 ? 0 : _rounds.Last().Round, rate, _blocks, _sent, _received, _snapshots, _restored,
                [.. registry.All()
                    .Select(w => new WorkerStatus(w.Name, w.Site, w.Silo?.Endpoint.ToString() ?? "outbound", w.Threads, w.Blocks,
                        w.IsGone ? "lost" : w.IsLeaving ? "leaving" : "working"))]);
        }
    }
}
