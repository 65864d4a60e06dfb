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
        SuccessAbove = double.NegativeInfinity,
        Summary = summary,
        Text = EnvironmentText.Beside(typeof(CliffWalking)),
        Differences = new(["differ"], ["differ", "slippery"], ["heterogeneity"], ["agentSeed"]),
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
            Tasks = AgentTasks.Of(
                (lambda > 0 && !byPenalty, "slip", slips),
                (lambda > 0 && byPenalty, "penalty", costs.Select(cost => cost / 200))),
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
