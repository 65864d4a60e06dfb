using System.Collections.Concurrent;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FedPG.Envs.Python;

/// <summary>
/// A Python process that steps lanes. A batch is one byte on a pipe: what is asked and what comes back lies in memory that both share. It
/// starts at the first call, and ends with this object or with this process. Safe to use from several threads, one message at a time.
/// </summary>
internal sealed class PythonProcess(PythonSettings settings) : IDisposable
{
    private const byte StepCommand = (byte)'S';
    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<long> _released = new();
    private readonly List<PythonLane> _flight = [];
    private readonly PythonPace _pace = new();
    private PythonChannel? _channel;
    private PythonMemory? _memory;
    private PythonInstance? _instance;
    private PythonException? _failure;

    /// <summary>Makes one environment of a set of keyword arguments, and says what it looks like.</summary>
    public PythonInstance Probe(int variant)
    {
        lock (_gate)
        {
            Finish();
            return ProbeInside(variant);
        }
    }

    /// <summary>A lane that nobody uses any more, by its name; its environment is closed before the next batch.</summary>
    public void Release(long id) => _released.Enqueue(id);

    /// <summary>Sends what lanes are asked; the list is emptied.</summary>
    /// <param name="lanes">The lanes.</param>
    /// <param name="workers">The threads and processes that may want a core.</param>
    public void Send(List<PythonLane> lanes, int workers)
    {
        lock (_gate)
        {
            Finish();
            if (_instance is null) _instance = ProbeInside((int)(lanes[0].Id % settings.Variants.Count));
            CloseReleased();
            if (_memory is null || _memory.Lanes < lanes.Count) Map(lanes.Count);
            _flight.AddRange(lanes);
            lanes.Clear();
            bool sleeps = _memory!.Write(_flight, _pace.Polls(workers));
            _pace.Sent(sleeps);
            try
            {
                _channel!.Send(StepCommand, sleeps);
            }
            catch (PythonFault fault)
            {
                throw Failed(fault);
            }
        }
    }

    /// <summary>Waits for the answer of a lane.</summary>
    public void Receive(PythonLane lane)
    {
        lock (_gate)
        {
            // Another thread may have waited for the same message.
            if (_flight.Contains(lane)) Finish();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _channel?.Dispose();
        _memory?.Dispose();
    }

    /// <summary>Takes the answer to the message in flight, where there is one.</summary>
    private void Finish()
    {
        if (_failure is not null) throw _failure;
        if (_flight.Count == 0) return;
        try
        {
            _channel!.Wait(_memory!, _pace.Look(_memory!));
        }
        catch (PythonFault fault)
        {
            throw Failed(fault);
        }
        _pace.Answered();
        _memory!.Read(_flight);
        _flight.Clear();
    }

    private PythonInstance ProbeInside(int variant)
    {
        if (_failure is not null) throw _failure;
        Start();
        JsonElement seen = Ask(new JsonObject { ["do"] = "probe", ["variant"] = variant });
        try
        {
            (double, double)? rewards = seen.GetProperty("rewards") is { ValueKind: JsonValueKind.Array } range
                ? (range[0].GetDouble(), range[1].GetDouble())
                : null;
            int? limit = seen.GetProperty("limit") is { ValueKind: JsonValueKind.Number } steps ? steps.GetInt32() : null;
            return _instance = new PythonInstance(
                PythonSpaces.Observations(seen.GetProperty("observations")), PythonSpaces.Actions(seen.GetProperty("actions")),
                limit, rewards);
        }
        catch (NotSupportedException e)
        {
            throw new PythonException($"{settings.Make} cannot be used: {e.Message}");
        }
    }

    private void Start()
    {
        if (_channel is not null) return;
        Guarded(() => _channel = PythonChannel.Start(settings));
        _ = Ask(new JsonObject
        {
            ["do"] = "open",
            ["make"] = settings.Make,
            ["path"] = new JsonArray(settings.Path),
            ["variants"] = new JsonArray([.. settings.Variants.Select(variant => variant.DeepClone())]),
        });
    }

    private void CloseReleased()
    {
        if (_released.IsEmpty) return;
        var names = new JsonArray();
        while (_released.TryDequeue(out long id)) names.Add(id);
        _ = Ask(new JsonObject { ["do"] = "close", ["lanes"] = names });
    }

    private void Map(int lanes)
    {
        int actions = _instance!.Actions.Size, observations = _instance.Observations.Size;
        _memory?.Dispose();
        int room = (int)Math.Max(16, BitOperations.RoundUpToPowerOf2((uint)lanes));
        _memory = new PythonMemory(room, actions, observations, PythonSpaces.IsWhole(_instance.Actions));
        _memory.IsOrdered = Ask(_memory.Description()).GetProperty("ordered").GetBoolean();
        _memory.Hide();
    }

    private JsonElement Ask(JsonObject document)
    {
        JsonElement answer = default;
        Guarded(() => answer = _channel!.Ask(document));
        return answer;
    }

    private void Guarded(Action call)
    {
        try
        {
            call();
        }
        catch (PythonFault fault)
        {
            throw Failed(fault);
        }
    }

    /// <summary>Notes what went wrong: from then on every call says so.</summary>
    private PythonException Failed(PythonFault fault)
    {
        _failure = new PythonException(Describe(fault));
        _pace.Answered();
        _channel?.Dispose();
        _flight.Clear();
        return _failure;
    }

    private string Describe(PythonFault fault)
    {
        string what = $"the Python environment {settings.Make} {fault.Message}";
        if (_memory is not null && _flight.Count > 0)
        {
            PythonLane lane = _flight[Math.Clamp(_memory.Current(), 0, _flight.Count - 1)];
            string place = lane.Steps == 0
                ? "at a reset"
                : string.Create(CultureInfo.InvariantCulture,
                    $"in step {lane.Steps} of an episode, at the action [{string.Join(", ", lane.Action)}],");
            what += string.Create(CultureInfo.InvariantCulture, $" {place} from the seed {lane.Seed} (agent {lane.Agent})");
        }
        string below = fault.Below.Length == 0 ? _channel?.LastLines() ?? "" : fault.Below;
        return below.Length == 0 ? what : $"{what}\n{below}";
    }
}
