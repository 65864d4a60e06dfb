using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.GridWorlds;

/// <summary><c>FourRooms-v0</c>: four rooms with doors between them.</summary>
public static class FourRooms
{
    private const int Actions = 4;

    /// <summary>The steps of the actions up, right, down, left.</summary>
    private static readonly (int Row, int Column)[] Steps = [(-1, 0), (0, 1), (1, 0), (0, -1)];

    private static readonly GridMap Rooms = GridMap.FromRows(
    [
        "#############",
        "#.....#.....#",
        "#.....#.....#",
        "#...........#",
        "#.....#.....#",
        "#.....#.....#",
        "##.####.....#",
        "#.....###.###",
        "#.....#.....#",
        "#.....#.....#",
        "#...........#",
        "#.....#.....#",
        "#############",
    ]);

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new()
    {
        Id = "FourRooms-v0",
        StepLimit = 500,
        SuccessAbove = 0,
        Summary = "Four rooms joined by doors, with steps that fail (gymnax's, after Sutton, Precup and Singh 1999).",
        Text = EnvironmentText.Beside(typeof(FourRooms)),
        Differences = new(["differ", "goal"], ["differ", "failProbability"], ["heterogeneity"], ["agentSeed"]),
        OptionsType = typeof(FourRoomsOptions),
        Configure = EnvironmentDefinition.Reading<FourRoomsOptions, FourRoomsSettings>(
            (options, reader, agents) => FourRoomsSettings.Settle(options, reader, Rooms, agents),
            (settings, _) => Build(settings),
            FourRoomsSettings.Defaults),
    };

    /// <summary>Makes the environment.</summary>
    /// <param name="agents">N, at least 1.</param>
    /// <param name="options">Its options; null for the defaults.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors are named at once.</exception>
    public static FiniteMdp Create(int agents, FourRoomsOptions? options = null) => (FiniteMdp)Definition.Create(agents, options);

    private static FiniteMdp Build(FourRoomsSettings options)
    {
        IReadOnlyList<int> cells = Rooms.CellsWhere(c => c != GridMap.Wall);
        int[] stateOf = new int[Rooms.CellCount];
        for (int s = 0; s < cells.Count; s++) stateOf[cells[s]] = s;
        var tables = new TablePool();
        HashSet<int> ending = [.. options.Goals];
        AgentMdp[] agents = [.. options.Goals.Select((goal, i) =>
            OutcomeTable.Agent($"agent-{i}", cells.Count, Actions, (s, a) => Outcomes(s, a, goal, options.Failures[i]), tables))];

        int[] starts = [.. options.Start is { } start ? [start] : cells.Where(c => !ending.Contains(c))];
        double[] initial = new double[cells.Count];
        foreach (int cell in starts) initial[stateOf[cell]] = 1.0 / starts.Length;
        var layout = new GridLayout(Rooms.Rows, Rooms.Columns, [.. cells.Select(Rooms.PlaceOf)], Draw(options), Steps);
        return new FiniteMdp(Definition.Id, options.Discount, initial, agents, layout)
        {
            Tasks = options.Tasks(Rooms, cells),
            Parameters = options.Heterogeneity == 0
                ? new Dictionary<string, double[]> { ["failProbability"] = options.Failures }
                : new Dictionary<string, double[]>
                {
                    ["failProbability"] = options.Failures,
                    ["goal"] = [.. options.Goals.Select(goal => (double)stateOf[goal])],
                },
        };

        IEnumerable<PaidTransition> Outcomes(int state, int action, int own, double failure)
        {
            if (ending.Contains(cells[state])) return OutcomeTable.Absorbing(state);
            return Enumerable.Range(0, Actions).Select(direction =>
            {
                int next = Rooms.Neighbour(cells[state], Steps[direction].Row, Steps[direction].Column);
                double paid = next == own ? 1 : ending.Contains(next) ? 1 - options.Heterogeneity : 0;
                return new PaidTransition(stateOf[next], direction == action ? 1 - failure : failure / 3, paid);
            });
        }
    }

    private static string[] Draw(FourRoomsSettings options)
    {
        char[][] lines = [.. Rooms.Lines.Select(l => l.ToCharArray())];
        if (options.Start is { } start) lines[start / Rooms.Columns][start % Rooms.Columns] = 'S';
        foreach (IGrouping<int, int> goal in Enumerable.Range(0, options.Goals.Length).GroupBy(i => options.Goals[i]))
        {
            int[] owners = [.. goal.Take(2)];
            bool alone = options.Goals.Length > 1 && owners.Length == 1 && owners[0] <= 9;
            lines[goal.Key / Rooms.Columns][goal.Key % Rooms.Columns] = alone ? (char)('0' + owners[0]) : 'G';
        }
        return [.. lines.Select(l => new string(l))];
    }
}
