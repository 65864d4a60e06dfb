using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs.GridWorlds;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Exploration;

/// <summary><c>DeepSea-v0</c>: a dive in which only one of exponentially many ways leads to the treasure.</summary>
public static class DeepSea
{
    private const int Actions = 2;
    private const string OwnMeanings = "meanings", OwnCosts = "costs";

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new()
    {
        Id = "DeepSea-v0",
        Summary = "bsuite's deep sea: a treasure that undirected exploration takes exponentially long to find.",
        Description = "The agent dives from the top-left cell of N x N cells, one row a step, to the left or to the right (the border means straight down). Which of the two actions means right is drawn for each cell. In the stochastic variant a step to the right goes straight down with "
            + "probability 1/N; the normal noise that bsuite adds to rewards in the bottom corners has mean 0 and is left out.",
        ActionSpace = "2 actions, left and right; which is which depends on the cell (with randomActions false: 0 left, 1 right).",
        ObservationSpace = "N * N + 1 states: state = row * N + column, row 0 on top, and the bottom of the sea as the last. Cells with column > row are never entered.",
        StartingState = "State 0, the top-left cell.",
        Rewards = "A step to the right costs moveCost / N (0.01 / N); meaning right in the last column pays 1 (in the stochastic variant even when the step fails, as in bsuite). Rewards below 0 need \"objective\": \"reward\".",
        EpisodeEnd = "After N steps, in the last state.",
        Heterogeneity = "Of transitions, and of the rewards that go with them, with \"differ\": \"meanings\": in each cell agent i has, with probability lambda, a meaning of the actions drawn for itself (by agentSeed, or mappingSeed where that is not given), else the common one; at lambda = 0 all agents have the original environment. "
            + "Of rewards alone with \"differ\": \"costs\": a step to the right costs agent i 2 s_i moveCost / N, with s_i = 1/2 + lambda (t_i - 1/2) and t_i in [0, 1] its place among the agents (evenly spaced, or drawn with agentSeed).",
        Differences = new(["differ"], ["differ", "randomActions"], ["heterogeneity"], ["mappingSeed", "agentSeed"]),
        VersionHistory = "v0: first version.",
        Source = "bsuite, bsuite/environments/deep_sea.py; Osband et al., Behaviour Suite for Reinforcement Learning (2019). bsuite draws the meanings with NumPy's generator, this table with the project's own; "
            + "bsuite's figure for the stochastic optimum, (1 - 1/N)^(N-1) - 0.01, is the return of always meaning right; stopping after a failed step is better by 0.01 (1 - 1/N)^N.",
        Configure = (reader, agents) =>
        {
            int size = reader.Integer("size", 10, 1, 1_000, "N: rows, columns and steps.");
            bool stochastic = reader.Flag("stochastic", false, "Whether steps to the right fail with probability 1/N.");
            bool mixed = reader.Flag("randomActions", true, "Whether the meaning of the actions is drawn for each cell.");
            long seed = reader.Seed("mappingSeed", 0, "The seed of the meanings.");
            double cost = reader.Number("moveCost", 0.01, NumberRange.NonNegative, "N times the cost of a step to the right.");
            double discount = reader.Number("discount", 0.99, new NumberRange(0, 1, OpenMaximum: true), "gamma.");
            double lambda = AgentSpread.ReadDegree(
                reader, "lambda: how likely an agent's meaning of a cell's actions is its own, or how far the agents' costs lie apart.", AgentSpread.DifferKey, AgentSpread.SeedKey);
            string differ = reader.Choice(AgentSpread.DifferKey, OwnMeanings, [OwnMeanings, OwnCosts], "What heterogeneity acts on: what actions mean, or what steps to the right cost.");
            long? agentSeed = reader.OptionalSeed(AgentSpread.SeedKey, "Draws each agent's place on the scale of costs uniformly, or its meanings, from this seed; without it costs are evenly spaced, and meanings drawn from mappingSeed.");
            double[]? places = AgentSpread.Places(agentSeed, agents);
            if (lambda > 0 && !mixed && differ == OwnMeanings)
                reader.Reject("randomActions", "must be true for agents to have meanings of their own at a heterogeneity above 0; or give \"differ\": \"costs\"");
            if (lambda > 0 && cost == 0 && differ == OwnCosts)
                reader.Reject("moveCost", "must be greater than 0 for agents to differ in costs at a heterogeneity above 0");
            if (!mixed)
            {
                if (reader.Has("mappingSeed")) reader.Reject("mappingSeed", "is used with \"randomActions\": true only");
                // Written back as not given, so that what was resolved can be read again.
                reader.Resolved["mappingSeed"] = null;
            }
            long rows = (((long)size * size) + 1) * Actions;
            SizeLimits.Check(reader, "size", rows * agents, rows * 2 * (lambda > 0 && differ == OwnMeanings ? agents : 1));
            double[] costs = [.. Enumerable.Range(0, agents).Select(i => differ == OwnCosts ? 2 * cost * AgentSpread.Move(0.5, lambda, places, i) : cost)];
            return () => Build(size, stochastic, mixed ? seed : null, agentSeed ?? seed, costs, discount, differ == OwnMeanings ? lambda : 0);
        },
    };

    private static FiniteMdp Build(int size, bool stochastic, long? seed, long agentSeed, double[] costs, double discount, double lambda)
    {
        int cells = size * size, states = cells + 1;
        double fails = stochastic ? 1.0 / size : 0;
        var tables = new TablePool();
        bool[] common = Meanings(seed, agent: 0, sequence: 0, cells);
        AgentMdp[] agents = [.. Enumerable.Range(0, costs.Length).Select(Agent)];
        double[] initial = new double[states];
        initial[0] = 1;
        (int, int)[] places = [.. Enumerable.Range(0, states).Select(s => s < cells ? (s / size, s % size) : (-1, -1))];
        return new FiniteMdp(Definition.Id, discount, initial, agents, new GridLayout(size, size, places, Draw(size))) { Parameters = new Dictionary<string, double[]> { ["moveCost"] = costs } };

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
            return [new PaidTransition(Below(row, Math.Min(column + 1, size - 1)), 1 - fails, reward), new PaidTransition(Below(row, column), fails, reward)];
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
