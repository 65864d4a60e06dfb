using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Envs.MiniGrid.Tasks;
using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid;

/// <summary>The state of a world as a list of numbers and as JSON.</summary>
internal sealed class WorldState
{
    /// <summary>The form of a state in JSON.</summary>
    public const string Form = "an object { \"grid\": [width][height][object, colour, state], \"agent\": [x, y], \"direction\": 0 to 3, "
        + "\"carrying\": null or [object, colour, state], \"steps\": n, \"mission\": \"...\" }";

    /// <summary>Width, height, agent (3), carried, steps, mission, target (2).</summary>
    public const int FirstObstacle = 10;

    private readonly World _world;
    private readonly MiniGridTask _task;
    private readonly int _firstCell;

    /// <summary>Creates the reader and writer of a world.</summary>
    /// <param name="world">The world.</param>
    /// <param name="task">Its task.</param>
    public WorldState(World world, MiniGridTask task)
    {
        (_world, _task, _firstCell) = (world, task, FirstObstacle + (2 * world.Obstacles.Length));
        Names =
        [
            "width", "height", "x", "y", "direction", "carried", "steps", "mission", "targetX", "targetY",
            .. Enumerable.Range(0, 2 * world.Obstacles.Length).Select(k => $"obstacle{k / 2}{(k % 2 == 0 ? 'X' : 'Y')}"),
            .. Enumerable.Range(0, task.Width * task.Height).Select(k => $"cell[{k / task.Height}][{k % task.Height}]"),
        ];
    }

    /// <summary>The names of the numbers.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Writes the world into numbers; a cell is object + 16 colour + 128 state.</summary>
    public void Read(Span<double> state)
    {
        World w = _world;
        ReadOnlySpan<double> head =
        [
            _task.Width, _task.Height, w.X, w.Y, w.Direction, w.Carried == 0 ? 0 : NumberOf(w.Carried), w.Steps, w.Mission, w.Target.X,
            w.Target.Y,
        ];
        head.CopyTo(state);
        for (int k = 0; k < w.Obstacles.Length; k++)
            (state[FirstObstacle + (2 * k)], state[FirstObstacle + (2 * k) + 1]) = w.Obstacles[k];
        int at = _firstCell;
        for (int x = 0; x < _task.Width; x++)
        {
            for (int y = 0; y < _task.Height; y++) state[at++] = NumberOf(w.Map[x, y]);
        }
    }

    /// <summary>Makes the world what numbers say.</summary>
    /// <exception cref="ArgumentException">They are no state of this world.</exception>
    public void Write(ReadOnlySpan<double> state)
    {
        World w = _world;
        if (state.Length != Names.Count || state[0] != _task.Width || state[1] != _task.Height)
            throw new ArgumentException($"a state of {Names.Count} numbers of a map of {_task.Width} x {_task.Height} is needed");
        int at = _firstCell;
        for (int x = 0; x < _task.Width; x++)
        {
            for (int y = 0; y < _task.Height; y++) w.Map[x, y] = CellOf(state[at++]);
        }
        (w.X, w.Y, w.Direction) = (Whole(state[2], _task.Width), Whole(state[3], _task.Height), Whole(state[4], World.Ways.Length));
        w.Carried = state[5] == 0 ? (byte)0 : CellOf(state[5]);
        (w.Steps, w.Mission) = (Whole(state[6], int.MaxValue), Whole(state[7], _task.Missions.Count));
        _task.Recall(w);
        w.Target = Place(state[8], state[9]);
        for (int k = 0; k < w.Obstacles.Length; k++)
            w.Obstacles[k] = Place(state[FirstObstacle + (2 * k)], state[FirstObstacle + (2 * k) + 1]);
    }

    /// <summary>Makes the world what JSON says; it stays as it was where something is not allowed.</summary>
    /// <returns>What is not allowed.</returns>
    public IReadOnlyList<(string Path, string Allowed)> Write(JsonElement state)
    {
        var reader = new WorldStateReader(_task);
        if (reader.Read(state) is not { } read) return reader.Errors;
        World w = _world;
        w.Begin();
        for (int x = 0; x < _task.Width; x++)
        {
            for (int y = 0; y < _task.Height; y++) w.Map[x, y] = read.Cells[(x * _task.Height) + y];
        }
        (w.X, w.Y, w.Direction, w.Carried) = (read.X, read.Y, read.Direction, read.Carried);
        (w.Steps, w.Mission) = (read.Steps, read.Mission);
        _task.Recall(w);
        return [];
    }

    /// <summary>A cell as three numbers.</summary>
    public static JsonArray CellJson(byte cell) => new(Cell.ObjectOf(cell), Cell.ColourOf(cell), Cell.StateOf(cell));

    /// <summary>The image of an observation, [7][7][3].</summary>
    public static JsonArray ImageJson(ReadOnlySpan<double> observation)
    {
        var image = new JsonArray();
        for (int i = 0; i < View.Side; i++)
        {
            var column = new JsonArray();
            for (int j = 0; j < View.Side; j++)
            {
                ReadOnlySpan<double> cell = observation.Slice(Cell.Channels * ((i * View.Side) + j), Cell.Channels);
                column.Add(new JsonArray((int)cell[0], (int)cell[1], (int)cell[2]));
            }
            image.Add(column);
        }
        return image;
    }

    /// <summary>The cell of a number.</summary>
    /// <exception cref="ArgumentException">It is no cell.</exception>
    public static byte CellOf(double number)
    {
        int code = Whole(number, 3 << 7);
        return Cell.Of(code & 15, (code >> 4) & 7, code >> 7) ?? throw new ArgumentException($"{number} is no cell");
    }

    private static double NumberOf(byte cell) => Cell.ObjectOf(cell) + (16 * Cell.ColourOf(cell)) + (128 * Cell.StateOf(cell));

    private (int X, int Y) Place(double x, double y) => x < 0 ? (-1, -1) : (Whole(x, _task.Width), Whole(y, _task.Height));

    private static int Whole(double value, int end) => value >= 0 && value < end && value == Math.Floor(value)
        ? (int)value
        : throw new ArgumentException($"{value} is not a whole number from 0 to {end - 1}");
}
