using FedPG.Cluster.Wire;

namespace FedPG.Cluster.Worker;

/// <summary>What a worker process has besides blocks: its threads, and the runs it knows. Thread-safe.</summary>
/// <param name="threads">Its threads; not disposed.</param>
/// <param name="software">What runs here.</param>
/// <param name="largestMessage">The largest message, in bytes.</param>
/// <param name="site">What a site has put by; null for a worker that belongs to none.</param>
/// <param name="note">Takes what a user should know.</param>
/// <param name="time">The clock.</param>
internal sealed class WorkerState(ComputeThreads threads, Software software, long largestMessage, SiteStates? site, Action<string> note,
    TimeProvider time)
{
    private readonly Lock _lock = new();
    private Guid _id;
    private Task<WorkerSession>? _session;

    /// <summary>The largest message, in bytes.</summary>
    public long LargestMessage => largestMessage;

    /// <summary>What a site has put by; null for a worker that belongs to none.</summary>
    public SiteStates? Site => site;

    /// <summary>What came for all its blocks.</summary>
    public KnownVectors Vectors { get; } = new(time);

    /// <summary>Its threads.</summary>
    public ComputeThreads Threads => threads;

    /// <summary>
    /// What the server is told of a failure: why it failed, and of a site only that it did. What an environment throws may hold what it has
    /// observed, or where its data are, and stays here.
    /// </summary>
    public string Tell(Exception failure)
    {
        string why = failure is AggregateException { InnerException: { } inner } ? inner.Message : failure.Message;
        if (site is null || failure is RefusedException) return why;
        note($"failed: {why}");
        return "failed at its site, where the worker says why";
    }

    /// <summary>The run, where it is known; a run that still opens is not.</summary>
    public WorkerSession? Find(Guid session)
    {
        lock (_lock) return _id == session && _session is { IsCompletedSuccessfully: true } ? _session.Result : null;
    }

    /// <summary>Opens a run; the one before is forgotten, since a server has one. Blocks of it keep what they need.</summary>
    public Task<WorkerSession> OpenAsync(SessionOffer offer)
    {
        lock (_lock)
        {
            if (_id == offer.Session && _session is not null) return _session;
            _id = offer.Session;
            return _session = threads.Run(() => WorkerSession.Open(offer, software));
        }
    }
}
