using System.Globalization;
using FedPG.Core.Options;

namespace FedPG.Envs.GridWorlds;

/// <summary>Where the agents' goals are: in the map's letters, in a list, or by a rule.</summary>
internal static class GoalPlacement
{
    private const string Key = "goals";

    /// <summary>The goal cell of each agent.</summary>
    /// <param name="goals">The option.</param>
    /// <param name="reader">Where errors are noted.</param>
    /// <param name="map">The map; null when it has errors.</param>
    /// <param name="seed">What goals are drawn from, where they are.</param>
    /// <param name="agents">The number of agents N.</param>
    /// <returns>The cells, [N]; null when there were errors.</returns>
    public static int[]? Place(GridGoals goals, OptionReader reader, GridMap? map, long seed, int agents)
    {
        if (map is null) return null;
        IReadOnlyList<int> letters = map.CellsWhere(c => c == 'G' || char.IsAsciiDigit(c));
        if (letters.Count > 0)
        {
            reader.RejectUnused("the map has goals (letters G, 0-9) already; give one or the other", Key);
            return FromLetters(reader, map, letters, agents);
        }
        if (goals.Cells is { } list) return FromList(reader, map, list, agents);
        if (goals == GridGoals.Spread) return FarApart(map, agents);
        return goals == GridGoals.Random ? Drawn(map, seed, agents) : OnBoundary(reader, map, agents);
    }

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
                : goals[agent] >= 0 ? $"agent {agent} has a goal at {Where(goals[agent])} already"
                : null;
            if (problem is null) goals[agent] = cell;
            else if (errors++ < GridMap.MaxErrors)
                reader.Errors.Add(reader.PathOf("map"), $"'{map[cell]}'", $"row {row}, column {column}: {problem}");
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

        string Where(int cell) => $"row {map.PlaceOf(cell).Row}, column {map.PlaceOf(cell).Column}";
    }

    private static int[]? FromList(OptionReader reader, GridMap map, IReadOnlyList<GridCell> list, int agents)
    {
        PerAgentNumbers.RequireFit(reader, Key, list.Count, agents);
        int[]? cells = GridPlaces.Cells(reader, Key, map, list, listed: true, cell => Obstacle(map, cell));
        return cells is null ? null : [.. Enumerable.Range(0, agents).Select(i => cells[i % cells.Length])];
    }

    private static int[]? OnBoundary(OptionReader reader, GridMap map, int agents)
    {
        long boundary = map.Rows == 1 || map.Columns == 1 ? map.CellCount : (2L * (map.Rows + map.Columns)) - 4;
        int[] goals = [.. Enumerable.Range(0, agents).Select(i => BoundaryCell(map.Rows, map.Columns, (int)(i * boundary / agents)))];
        int blocked = Array.FindIndex(goals, g => Obstacle(map, g) is not null);
        if (blocked < 0) return goals;
        (int row, int column) = map.PlaceOf(goals[blocked]);
        reader.Errors.Add(reader.PathOf(Key), $"\"{GridGoals.BoundaryWord}\"",
            string.Create(CultureInfo.InvariantCulture, $"agent {blocked}'s cell at row {row}, column {column} ")
            + $"{Obstacle(map, goals[blocked])}; "
            + $"place the goals with \"{GridGoals.SpreadWord}\", with a list of [row, column], or with letters in the map");
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
