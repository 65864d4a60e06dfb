using System.Collections.Concurrent;

namespace FedPG.Envs.Python;

/// <summary>What the environments of one set of keyword arguments look like.</summary>
/// <param name="Observations">What they show.</param>
/// <param name="Actions">What they take.</param>
/// <param name="StepLimit">The environment's own limit of steps; null for none.</param>
/// <param name="Rewards">The interval that it says rewards lie in; null where it says nothing.</param>
internal sealed record PythonInstance(Space Observations, Space Actions, int? StepLimit, (double Low, double High)? Rewards);

/// <summary>What a thread has posted and not sent.</summary>
/// <param name="Thread">The thread's id.</param>
/// <param name="Lanes">The lanes, a list a process.</param>
internal sealed record PythonOutbox(int Thread, List<PythonLane>[] Lanes);

/// <summary>
/// The processes of one environment. Lanes go to them in turn, agent by agent, so that a batch of an agent's lanes is stepped by all of
/// them at once; what a thread posts to a process goes out in one message. Safe to use from several threads.
/// </summary>
internal sealed class PythonPool
{
    private readonly PythonSettings _settings;
    private readonly PythonProcess[] _processes;
    private readonly ConcurrentDictionary<int, Lazy<PythonInstance>> _instances = new();
    private readonly ConcurrentDictionary<int, Counter> _lanes = new();
    private readonly ConcurrentDictionary<int, PythonOutbox> _outboxes = new();
    private long _made;
    private int _threads;

    public PythonPool(PythonSettings settings)
    {
        _settings = settings;
        _processes = [.. Enumerable.Range(0, settings.Processes).Select(_ => new PythonProcess(settings))];
    }

    /// <summary>What the environments of a set of keyword arguments look like; one is made to see it.</summary>
    public PythonInstance Probe(int variant) =>
        _instances.GetOrAdd(variant, key => new Lazy<PythonInstance>(() => _processes[key % _processes.Length].Probe(key))).Value;

    /// <summary>A new lane.</summary>
    /// <param name="agent">The agent's index.</param>
    /// <param name="variant">Its keyword arguments.</param>
    public PythonLane Create(int agent, int variant)
    {
        PythonInstance instance = Probe(variant);
        int turn = Interlocked.Increment(ref _lanes.GetOrAdd(agent, _ => new Counter()).Count) - 1;
        int process = (int)(((long)agent + turn) % _processes.Length);
        long id = ((Interlocked.Increment(ref _made) - 1) * _settings.Variants.Count) + variant;
        return new PythonLane(this, _processes[process], process, id, agent, instance);
    }

    /// <summary>Keeps what a lane is asked until somebody needs an answer.</summary>
    public void Post(PythonLane lane) => OutboxOf(lane).Lanes[lane.ProcessIndex].Add(lane);

    /// <summary>Sends all that this thread has posted, and waits for the answer of one lane's process.</summary>
    public void Collect(PythonLane lane)
    {
        List<PythonLane>[] outbox = OutboxOf(lane).Lanes;
        int own = lane.ProcessIndex, workers = _processes.Length + _threads;
        // All other processes work while this thread waits for one.
        for (int p = 0; p < outbox.Length; p++)
        {
            if (outbox[p].Count > 0 && p != own) _processes[p].Send(outbox[p], workers);
        }
        if (outbox[own].Count > 0) lane.Process.Send(outbox[own], workers);
        lane.Process.Receive(lane);
    }

    /// <summary>What this thread has posted. A lane is nearly always posted by the same one.</summary>
    private PythonOutbox OutboxOf(PythonLane lane)
    {
        int thread = Environment.CurrentManagedThreadId;
        if (lane.Outbox is { } known && known.Thread == thread) return known;
        return lane.Outbox = _outboxes.GetOrAdd(thread, key =>
        {
            Interlocked.Increment(ref _threads);
            return new PythonOutbox(key, [.. _processes.Select(_ => new List<PythonLane>())]);
        });
    }

    private sealed class Counter
    {
        public int Count;
    }
}
