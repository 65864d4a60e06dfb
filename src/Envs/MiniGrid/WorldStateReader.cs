using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Envs.MiniGrid.Tasks;
using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid;

/// <summary>Reads a state of a world in JSON, and notes everything in it that is not allowed.</summary>
/// <param name="task">The task that it is a state of.</param>
internal sealed class WorldStateReader(MiniGridTask task)
{
    private const int MaxErrors = 10;
    private static readonly string[] Keys = ["grid", "agent", "direction", "carrying", "steps", "mission"];
    private readonly List<(string Path, string Allowed)> _errors = [];

    /// <summary>What is not allowed.</summary>
    public IReadOnlyList<(string Path, string Allowed)> Errors => _errors;

    /// <summary>Reads a state; null where there are errors.</summary>
    public ReadState? Read(JsonElement state)
    {
        if (state.ValueKind != JsonValueKind.Object)
        {
            Note("", WorldState.Form);
            return null;
        }
        foreach (JsonProperty property in state.EnumerateObject().Where(property => !Keys.Contains(property.Name)))
            Note(property.Name, $"one of the keys {string.Join(", ", Keys)}");
        var read = new ReadState(new byte[task.Width * task.Height]);
        ReadGrid(Item(state, "grid"), read.Cells);
        if (Item(state, "agent") is { ValueKind: JsonValueKind.Array } agent && agent.GetArrayLength() == 2)
            read = read with { X = Whole(agent[0], "agent[0]", 0, task.Width - 1), Y = Whole(agent[1], "agent[1]", 0, task.Height - 1) };
        else
            Note("agent", "[x, y]");
        read = read with { Direction = Whole(Item(state, "direction"), "direction", 0, World.Ways.Length - 1) };
        if (Item(state, "carrying") is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } carried)
            read = read with { Carried = CarriedOf(carried) };
        if (Item(state, "steps") is { ValueKind: not JsonValueKind.Undefined } steps)
            read = read with { Steps = Whole(steps, "steps", 0, 1 << 30) };
        read = read with { Mission = MissionOf(Item(state, "mission")) };
        return _errors.Count == 0 ? read : null;
    }

    private static JsonElement Item(JsonElement state, string key) => state.TryGetProperty(key, out JsonElement item) ? item : default;

    private void ReadGrid(JsonElement grid, byte[] cells)
    {
        if (grid.ValueKind != JsonValueKind.Array || grid.GetArrayLength() != task.Width)
        {
            Note("grid", $"{task.Width} columns of {task.Height} cells [object, colour, state]");
            return;
        }
        for (int x = 0; x < task.Width; x++)
        {
            if (grid[x].ValueKind != JsonValueKind.Array || grid[x].GetArrayLength() != task.Height)
            {
                Note($"grid[{x}]", $"{task.Height} cells [object, colour, state]");
                continue;
            }
            for (int y = 0; y < task.Height; y++) cells[(x * task.Height) + y] = CellOf(grid[x][y], $"grid[{x}][{y}]");
        }
    }

    private byte CarriedOf(JsonElement carried)
    {
        byte cell = CellOf(carried, "carrying");
        if (!Cell.IsPortable(cell)) Note("carrying", "null, or a key (5), ball (6) or box (7) as [object, colour, state]");
        return cell;
    }

    private byte CellOf(JsonElement element, string path)
    {
        if (element.ValueKind == JsonValueKind.Array && element.GetArrayLength() == Cell.Channels
            && Number(element[0]) is { } thing && Number(element[1]) is { } colour && Number(element[2]) is { } state
            && Cell.Of(thing, colour, state) is { } cell)
        {
            return cell;
        }
        Note(path, "[object 0 to 10, colour 0 to 5, state 0 to 2]");
        return Cell.Empty;
    }

    private int MissionOf(JsonElement mission)
    {
        if (mission.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null && task.Missions.Count == 1) return 0;
        string? text = mission.ValueKind == JsonValueKind.String ? mission.GetString() : null;
        for (int k = 0; k < task.Missions.Count; k++)
        {
            if (task.Missions[k] == text) return k;
        }
        const int shown = 12;
        string some = string.Join(", ", task.Missions.Take(shown).Select(known => $"\"{known}\""));
        Note("mission", task.Missions.Count > shown ? $"one of {task.Missions.Count} texts: {some}, ..." : $"one of {some}");
        return 0;
    }

    private int Whole(JsonElement element, string path, int least, int most)
    {
        if (Number(element) is { } number && number >= least && number <= most) return number;
        Note(path, $"a whole number from {least} to {most}");
        return least;
    }

    private static int? Number(JsonElement element) => (int?)WholeNumbers.Of(element, int.MinValue, int.MaxValue);

    private void Note(string path, string allowed)
    {
        if (_errors.Count < MaxErrors) _errors.Add((path, allowed));
    }

    /// <summary>What was read.</summary>
    /// <param name="Cells">The cells, column by column.</param>
    internal sealed record ReadState(byte[] Cells)
    {
        public int X { get; init; }

        public int Y { get; init; }

        public int Direction { get; init; }

        public byte Carried { get; init; }

        public int Steps { get; init; }

        public int Mission { get; init; }
    }
}
