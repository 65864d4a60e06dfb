using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace FedPG.Envs.Python;

/// <summary>
/// The memory that a process shares with this one, for up to so many lanes a message: their number and the one in work, then for each its
/// name, seed (-1 for a step), action, observation, reward and ends. All are 8 bytes but the last, which is one. Not thread-safe.
/// </summary>
internal sealed class PythonMemory : IDisposable
{
    private const int Head = 2;
    private readonly string _path;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly int _actions, _observations;
    private readonly bool _wholeActions;
    private readonly long[] _names, _seeds, _whole;
    private readonly double[] _real, _seen, _rewards;
    private readonly byte[] _ends;

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
        (_names, _seeds) = (new long[lanes], new long[lanes]);
        (_whole, _real) = (new long[wholeActions ? lanes * actions : 0], new double[wholeActions ? 0 : lanes * actions]);
        (_seen, _rewards, _ends) = (new double[lanes * observations], new double[lanes], new byte[lanes]);
    }

    /// <summary>The most lanes of a message.</summary>
    public int Lanes { get; }

    /// <summary>Its size.</summary>
    public long Bytes { get; }

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
    public void Write(List<PythonLane> lanes)
    {
        for (int k = 0; k < lanes.Count; k++)
        {
            PythonLane lane = lanes[k];
            (_names[k], _seeds[k]) = (lane.Id, lane.Steps == 0 ? lane.Seed : -1);
            if (!_wholeActions) lane.Action.CopyTo(_real, k * _actions);
            else for (int j = 0; j < _actions; j++) _whole[(k * _actions) + j] = (long)lane.Action[j];
        }
        ulong at = 0;
        Put<long>(ref at, [lanes.Count, 0], Head);
        Put<long>(ref at, _names.AsSpan(0, lanes.Count), Lanes);
        Put<long>(ref at, _seeds.AsSpan(0, lanes.Count), Lanes);
        if (_wholeActions) Put<long>(ref at, _whole.AsSpan(0, lanes.Count * _actions), Lanes * _actions);
        else Put<double>(ref at, _real.AsSpan(0, lanes.Count * _actions), Lanes * _actions);
    }

    /// <summary>Hands lanes what came back.</summary>
    public void Read(List<PythonLane> lanes)
    {
        ulong at = 8 * (ulong)(Head + (Lanes * (2 + _actions)));
        Take<double>(ref at, _seen.AsSpan(0, lanes.Count * _observations), Lanes * _observations);
        Take<double>(ref at, _rewards.AsSpan(0, lanes.Count), Lanes);
        Take<byte>(ref at, _ends.AsSpan(0, lanes.Count), Lanes);
        for (int k = 0; k < lanes.Count; k++)
        {
            _seen.AsSpan(k * _observations, _observations).CopyTo(lanes[k].Observation);
            lanes[k].Complete(new StepResult(_rewards[k], (_ends[k] & 1) != 0, (_ends[k] & 2) != 0));
        }
    }

    /// <summary>The place of the lane that is in work, or was last.</summary>
    public int Current() => (int)_view.ReadInt64(8);

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
        if (File.Exists(_path)) File.Delete(_path);
    }

    private void Put<T>(ref ulong at, ReadOnlySpan<T> from, int room)
        where T : unmanaged
    {
        _view.SafeMemoryMappedViewHandle.WriteSpan(at, from);
        at += (ulong)room * (ulong)Marshal.SizeOf<T>();
    }

    private void Take<T>(ref ulong at, Span<T> to, int room)
        where T : unmanaged
    {
        _view.SafeMemoryMappedViewHandle.ReadSpan(at, to);
        at += (ulong)room * (ulong)Marshal.SizeOf<T>();
    }
}
