using FedPG.Envs.Episodic;

namespace FedPG.Envs.Python;

/// <summary>
/// One environment of an agent in a Python process. It is made there at its first reset, and closed when this object is no longer used.
/// </summary>
internal sealed class PythonLane : IPostedEnvironment
{
    private readonly PythonPool _pool;
    private readonly bool _wholeActions;
    private volatile State _state;

    public PythonLane(PythonPool pool, PythonProcess process, int processIndex, long id, int agent, PythonInstance instance)
    {
        (_pool, Process, ProcessIndex, Id, Agent) = (pool, process, processIndex, id, agent);
        (ObservationSpace, ActionSpace) = (instance.Observations, instance.Actions);
        _wholeActions = PythonSpaces.IsWhole(ActionSpace);
        (Action, Observation) = (new double[ActionSpace.Size], new double[ObservationSpace.Size]);
    }

    ~PythonLane() => Process.Release(Id);

    private enum State
    {
        Idle,
        Posted,
        Done,
    }

    /// <inheritdoc/>
    public Space ObservationSpace { get; }

    /// <inheritdoc/>
    public Space ActionSpace { get; }

    /// <inheritdoc/>
    public bool IsPosted => true;

    /// <summary>The process that steps it.</summary>
    public PythonProcess Process { get; }

    /// <summary>The place of that process among those of the pool.</summary>
    public int ProcessIndex { get; }

    /// <summary>Where the thread that posted it last keeps what it posts.</summary>
    public PythonOutbox? Outbox { get; set; }

    /// <summary>Its name there.</summary>
    public long Id { get; }

    /// <summary>The agent's index.</summary>
    public int Agent { get; }

    /// <summary>The latest action.</summary>
    public double[] Action { get; }

    /// <summary>The latest observation.</summary>
    public double[] Observation { get; }

    /// <summary>The latest step's reward and ends.</summary>
    public StepResult Result { get; private set; }

    /// <summary>The seed of the episode; -1 before the first.</summary>
    public long Seed { get; private set; } = -1;

    /// <summary>The steps of the episode, the one in flight among them; 0 for a reset.</summary>
    public int Steps { get; private set; }

    /// <inheritdoc/>
    public void PostReset(long seed)
    {
        (Seed, Steps) = (seed, 0);
        Post();
    }

    /// <inheritdoc/>
    public void PostStep(ReadOnlySpan<double> action)
    {
        if (Seed < 0) throw new InvalidOperationException("Step was called before the first Reset");
        action.CopyTo(Action);
        Steps++;
        Post();
    }

    /// <inheritdoc/>
    public void Reset(long seed, Span<double> observation)
    {
        if (_state == State.Idle) PostReset(seed);
        else if (Steps != 0 || Seed != seed) throw new InvalidOperationException("what was posted is not this reset");
        Take(observation);
    }

    /// <inheritdoc/>
    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        if (_state == State.Idle) PostStep(action);
        else if (Steps == 0) throw new InvalidOperationException("a reset was posted, and this is a step");
        Take(observation);
        return Result;
    }

    /// <summary>Notes what came back; the observation is written already.</summary>
    public void Complete(StepResult result) => (Result, _state) = (result, State.Done);

    private void Post()
    {
        if (_state != State.Idle) throw new InvalidOperationException("the last post was not taken yet");
        _state = State.Posted;
        _pool.Post(this);
    }

    private void Take(Span<double> observation)
    {
        if (_state != State.Done) _pool.Collect(this);
        if (_state != State.Done) throw new InvalidOperationException("what was posted on one thread was asked for on another");
        _state = State.Idle;
        Observation.CopyTo(observation);
        GC.KeepAlive(this);
    }
}
