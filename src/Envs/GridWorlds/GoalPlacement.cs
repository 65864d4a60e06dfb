using System.Globalization;
using System.Text.Json;
using FedPG.Core.Options;

namespace FedPG.Envs.GridWorlds;

/// <summary>Where the agents' goals are: in the map's letters, in a list, or by a rule.</summary>
internal static class GoalPlacement
{
    private const string Boundary = "boundary", Spread = "spread", Random = "random";
    private const int MaxErrors = 10;

    /// <summary>Reads the option <c>goals</c>.</summary>
    /// <param name="reader">The environment's options.</param>
    /// <param name="map">The map; null when it had faults, and then goals are only parsed.</param>
    /// <param name="agents">The number of agents N.</param>
    /// <returns>What gives the goal cell of each agent, [N], by the seed of those that are drawn; null when there were faults.</returns>
    public static Func<long, int[]?> Read(OptionReader reader, GridMap? map, int agents)
    {
        object goals = reader.Parsed<object>("goals", Boundary, $"\"{Boundary}\", \"{Spread}\", \"{Random}\" or a list of [row, column]",
            "The agents' goals, at most one an agent, assigned cyclically when a list is shorter than the agents are many. boundary: agent i has boundary cell "
            + "number floor(i P / N) of the P, walking clockwise from the top-left corner; spread: each goal as many steps as possible from "
            + "the nearest one before; random: each agent's drawn uniformly, by agentSeed, from the free cells that can be reached. Not together with goals in the map.", Parse)!;
        if (map is null) return _ => null;
        IReadOnlyList<int> letters = map.CellsWhere(c => c == 'G' || char.IsAsciiDigit(c));
        if (letters.Count > 0)
        {
            if (reader.Has("goals")) reader.Reject("goals", "the map has goals (letters G, 0-9) already; give one or the other");
            // Written back as not given, so that what was resolved can be read again.
            reader.Resolved["goals"] = null;
            return _ => FromLetters(reader, map, letters, agents);
        }
        return seed => goals switch
        {
            int[][] list => FromList(reader, map, list, agents),
            Spread => FarApart(map, agents),
            Random => Drawn(map, seed, agents),
            _ => OnBoundary(reader, map, agents),
        };
    }

    /// <summary>Whether the goals are drawn.</summary>
    public static bool IsDrawn(OptionReader reader) => reader.Raw("goals") is { ValueKind: JsonValueKind.String } name && name.GetString() == Random;

    /// <summary>Boundary cell number <paramref name="number"/>, walking clockwise from the top-left corner.</summary>
    internal static int BoundaryCell(int rows, int columns, int number)
    {
        // A map one cell wide or high is all boundary, and the walk goes along it once.
        if (rows == 1 || columns == 1) return number;
        int right = columns - 1, down = rows - 1;
        (int row, int column) = number switch
        {
            _ when number < right => (0, number),
            _ when number < right + down => (number - right, right),
            _ when number < (2 * right) + down => (down, (2 * right) + down - number),
            _ => ((2 * (right + down)) - number, 0),
        };
        return (row * columns) + column;
    }

    private static object? Parse(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String) return element.GetString() is Boundary or Spread or Random ? element.GetString() : null;
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0) return null;
        var places = new List<int[]>();
        foreach (JsonElement item in element.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() != 2) return null;
            int[] place = new int[2];
            for (int k = 0; k < 2; k++)
            {
                if (item[k].ValueKind != JsonValueKind.Number || !item[k].TryGetInt32(out place[k])) return null;
            }
            places.Add(place);
        }
        return places.ToArray();
    }

    private static int[]? FromLetters(OptionReader reader, GridMap map, IReadOnlyList<int> letters, int agents)
    {
        int[] goals = new int[agents];
        Array.Fill(goals, -1);
        int errors = 0;
        foreach (int cell in letters.Where(c => map[c] != 'G'))
        {
            (int row, int column) = map.PlaceOf(cell);
            int agent = map[cell] - '0';
            string? problem = agent >= agents ? $"there is no agent {agent}; agents are 0 to {agents - 1}"
                : goals[agent] >= 0 ? $"agent {agent} has a goal at row {map.PlaceOf(goals[agent]).Row}, column {map.PlaceOf(goals[agent]).Column} already"
                : null;
            if (problem is null) goals[agent] = cell;
            else if (errors++ < MaxErrors) reader.Errors.Add(reader.PathOf("map"), $"'{map[cell]}'", $"row {row}, column {column}: {problem}");
        }
        int[] open = [.. letters.Where(c => map[c] == 'G')];
        int[] without = [.. Enumerable.Range(0, agents).Where(i => goals[i] < 0)];
        if (open.Length > 0)
        {
            for (int k = 0; k < without.Length; k++) goals[without[k]] = open[k % open.Length];
        }
        else if (without.Length > 0 && errors == 0)
        {
            reader.Reject("map", $"agent {without[0]} has no goal; give it a digit, or add cells G for the agents without one");
            errors++;
        }
        return errors == 0 ? goals : null;
    }

    private static int[]? FromList(OptionReader reader, GridMap map, int[][] list, int agents)
    {
        PerAgentNumbers.RequireFit(reader, "goals", list.Length, agents);
        int[] cells = new int[list.Length];
        int errors = 0;
        for (int k = 0; k < list.Length; k++)
        {
            (int row, int column) = (list[k][0], list[k][1]);
            bool inside = row >= 0 && row < map.Rows && column >= 0 && column < map.Columns;
            cells[k] = inside ? (row * map.Columns) + column : -1;
            string? problem = inside ? Obstacle(map, cells[k])
                : $"is outside the map; rows are 0 to {map.Rows - 1}, columns 0 to {map.Columns - 1}";
            if (problem is not null && errors++ < MaxErrors) reader.Errors.Add($"{reader.PathOf("goals")}[{k}]", $"[{row}, {column}]", problem);
        }
        return errors == 0 ? [.. Enumerable.Range(0, agents).Select(i => cells[i % cells.Length])] : null;
    }

    private static int[]? OnBoundary(OptionReader reader, GridMap map, int agents)
    {
        long boundary = map.Rows == 1 || map.Columns == 1 ? map.CellCount : (2L * (map.Rows + map.Columns)) - 4;
        int[] goals = [.. Enumerable.Range(0, agents).Select(i => BoundaryCell(map.Rows, map.Columns, (int)(i * boundary / agents)))];
        int blocked = Array.FindIndex(goals, g => Obstacle(map, g) is not null);
        if (blocked < 0) return goals;
        (int row, int column) = map.PlaceOf(goals[blocked]);
        reader.Errors.Add(reader.PathOf("goals"), $"\"{Boundary}\"",
            string.Create(CultureInfo.InvariantCulture, $"agent {blocked}'s cell at row {row}, column {column} {Obstacle(map, goals[blocked])}; ")
            + $"place the goals with \"{Spread}\", with a list of [row, column], or with letters in the map");
        return null;
    }

    /// <summary>
    /// Farthest-point placement: the first free cell in reading order, then always the cell with the most steps to the nearest goal so
    /// far; of those the one with the most steps to all goals together, then the first in reading order.
    /// </summary>
    private static int[] FarApart(GridMap map, int agents)
    {
        int[] candidates = Candidates(map);
        int[] nearest = new int[map.CellCount];
        Array.Fill(nearest, GridPaths.Unreachable);
        long[] together = new long[map.CellCount];
        var goals = new List<int> { candidates[0] };
        while (goals.Count < Math.Min(agents, candidates.Length))
        {
            // A part of the map that the goal cannot reach counts as farthest from it.
            int[] steps = GridPaths.Distances(map, [goals[^1]], c => map[c] != 'L');
            int farthest = candidates[0];
            foreach (int cell in candidates)
            {
                nearest[cell] = Math.Min(nearest[cell], steps[cell]);
                together[cell] += steps[cell];
                if ((nearest[cell], together[cell]).CompareTo((nearest[farthest], together[farthest])) > 0) farthest = cell;
            }
            goals.Add(farthest);
        }
        return [.. Enumerable.Range(0, agents).Select(i => goals[i % goals.Count])];
    }

    /// <summary>A goal an agent, drawn uniformly.</summary>
    private static int[] Drawn(GridMap map, long seed, int agents)
    {
        int[] candidates = Candidates(map);
        return [.. Enumerable.Range(0, agents).Select(i => candidates[(int)(AgentSpread.Draw(seed, i) * candidates.Length)])];
    }

    /// <summary>The free cells that can be reached from the start, in reading order.</summary>
    private static int[] Candidates(GridMap map)
    {
        int[] reach = GridPaths.Distances(map, GridWorld.StartCells(map), c => map[c] != 'L');
        return [.. map.CellsWhere(GridWorld.IsFloor).Where(c => reach[c] != GridPaths.Unreachable)];
    }

    private static string? Obstacle(GridMap map, int cell) => map[cell] switch
    {
        GridMap.Wall => "is a wall",
        'L' => "is lava",
        _ => null,
    };
}
