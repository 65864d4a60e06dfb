using FedPG.Core.Options;
using FedPG.Envs.GridWorlds;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.ToyText;

/// <summary><c>FrozenLake-v1</c>: across the ice to the goal without falling into a hole.</summary>
public static class FrozenLake
{
    private const int Actions = 4;

    /// <summary>The steps of the actions left, down, right, up: neighbours in this order are at right angles.</summary>
    private static readonly (int Row, int Column)[] Steps = [(0, -1), (1, 0), (0, 1), (-1, 0)];

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = Define<FrozenLakeOptions>("FrozenLake-v1", "4x4", 100);

    /// <summary>Makes the environment.</summary>
    /// <param name="agents">N, at least 1.</param>
    /// <param name="options">Its options; null for the defaults.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors are named at once.</exception>
    public static FiniteMdp Create(int agents, FrozenLakeOptions? options = null) => (FiniteMdp)Definition.Create(agents, options);

    /// <summary>A lake.</summary>
    /// <typeparam name="TOptions">Its options.</typeparam>
    /// <param name="id">Its id.</param>
    /// <param name="standardMap">The name of the map that it has when none is given.</param>
    /// <param name="stepLimit">The steps after which an episode is truncated.</param>
    internal static EnvironmentDefinition Define<TOptions>(string id, string standardMap, int stepLimit)
        where TOptions : FrozenLakeOptions, new() => new()
    {
        Id = id,
        StepLimit = stepLimit,
        SuccessAbove = 0,
        Summary = $"The frozen lake of Gymnasium's toy text ({standardMap}): reach the goal over slippery ice with holes.",
        Text = EnvironmentText.Beside(typeof(FrozenLake)),
        Differences = new(["differ"], ["differ", "successRate"], ["heterogeneity"], ["agentSeed"]),
        OptionsType = typeof(TOptions),
        Configure = EnvironmentDefinition.Reading<TOptions, FrozenLakeSettings>(
            FrozenLakeSettings.Settle, (settings, _) => Build(id, settings), FrozenLakeSettings.Defaults),
    };

    private static FiniteMdp Build(string id, FrozenLakeSettings options)
    {
        GridMap map = options.Map;
        int states = map.CellCount;
        var tables = new TablePool();
        IReadOnlyList<int> goals = map.CellsWhere(c => c == 'G');
        AgentMdp[] agents = [.. options.SuccessRates.Select((rate, i) => OutcomeTable.Agent(
            $"agent-{i}", states, Actions, (cell, action) => Outcomes(cell, action, rate, goals[options.OwnGoals[i]]), tables))];

        IReadOnlyList<int> starts = map.CellsWhere(c => c == 'S');
        double[] initial = new double[states];
        foreach (int cell in starts) initial[cell] = 1.0 / starts.Count;
        var layout = new GridLayout(map.Rows, map.Columns, [.. Enumerable.Range(0, states).Select(map.PlaceOf)], map.Lines, Steps);
        return new FiniteMdp(id, options.Discount, initial, agents, layout)
        {
            Tasks = options.Tasks(),
            Parameters = options.GoalHeterogeneity == 0
                ? new Dictionary<string, double[]> { ["successRate"] = options.SuccessRates }
                : new Dictionary<string, double[]>
                {
                    ["successRate"] = options.SuccessRates,
                    ["goal"] = [.. options.OwnGoals.Select(goal => (double)goals[goal])],
                },
        };

        PaidTransition[] Outcomes(int cell, int action, double rate, int own)
        {
            if (map[cell] is 'H' or 'G') return OutcomeTable.Absorbing(cell);
            return [Step(action + 3, (1 - rate) / 2), Step(action, rate), Step(action + 1, (1 - rate) / 2)];

            PaidTransition Step(int direction, double probability)
            {
                int next = map.Neighbour(cell, Steps[direction % Actions].Row, Steps[direction % Actions].Column);
                return new PaidTransition(next, probability, Paid(next, own));
            }
        }

        double Paid(int next, int own) => map[next] switch
        {
            'G' => options.Rewards.Goal * (next == own ? 1 : 1 - options.GoalHeterogeneity),
            'H' => options.Rewards.Hole,
            _ => options.Rewards.Other,
        };
    }
}
