using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Streams;
using FedPG.Envs.MiniGrid.Tasks;
using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid;

/// <summary>A MiniGrid task of one agent: the world, the steps, and what is seen of it.</summary>
internal sealed class MiniGridEnvironment : IJsonState
{
    private const int MaxDraws = 1_000_000;

    private readonly MiniGridTask _task;
    private readonly MiniGridLayouts _layouts;
    private readonly World _world;
    private readonly View _view = new();
    private readonly WorldState _state;
    private readonly double _slip, _prize;
    private readonly bool _imageAlone, _throughWalls;
    private readonly double[]? _numbers;
    private readonly int _firstMission;

    /// <summary>Creates the environment.</summary>
    /// <param name="task">The task, which is this environment's alone.</param>
    /// <param name="layouts">Which layouts are played.</param>
    /// <param name="settings">What else the agent has of its own.</param>
    public MiniGridEnvironment(MiniGridTask task, MiniGridLayouts layouts, MiniGridSettings settings)
    {
        (_task, _layouts, _slip, _prize) = (task, layouts, settings.Slip, settings.Prize);
        _world = new World(task.Width, task.Height, task.Obstacles);
        _state = new WorldState(_world, task);
        _imageAlone = settings.Observation != MiniGridOptions.SeesAll;
        (_firstMission, _throughWalls) = (settings.FirstMission, task.SeesThroughWalls);
        if (settings.Observation == MiniGridOptions.SeesOneHot) _numbers = new double[View.Size];
        (ObservationSpace, ActionSpace) = (SpaceOf(settings), new Discrete(settings.Actions));
    }

    /// <inheritdoc/>
    public Space ObservationSpace { get; }

    /// <inheritdoc/>
    public Space ActionSpace { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> StateNames => _state.Names;

    /// <inheritdoc/>
    public string StateForm => WorldState.Form;

    /// <inheritdoc/>
    public void Reset(long seed, Span<double> observation)
    {
        var episode = new EpisodeRandom(seed);
        _world.Draw(_layouts.Count == 0 ? episode : _layouts.Choose(ref episode));
        for (int k = 0; k < MaxDraws; k++)
        {
            _world.Begin();
            _task.Draw(_world);
            if (_layouts.Mission is null || _world.Mission == _layouts.Mission) break;
        }
        // What is random after the start belongs to the episode, not to its layout.
        if (_layouts.Count > 0) _world.Draw(episode);
        Observe(observation);
    }

    /// <inheritdoc/>
    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        int chosen = (int)action[0];
        if (_slip > 0 && _world.Unit() < _slip) chosen = _world.Below(_task.Actions);
        _world.Steps++;
        (double reward, bool terminated) = _task.Take(_world, chosen);
        Observe(observation);
        return new StepResult(reward > 0 ? _prize * reward : reward, terminated, !terminated && IsLast);
    }

    /// <inheritdoc/>
    public void ReadState(Span<double> state) => _state.Read(state);

    /// <inheritdoc/>
    public void WriteState(ReadOnlySpan<double> state, Span<double> observation)
    {
        _state.Write(state);
        Observe(observation);
    }

    /// <inheritdoc/>
    public IReadOnlyList<(string Path, string Allowed)> WriteState(JsonElement state, Span<double> observation)
    {
        IReadOnlyList<(string, string)> errors = _state.Write(state);
        if (errors.Count == 0) Observe(observation);
        return errors;
    }

    /// <inheritdoc/>
    public JsonObject StepJson(in StepResult result, ReadOnlySpan<double> observation) => new()
    {
        ["image"] = WorldState.ImageJson(_numbers ?? observation),
        ["direction"] = _world.Direction,
        ["reward"] = result.Reward,
        ["terminated"] = result.Terminated,
        ["truncated"] = IsLast,
        ["agent"] = new JsonArray(_world.X, _world.Y),
        ["carrying"] = _world.Carried == 0 ? null : WorldState.CellJson(_world.Carried),
        ["steps"] = _world.Steps,
    };

    private bool IsLast => _world.Steps >= _task.MaxSteps;

    private void Observe(Span<double> observation)
    {
        if (_numbers is not null)
        {
            _view.Write(_world, _throughWalls, _numbers);
            View.WriteOneHot(_numbers, observation);
            return;
        }
        _view.Write(_world, _throughWalls, observation);
        if (_imageAlone) return;
        observation[View.Size + 1] = _firstMission + _world.Mission;
        observation[View.Size] = _world.Direction;
    }

    private static Space SpaceOf(MiniGridSettings settings)
    {
        if (settings.Observation == MiniGridOptions.SeesOneHot)
        {
            const int size = View.Side * View.Side * View.OneHot;
            double[] most = new double[size];
            Array.Fill(most, 1);
            return new Box(new double[size], most, [View.Side, View.Side, View.OneHot]) { IsWhole = true };
        }
        double[] low = new double[View.Size], high = new double[View.Size];
        for (int k = 0; k < View.Size; k++) high[k] = (k % Cell.Channels) switch { 0 => 10, 1 => Cell.Colours - 1, _ => 2 };
        var image = new Box(low, high, [View.Side, View.Side, Cell.Channels]) { IsWhole = true };
        return settings.Observation == MiniGridOptions.SeesImage ? image : new NamedSpaces(
            ("image", image), ("direction", new Discrete(World.Ways.Length)), ("mission", new Discrete(settings.MissionCount)));
    }
}

/// <summary>What an agent has of its own beside its task and layouts.</summary>
/// <param name="Slip">The probability of a random action.</param>
/// <param name="Prize">What success is multiplied by.</param>
/// <param name="Observation">What is seen, a word of <see cref="MiniGridOptions.Observation"/>.</param>
/// <param name="Actions">The number of actions.</param>
/// <param name="MissionCount">The number of missions of all agents.</param>
/// <param name="FirstMission">Where those of the agent's task begin among them.</param>
internal sealed record MiniGridSettings(double Slip, double Prize, string Observation, int Actions, int MissionCount, int FirstMission);

/// <summary>Which layouts an agent plays.</summary>
/// <param name="Count">How many there are; 0 where each reset draws a new one.</param>
/// <param name="Seed">What they are drawn by.</param>
/// <param name="Agent">The agent's index.</param>
/// <param name="Mission">The number of the only mission; null for any.</param>
internal sealed record MiniGridLayouts(int Count, long Seed, int Agent, int? Mission)
{
    /// <summary>The random numbers of one of the layouts.</summary>
    public EpisodeRandom Choose(ref EpisodeRandom episode) => new(EpisodeSeeds.Of(Seed, Agent, episode.Below(Count)));
}
