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
        Summary = "Four rooms joined by doors, with steps that fail (gymnax's, after Sutton, Precup and Singh 1999).",
        Description = "The agent walks through four rooms on a map of 13 x 13 cells, walls included. With probability 4/3 failProbability the action is replaced by one of the four drawn uniformly, so a step goes elsewhere than meant with "
            + "probability failProbability, each of the other directions with a third of it. A wall means stay.",
        ActionSpace = "4 actions: 0 up, 1 right, 2 down, 3 left.",
        ObservationSpace = "104 states: the free cells, row by row from the top-left; the goal, which the public observation also holds, does not change within an instance.",
        StartingState = "The cell start, (4, 1); with \"start\": \"random\" uniform over all free cells that are no goals.",
        Rewards = "1 for entering the goal, 0 else; R(s, a) is the expectation over the next cell. Of several goals an agent's own pays it 1 and the others 1 - lambda.",
        EpisodeEnd = "In every goal, all of which are absorbing with reward 0. The public limit of steps is 500.",
        Heterogeneity = "Of transitions with \"differ\": \"failure\": agent i's steps fail with p_i = p + lambda (t_i - p), with t_i in [0, 2/3] its place among the agents (evenly spaced, or drawn with agentSeed). Of rewards: with a list of goals agent i owns "
            + "number i of it, cyclically; with \"differ\": \"goals\" and one goal, agent i owns a cell up to lambda times as far from it as there are any, for itself, and the goals of all end the episode for all. At lambda = 0 all agents have the same environment: the original one, or with a list of goals one in which each of them pays everyone 1.",
        Differences = new(["differ", "goal"], ["differ", "failProbability"], ["heterogeneity"], ["agentSeed"]),
        VersionHistory = "v0: first version.",
        Source = "gymnax, gymnax/environments/misc/rooms.py (FourRooms-misc); Sutton, Precup and Singh, Between MDPs and semi-MDPs, Artificial Intelligence 112 (1999).",
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
