using FedPG.Core.Options;
using FedPG.Envs.GridWorlds;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.ToyText;

/// <summary><c>CliffWalking-v1</c>: along a cliff from one corner to the other.</summary>
public static class CliffWalking
{
    private const int Rows = 4, Columns = 12, States = Rows * Columns, Actions = 4;
    private const int Start = 36, Goal = 47;

    /// <summary>The steps of the actions up, right, down, left: neighbours in this order are at right angles.</summary>
    private static readonly (int Row, int Column)[] Steps = [(-1, 0), (0, 1), (1, 0), (0, -1)];

    private static readonly GridMap Map = GridMap.FromRows(["............", "............", "............", "SCCCCCCCCCCG"]);

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = Define<CliffWalkingOptions>(
        "CliffWalking-v1", "Gymnasium's cliff walk: the shortest way to the goal leads along a cliff.");

    /// <summary>Makes the environment.</summary>
    /// <param name="agents">N, at least 1.</param>
    /// <param name="options">Its options; null for the defaults.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors are named at once.</exception>
    public static FiniteMdp Create(int agents, CliffWalkingOptions? options = null) => (FiniteMdp)Definition.Create(agents, options);

    /// <summary>A cliff walk.</summary>
    /// <typeparam name="TOptions">Its options.</typeparam>
    /// <param name="id">Its id.</param>
    /// <param name="summary">One line for lists.</param>
    internal static EnvironmentDefinition Define<TOptions>(string id, string summary)
        where TOptions : CliffWalkingOptions, new() => new()
    {
        Id = id,
        StepLimit = 500,
        Summary = summary,
        Description = "The agent walks on a map of 4 rows and 12 columns from the bottom-left corner to the bottom-right one. The ten cells between them are a "
            + "cliff: who steps into it is put back to the start, and the episode goes on. A step over the border means stay. On slippery ground the step goes "
            + "in the intended direction and in either direction at right angles with probability 1/3 each.",
        ActionSpace = "4 actions: 0 up, 1 right, 2 down, 3 left.",
        ObservationSpace = "48 states: state = row * 12 + column, row 0 on top. The ten cells of the cliff (37 to 46) are never entered; they keep the rows of the public table.",
        StartingState = "State 36, the bottom-left corner.",
        Rewards = "-1 a step, -100 for a step into the cliff; R(s, a) is the expectation over what can happen. Rewards below 0 need \"objective\": \"reward\".",
        EpisodeEnd = "In the goal, state 47, which is absorbing with reward 0. The public registration has no limit of steps, with which a random walk takes thousands; the one of 500 is ours.",
        Heterogeneity = "Of transitions with \"differ\": \"slip\": agent i slips in a share s_i = s + lambda (t_i - s) of its steps, with s = 1 on slippery ground and 0 on firm "
            + "ground, and t_i in [0, 1] its place among the agents (evenly spaced, or drawn with agentSeed). Of rewards with \"differ\": \"penalty\": a step into the cliff "
            + "costs agent i 100 + 100 lambda (2 t_i - 1). At lambda = 0, and for one agent without agentSeed, it is the original environment.",
        Differences = new(["differ"], ["differ", "slippery"], ["heterogeneity"], ["agentSeed"]),
        VersionHistory = "v1: as Gymnasium's CliffWalking-v1, with is_slippery.",
        Source = "Gymnasium, gymnasium/envs/toy_text/cliffwalking.py; Sutton and Barto, Reinforcement Learning: An Introduction (2nd edition), Example 6.6.",
        OptionsType = typeof(TOptions),
        Configure = EnvironmentDefinition.Reading<TOptions>(
            (options, agents) => Build(id, agents, options),
            defaults: (options, reader) =>
                (TOptions)(options with { Heterogeneity = AgentSpread.DefaultDegree(reader, AgentSpread.DifferKey, AgentSpread.SeedKey) })),
    };

    private static FiniteMdp Build(string id, int count, CliffWalkingOptions options)
    {
        double slip = options.Slippery ? 1 : 0, lambda = options.Heterogeneity!.Value;
        bool byPenalty = options.Differ == CliffWalkingDifference.Penalty;
        double[]? places = AgentSpread.Places(options.AgentSeed, count);
        IEnumerable<int> all = Enumerable.Range(0, count);
        double[] slips = [.. all.Select(i => byPenalty ? slip : AgentSpread.Move(slip, lambda, places, i))];
        double[] costs = [.. all.Select(i => byPenalty ? 200 * AgentSpread.Move(0.5, lambda, places, i) : 100)];
        var tables = new TablePool();
        AgentMdp[] agents =
            [.. all.Select(i => OutcomeTable.Agent($"agent-{i}", States, Actions, (s, a) => Outcomes(s, a, slips[i], costs[i]), tables))];
        double[] initial = new double[States];
        initial[Start] = 1;
        var layout = new GridLayout(Rows, Columns, [.. Enumerable.Range(0, States).Select(Map.PlaceOf)], Map.Lines, Steps);
        return new FiniteMdp(id, options.Discount, initial, agents, layout)
        {
            Parameters = new Dictionary<string, double[]> { ["slip"] = slips, ["penalty"] = costs },
        };
    }

    private static PaidTransition[] Outcomes(int state, int action, double slip, double cost)
    {
        if (state == Goal) return OutcomeTable.Absorbing(Goal);
        return [Step(action + 3, slip / 3), Step(action, (1 - slip) + (slip / 3)), Step(action + 1, slip / 3)];

        PaidTransition Step(int direction, double probability)
        {
            (int row, int column) = Steps[direction % Actions];
            int next = Map.Neighbour(state, row, column);
            return Map[next] == 'C' ? new PaidTransition(Start, probability, -cost) : new PaidTransition(next, probability, -1);
        }
    }
}
