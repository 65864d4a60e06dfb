using FedPG.Cluster.Wire;

namespace FedPG.Cluster.Server;

/// <summary>A worker that has joined.</summary>
/// <param name="name">Its name.</param>
/// <param name="silo">Where it is; null for one that nobody can call.</param>
/// <param name="site">The site it belongs to; empty for none.</param>
/// <param name="threads">The threads it offers.</param>
/// <param name="outbound">How to speak to one that nobody can call; null for a member.</param>
internal sealed class ClusterWorkerInfo(string name, SiloAddress? silo, string site, int threads, OutboundChannel? outbound)
{
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _leaving;
    private int _blocks;

    public string Name => name;

    public SiloAddress? Silo => silo;

    public string Site => site;

    public OutboundChannel? Outbound => outbound;

    public int Threads => threads;

    /// <summary>What it was sent for all its blocks.</summary>
    public SentVectors Vectors { get; } = new();

    /// <summary>Ends when it has been found dead, or has gone.</summary>
    public Task Gone => _gone.Task;

    /// <summary>Whether it has been found dead, or has gone.</summary>
    public bool IsGone => _gone.Task.IsCompleted;

    /// <summary>Whether it wants to go.</summary>
    public bool IsLeaving { get => _leaving; set => _leaving = value; }

    /// <summary>The blocks it holds.</summary>
    public int Blocks => Volatile.Read(ref _blocks);

    /// <summary>It holds so many more blocks.</summary>
    public void AddBlocks(int number) => Interlocked.Add(ref _blocks, number);

    /// <summary>It is dead, or has gone.</summary>
    /// <returns>Whether this was not known before.</returns>
    public bool Lose() => _gone.TrySetResult();
}

/// <summary>The workers of a server. Thread-safe.</summary>
/// <param name="software">What runs on the server.</param>
/// <param name="largestMessage">The largest message, in bytes.</param>
/// <param name="note">Takes what a user should know.</param>
/// <param name="time">The clock.</param>
/// <param name="patience">How long a worker may be silent.</param>
internal sealed class WorkerRegistry(Software software, long largestMessage, Action<string> note, TimeProvider time, TimeSpan patience)
{
    private readonly Lock _lock = new();
    private readonly List<ClusterWorkerInfo> _workers = [];
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the server is going: what becomes of workers concerns nobody any more.</summary>
    public bool IsClosing { get; set; }

    /// <summary>How long a worker may be silent.</summary>
    public TimeSpan Patience => patience;

    /// <summary>Counts joins and departures.</summary>
    public int Version { get; private set; }

    /// <summary>The workers that can be given blocks, in the order they joined.</summary>
    /// <param name="site">The site whose agents they are to hold; empty for agents of none.</param>
    public IReadOnlyList<ClusterWorkerInfo> Usable(string site)
    {
        lock (_lock) return [.. _workers.Where(w => !w.IsGone && !w.IsLeaving && w.Site == site)];
    }

    /// <summary>The workers that have joined, those included that are lost since.</summary>
    public IReadOnlyList<ClusterWorkerInfo> All()
    {
        lock (_lock) return [.. _workers];
    }

    /// <summary>A task that ends with the next change.</summary>
    public Task Changed()
    {
        lock (_lock) return _change.Task;
    }

    public JoinReply Join(JoinRequest request)
    {
        if (IsClosing) return new JoinReply(null, IsClosing: true);
        if (request.Software.MismatchWith(software) is { } mismatch) return Refuse(request, mismatch);
        if (request.LargestMessage != largestMessage)
            return Refuse(request,
                $"its --message-limit is {request.LargestMessage >> 20} MiB, and the run's is {largestMessage >> 20}; give both the same");
        lock (_lock)
        {
            // A request that comes late, after the same worker has lost patience and joined by another, changes nothing.
            if (_workers.Exists(w => w.Name == request.Name && !w.IsGone)) return new JoinReply(null);
            _workers.RemoveAll(w => w.IsGone);
            _workers.Add(new ClusterWorkerInfo(request.Name, request.Silo, request.Site, request.Threads,
                request.Silo is null ? new OutboundChannel(time, patience) : null));
            SignalChange();
        }
        note(
            $"worker {request.Name}{(request.Site.Length > 0 ? $" of site {request.Site}" : "")} has joined with {request.Threads} "
                + $"thread{(request.Threads == 1 ? "" : "s")}");
        return new JoinReply(null);
    }

    public bool IsMember(string worker)
    {
        lock (_lock)
        {
            if (IsClosing || _workers.Find(w => w.Name == worker && !w.IsGone) is not { } member) return false;
            member.Outbound?.Hear();
            return true;
        }
    }

    /// <summary>How to speak to a worker that nobody can call; null where there is none of that name.</summary>
    public OutboundChannel? Outbound(string worker)
    {
        lock (_lock) return IsClosing ? null : _workers.Find(w => w.Name == worker && !w.IsGone)?.Outbound;
    }

    public int Leave(string worker)
    {
        lock (_lock)
        {
            if (_workers.Find(w => w.Name == worker && !w.IsGone) is not { } found) return 0;
            found.Outbound?.Hear();
            if (!found.IsLeaving)
            {
                found.IsLeaving = true;
                SignalChange();
            }
            return found.Blocks;
        }
    }

    /// <summary>A worker is dead, or out of reach.</summary>
    public void Lose(ClusterWorkerInfo worker, string why)
    {
        lock (_lock)
        {
            if (!worker.Lose()) return;
            SignalChange();
        }
        if (!IsClosing && (!worker.IsLeaving || worker.Blocks > 0)) note($"worker {worker.Name} is lost: {why}");
    }

    /// <summary>The silo is dead, says the engine.</summary>
    public void Lose(SiloAddress silo)
    {
        ClusterWorkerInfo? worker;
        lock (_lock) worker = _workers.Find(w => silo.Equals(w.Silo) && !w.IsGone);
        if (worker is not null) Lose(worker, "it does not answer");
    }

    private JoinReply Refuse(JoinRequest request, string why)
    {
        note($"worker {request.Name} is refused: {why}");
        return new JoinReply(why);
    }

    private void SignalChange()
    {
        Version++;
        TaskCompletionSource change = _change;
        _change = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        change.SetResult();
    }
}
