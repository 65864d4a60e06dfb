using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.GridWorlds;

/// <summary><c>GridWorld-v0</c>: agents on one map, each paid in its own goal cell.</summary>
public static class GridWorld
{
    private const int Actions = 4, Down = 2;

    /// <summary>The steps of the actions up, right, down, left.</summary>
    private static readonly (int Row, int Column)[] Steps = [(-1, 0), (0, 1), (1, 0), (0, -1)];

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new()
    {
        Id = "GridWorld-v0",
        Summary = "A gridworld with slippery moves in which every agent has its own goal cell.",
        Text = EnvironmentText.Beside(typeof(GridWorld)),
        Differences = new(
            ["goals", "map"], ["slip", "wind", "terminateOwnGoalOnly"], ["heterogeneity"], ["goals", "slip", "wind", "agentSeed"]),
        OptionsType = typeof(GridWorldOptions),
        Configure = EnvironmentDefinition.Reading<GridWorldOptions, GridWorldSettings>(
            GridWorldSettings.Settle, (settings, _) => Build(settings)),
    };

    /// <summary>Makes the environment.</summary>
    /// <param name="agents">N, at least 1.</param>
    /// <param name="options">Its options; null for the defaults.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors are named at once.</exception>
    public static FiniteMdp Create(int agents, GridWorldOptions? options = null) => (FiniteMdp)Definition.Create(agents, options);

    /// <summary>Whether an agent can be in a cell of that letter and go on.</summary>
    internal static bool IsFloor(char letter) => letter is not (GridMap.Wall or 'L');

    /// <summary>The cells where episodes start, each equally likely.</summary>
    internal static IReadOnlyList<int> StartCells(GridMap map)
    {
        IReadOnlyList<int> marked = map.CellsWhere(c => c == 'S');
        return marked.Count > 0 ? marked : map.CellsWhere(IsFloor);
    }

    private static FiniteMdp Build(GridWorldSettings options)
    {
        GridMap map = options.Map;
        IReadOnlyList<int> cells = map.CellsWhere(c => c != GridMap.Wall);
        int[] stateOf = new int[map.CellCount];
        for (int s = 0; s < cells.Count; s++) stateOf[cells[s]] = s;
        int states = cells.Count + (options.Continuing ? 0 : 1);

        TransitionKernel[] kernels = Kernels(options, cells, stateOf, states);
        double[][] rewards = [.. options.Goals.Select(goal =>
        {
            double[] own = new double[states * Actions];
            Array.Fill(own, 1, stateOf[goal] * Actions, Actions);
            return own;
        })];
        RewardHeterogeneity.Scale(rewards, options.Heterogeneity);

        IReadOnlyList<int> starts = StartCells(map);
        double[] initial = new double[states];
        foreach (int cell in starts) initial[stateOf[cell]] = 1.0 / starts.Count;

        (int, int)[] places = [.. Enumerable.Range(0, states).Select(s => s < cells.Count ? map.PlaceOf(cells[s]) : (-1, -1))];
        var layout = new GridLayout(map.Rows, map.Columns, places, Draw(options), Steps);
        AgentMdp[] agents = [.. rewards.Select((r, i) => new AgentMdp($"agent-{i}", r, kernels[i]))];
        return new FiniteMdp(Definition.Id, options.Discount, initial, agents, layout)
        {
            Tasks = options.Tasks(places),
            Parameters = options.Heterogeneity == 0
                ? new Dictionary<string, double[]> { ["slip"] = options.Slips, ["wind"] = options.Winds }
                : new Dictionary<string, double[]>
                {
                    ["slip"] = options.Slips,
                    ["wind"] = options.Winds,
                    ["goal"] = [.. options.Goals.Select(goal => (double)stateOf[goal])],
                },
        };
    }

    /// <summary>The kernel of each agent; one object where they do not differ.</summary>
    private static TransitionKernel[] Kernels(GridWorldSettings options, IReadOnlyList<int> cells, int[] stateOf, int states)
    {
        var made = new Dictionary<(int? OwnEnd, double Slip, double Wind), TransitionKernel>();
        return [.. Enumerable.Range(0, options.Goals.Length).Select(i =>
        {
            (int? OwnEnd, double Slip, double Wind) kind = options.KernelOf(i);
            if (!made.TryGetValue(kind, out TransitionKernel? kernel))
                made[kind] = kernel = Kernel(options.Map, kind.Slip, kind.Wind, cells, stateOf, states, options.EndingsOf(kind.OwnEnd));
            return kernel;
        })];
    }

    private static TransitionKernel Kernel(
        GridMap map, double slip, double wind, IReadOnlyList<int> cells, int[] stateOf, int states, Dictionary<int, double> endings)
    {
        int terminal = states - 1;
        return TransitionKernel.Create(states, Actions, (state, action) =>
        {
            if (state >= cells.Count || map[cells[state]] == 'L') return [(state, 1)];
            double ends = endings.GetValueOrDefault(cells[state]);
            if (ends == 0) return Moves(cells[state], action);
            if (ends == 1) return [(terminal, 1)];
            return [(terminal, ends), .. Moves(cells[state], action).Select(move => (move.Next, (1 - ends) * move.Probability))];
        });

        IEnumerable<(int Next, double Probability)> Moves(int cell, int action)
        {
            double still = 1 - wind;
            yield return (After(cell, action), still * (1 - slip));
            for (int other = 0; other < Actions; other++) yield return (After(cell, other), still * (slip / Actions));
            if (wind > 0) yield return (After(cell, Down), wind);
        }

        int After(int cell, int action) => stateOf[map.Neighbour(cell, Steps[action].Row, Steps[action].Column)];
    }

    /// <summary>
    /// The map with its goals: a digit where exactly one of the agents 0 to 9 has its goal, G for any other goal; a cell G that is nobody's
    /// goal is floor.
    /// </summary>
    private static string[] Draw(GridWorldSettings options)
    {
        GridMap map = options.Map;
        char[][] lines = [.. map.Lines.Select(l => l.Replace('G', '.').ToCharArray())];
        foreach (IGrouping<int, int> goal in Enumerable.Range(0, options.Goals.Length).GroupBy(i => options.Goals[i]))
        {
            (int row, int column) = map.PlaceOf(goal.Key);
            int[] owners = [.. goal.Take(2)];
            lines[row][column] = owners.Length == 1 && owners[0] <= 9 ? (char)('0' + owners[0]) : 'G';
        }
        return [.. lines.Select(l => new string(l))];
    }
}
