using System.IO.MemoryMappedFiles;
using System.Text.Json.Nodes;

namespace FedPG.Envs.Python;

/// <summary>
/// The memory that a process shares with this one, for up to so many lanes a message: a head, then for each lane its name, seed (-1 for a
/// step), action, observation, reward and ends. All are 8 bytes but the last, which is one. What one side writes while the other looks at
/// it lies in lines of the cache of its own. Not thread-safe.
/// </summary>
internal sealed unsafe class PythonMemory : IDisposable
{
    // The places of the head, as fedpg_bridge.py has them.
    private const int Count = 0, Request = 1, Polls = 2, Resets = 3, Waits = 4, CurrentLane = 8, Asleep = 9, Answer = 16, Head = 24;

    private readonly string _path;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly int _actions, _observations;
    private readonly bool _wholeActions;
    private readonly byte* _base;
    private readonly long* _head, _names, _seeds;
    private readonly double* _taken, _seen, _rewards;
    private readonly byte* _ends;
    private long _request;
    private bool _isOpen;

    /// <summary>Makes the memory.</summary>
    /// <param name="lanes">The most lanes of a message.</param>
    /// <param name="actions">The numbers of an action.</param>
    /// <param name="observations">The numbers of an observation.</param>
    /// <param name="wholeActions">Whether actions are whole numbers.</param>
    public PythonMemory(int lanes, int actions, int observations, bool wholeActions)
    {
        (Lanes, _actions, _observations, _wholeActions) = (lanes, actions, observations, wholeActions);
        Bytes = (8 * (Head + ((long)lanes * (3 + actions + observations)))) + lanes;
        const string shared = "/dev/shm";
        _path = Path.Combine(Directory.Exists(shared) ? shared : Path.GetTempPath(), $"fedpg-{Environment.ProcessId}-{Guid.NewGuid():N}");
        _file = MemoryMappedFile.CreateFromFile(_path, FileMode.CreateNew, null, Bytes);
        _view = _file.CreateViewAccessor(0, Bytes);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _base);
        _isOpen = true;
        _head = (long*)_base;
        _names = _head + Head;
        _seeds = _names + lanes;
        _taken = (double*)(_seeds + lanes);
        _seen = _taken + ((long)lanes * actions);
        _rewards = _seen + ((long)lanes * observations);
        _ends = (byte*)(_rewards + lanes);
    }

    ~PythonMemory() => Close();

    /// <summary>The most lanes of a message.</summary>
    public int Lanes { get; }

    /// <summary>Its size.</summary>
    public long Bytes { get; }

    /// <summary>
    /// Whether the other side's writes are seen in their order, so that an answer may be looked for here; else it comes by the pipe.
    /// </summary>
    public bool IsOrdered { get; set; }

    /// <summary>Whether the last message is answered.</summary>
    public bool IsAnswered => Math.Abs(Volatile.Read(ref _head[Answer])) == _request;

    /// <summary>Whether that answer is a fault, whose document comes by the pipe.</summary>
    public bool HasFailed => _head[Answer] < 0;

    /// <summary>What the process needs to know of it.</summary>
    public JsonObject Description() => new()
    {
        ["do"] = "map",
        ["path"] = _path,
        ["bytes"] = Bytes,
        ["lanes"] = Lanes,
        ["actions"] = _actions,
        ["observations"] = _observations,
        ["code"] = _wholeActions ? "q" : "d",
    };

    /// <summary>Takes the file's name away once both sides have opened it, so that nothing is left behind however they end.</summary>
    public void Hide()
    {
        if (!OperatingSystem.IsWindows()) File.Delete(_path);
    }

    /// <summary>Writes what lanes are asked.</summary>
    /// <param name="lanes">The lanes.</param>
    /// <param name="polls">How often the other side looks for the next message before it sleeps.</param>
    /// <returns>Whether the other side sleeps and has to be woken.</returns>
    public bool Write(List<PythonLane> lanes, int polls)
    {
        int resets = 0;
        for (int k = 0; k < lanes.Count; k++)
        {
            PythonLane lane = lanes[k];
            _names[k] = lane.Id;
            _seeds[k] = -1;
            if (lane.Steps == 0) (_seeds[k], resets) = (lane.Seed, resets + 1);
            long first = (long)k * _actions;
            if (_wholeActions) for (int j = 0; j < _actions; j++) ((long*)_taken)[first + j] = (long)lane.Action[j];
            else for (int j = 0; j < _actions; j++) _taken[first + j] = lane.Action[j];
        }
        new Span<byte>(_ends, lanes.Count).Clear();
        (_head[Count], _head[CurrentLane], _head[Resets]) = (lanes.Count, 0, resets);
        (_head[Polls], _head[Waits]) = (polls, IsOrdered ? 0 : 1);
        Volatile.Write(ref _head[Request], ++_request);
        // The other side says that it sleeps before it looks for a last time.
        Interlocked.MemoryBarrier();
        return !IsOrdered || Volatile.Read(ref _head[Asleep]) != 0;
    }

    /// <summary>Says that this side sleeps, so that the other one wakes it.</summary>
    /// <returns>Whether it may: the answer is not there yet.</returns>
    public bool Sleep()
    {
        if (IsOrdered)
        {
            Volatile.Write(ref _head[Waits], 1);
            Interlocked.MemoryBarrier();
        }
        return !IsOrdered || !IsAnswered;
    }

    /// <summary>Hands lanes what came back.</summary>
    public void Read(List<PythonLane> lanes)
    {
        for (int k = 0; k < lanes.Count; k++)
        {
            PythonLane lane = lanes[k];
            double* seen = _seen + ((long)k * _observations);
            if (_observations == 1) lane.Observation[0] = *seen;
            else new ReadOnlySpan<double>(seen, _observations).CopyTo(lane.Observation);
            lane.Complete(new StepResult(_rewards[k], (_ends[k] & 1) != 0, (_ends[k] & 2) != 0));
        }
    }

    /// <summary>The place of the lane that is in work, or was last.</summary>
    public int Current() => (int)Volatile.Read(ref _head[CurrentLane]);

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
        _view.Dispose();
        _file.Dispose();
        if (File.Exists(_path)) File.Delete(_path);
    }

    private void Close()
    {
        if (_isOpen) _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _isOpen = false;
    }
}
