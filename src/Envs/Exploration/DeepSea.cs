using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs.GridWorlds;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Exploration;

/// <summary><c>DeepSea-v0</c>: a dive in which only one of exponentially many ways leads to the treasure.</summary>
public static class DeepSea
{
    private const int Actions = 2;

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new()
    {
        Id = "DeepSea-v0",
        Summary = "bsuite's deep sea: a treasure that undirected exploration takes exponentially long to find.",
        Text = EnvironmentText.Beside(typeof(DeepSea)),
        Differences = new(["differ"], ["differ", "randomActions"], ["heterogeneity"], ["mappingSeed", "agentSeed"]),
        OptionsType = typeof(DeepSeaOptions),
        Configure = EnvironmentDefinition.Reading<DeepSeaOptions>(
            (options, agents) => Build(options, agents),
            Check,
            (options, reader) =>
                options with { Heterogeneity = AgentSpread.DefaultDegree(reader, AgentSpread.DifferKey, AgentSpread.SeedKey) }),
    };

    /// <summary>Makes the environment.</summary>
    /// <param name="agents">N, at least 1.</param>
    /// <param name="options">Its options; null for the defaults.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors are named at once.</exception>
    public static FiniteMdp Create(int agents, DeepSeaOptions? options = null) => (FiniteMdp)Definition.Create(agents, options);

    private static void Check(DeepSeaOptions options, OptionReader reader, int agents)
    {
        (bool differs, bool byCosts) = (options.Heterogeneity > 0, options.Differ == DeepSeaDifference.Costs);
        if (differs && !options.RandomActions && !byCosts)
        {
            reader.Reject(
                "randomActions",
                "must be true for agents to have meanings of their own at a heterogeneity above 0; or give \"differ\": \"costs\"");
        }
        if (differs && options.MoveCost == 0 && byCosts)
            reader.Reject("moveCost", "must be greater than 0 for agents to differ in costs at a heterogeneity above 0");
        if (!options.RandomActions) reader.RejectUnused("is used with \"randomActions\": true only", "mappingSeed");
        long rows = (((long)options.Size * options.Size) + 1) * Actions;
        SizeLimits.Check(reader, "size", rows * agents, rows * 2 * (differs && !byCosts ? agents : 1));
    }

    private static FiniteMdp Build(DeepSeaOptions options, int count)
    {
        bool byCosts = options.Differ == DeepSeaDifference.Costs;
        double lambda = byCosts ? 0 : options.Heterogeneity!.Value;
        long seed = options.MappingSeed!.Value, agentSeed = options.AgentSeed ?? seed;
        double[]? along = AgentSpread.Places(options.AgentSeed, count);
        double[] costs = [.. Enumerable.Range(0, count).Select(i => byCosts
            ? 2 * options.MoveCost * AgentSpread.Move(0.5, options.Heterogeneity!.Value, along, i)
            : options.MoveCost)];
        int size = options.Size, cells = size * size, states = cells + 1;
        double fails = options.Stochastic ? 1.0 / size : 0;
        var tables = new TablePool();
        bool[] common = Meanings(options.RandomActions ? seed : null, agent: 0, sequence: 0, cells);
        AgentMdp[] agents = [.. Enumerable.Range(0, costs.Length).Select(Agent)];
        double[] initial = new double[states];
        initial[0] = 1;
        (int, int)[] places = [.. Enumerable.Range(0, states).Select(s => s < cells ? (s / size, s % size) : (-1, -1))];
        return new FiniteMdp(Definition.Id, options.Discount, initial, agents, new GridLayout(size, size, places, Draw(size)))
        {
            // Costs lie between 0 and twice the common one. Meanings of all cells are too many numbers to be a task.
            Tasks = AgentTasks.Of((byCosts && options.Heterogeneity > 0, "moveCost", costs.Select(cost => cost / (2 * options.MoveCost)))),
            Parameters = new Dictionary<string, double[]> { ["moveCost"] = costs },
        };

        AgentMdp Agent(int i)
        {
            bool[] right = Own(i);
            return OutcomeTable.Agent($"agent-{i}", states, Actions, (s, a) => Outcomes(s, a, right, costs[i]), tables);
        }

        bool[] Own(int i)
        {
            if (lambda == 0) return common;
            bool[] own = Meanings(agentSeed, i, sequence: 1, cells);
            RandomSequence chance = Stream(agentSeed, i, sequence: 2);
            return [.. common.Select((meaning, cell) => chance.NextDouble() < lambda ? own[cell] : meaning)];
        }

        IEnumerable<PaidTransition> Outcomes(int state, int action, bool[] meaning, double cost)
        {
            if (state == cells) return OutcomeTable.Absorbing(state);
            (int row, int column) = Math.DivRem(state, size);
            bool right = meaning[state] == (action == 1);
            if (!right) return [new PaidTransition(Below(row, Math.Max(column - 1, 0)), 1, 0)];
            double reward = (column == size - 1 ? 1 : 0) - (cost / size);
            int beside = Below(row, Math.Min(column + 1, size - 1));
            return [new PaidTransition(beside, 1 - fails, reward), new PaidTransition(Below(row, column), fails, reward)];
        }

        int Below(int row, int column) => row == size - 1 ? cells : ((row + 1) * size) + column;
    }

    /// <summary>Whether action 1 means right, in each cell.</summary>
    private static bool[] Meanings(long? seed, int agent, int sequence, int cells)
    {
        if (seed is not { } drawn) return [.. Enumerable.Repeat(true, cells)];
        RandomSequence random = Stream(drawn, agent, sequence);
        return [.. Enumerable.Range(0, cells).Select(_ => random.NextDouble() < 0.5)];
    }

    private static RandomSequence Stream(long seed, int agent, int sequence) =>
        new(new StreamKey(seed, StreamPurpose.Environment, agent, Round: 0, LocalStep: 0), sequence);

    /// <summary>The sea as a map: S where the dive begins, T where the treasure lies, '#' where it never gets to.</summary>
    private static string[] Draw(int size) =>
        [.. Enumerable.Range(0, size).Select(row => string.Concat(Enumerable.Range(0, size).Select(column =>
            (row, column) == (size - 1, size - 1) ? 'T' : (row, column) == (0, 0) ? 'S' : column <= row ? '.' : GridMap.Wall)))];
}
