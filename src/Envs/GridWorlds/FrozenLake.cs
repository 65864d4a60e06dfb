using System.Text.Json;
using FedPG.Envs.Options;

namespace FedPG.Envs.GridWorlds;

/// <summary><c>FrozenLake-v1</c>: across the ice to the goal without falling into a hole.</summary>
public static class FrozenLake
{
    private const int Actions = 4;
    private const string Letters = "SFHG";
    private const string Legend = "'S' (start), 'F' (frozen), 'H' (hole), 'G' (goal)";

    /// <summary>The steps of the actions left, down, right, up: neighbours in this order are at right angles.</summary>
    private static readonly (int Row, int Column)[] Steps = [(0, -1), (1, 0), (0, 1), (-1, 0)];

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new()
    {
        Id = "FrozenLake-v1",
        Summary = "The frozen lake of Gymnasium's toy text: reach the goal over slippery ice with holes.",
        Description = "The agent walks over a frozen lake. On slippery ice it moves in the intended direction with probability successRate and "
            + "in either direction at right angles with probability (1 - successRate) / 2. A step over the border means stay.",
        ActionSpace = "4 actions: 0 left, 1 down, 2 right, 3 up.",
        ObservationSpace = "One state a cell: state = row * columns + column, row 0 on top. 16 states on the map 4x4, 64 on 8x8.",
        StartingState = "Uniform over the cells S.",
        Rewards = "1 for entering G, 0 for entering H or F; kept as the expectation over the next cell, R(s, a) = P(G | s, a).",
        EpisodeEnd = "In H and in G, which are absorbing with reward 0. There is no limit of steps beside the gradient's horizon "
            + "(Gymnasium's time limits are 100 steps for 4x4 and 200 for 8x8).",
        Heterogeneity = "Of transitions. Agent i of N slips by its own success rate p_i = p + lambda min(p, 1 - p) (2i - (N - 1)) / (N - 1), "
            + "with p = successRate and lambda = heterogeneity: evenly spaced, their mean is p, all lie in [0, 1], and rewards, being "
            + "expectations over the next cell, follow. At 0, and with one agent, everyone has the original environment and one kernel.",
        VersionHistory = "v1: as Gymnasium's FrozenLake-v1, with success_rate.",
        Source = "Gymnasium, gymnasium/envs/toy_text/frozen_lake.py.",
        Configure = (reader, agents) =>
        {
            FrozenLakeOptions? options = Read(reader, agents);
            return () => Build(options ?? throw new InvalidOperationException("the options had faults"));
        },
    };

    /// <summary>The probability with which each agent moves where it wants to, [N].</summary>
    internal static double[] SuccessRates(double rate, double lambda, int agents)
    {
        double halfRange = agents == 1 ? 0 : lambda * Math.Min(rate, 1 - rate);
        return [.. Enumerable.Range(0, agents).Select(i =>
            // Clamped against rounding at the ends of the range.
            halfRange == 0 ? rate : Math.Clamp(rate + (halfRange * ((2.0 * i) - (agents - 1)) / (agents - 1)), 0, 1))];
    }

    private static FrozenLakeOptions? Read(OptionReader reader, int agents)
    {
        object wanted = reader.Parsed<object>("map", "4x4", "\"4x4\", \"8x8\", \"random\", or rows of text of the letters S, F, H, G",
            $"The map: a name, a list of strings, or one string with '/' or line breaks between rows, in letters: {Legend}.", ParseMap)!;
        int size = reader.Integer("size", 8, 2, 100, "Rows and columns of the map \"random\".");
        long seed = reader.Long("mapSeed", 0, 0, 1L << 53, "The seed of the map \"random\".");
        bool slippery = reader.Flag("slippery", true, "false: every step goes where it is meant to.");
        double rate = reader.Number("successRate", 1.0 / 3, NumberRange.UnitInterval, "The probability of the intended direction on slippery ice.");
        double discount = reader.Number("discount", 0.99, new NumberRange(0, 1, OpenMaximum: true), "gamma.");
        double lambda = reader.Number("heterogeneity", 0, NumberRange.UnitInterval, "lambda: how far the agents' success rates lie apart.");

        if (lambda > 0 && !slippery) reader.Reject("heterogeneity", "needs \"slippery\": true; it spreads the agents' success rates");
        if (wanted is not "random")
        {
            foreach (string key in (string[])["size", "mapSeed"])
            {
                if (reader.Has(key)) reader.Reject(key, "is used with \"map\": \"random\" only");
                // Written back as not given, so that what was resolved can be read again.
                reader.Resolved[key] = null;
            }
        }
        GridMap? map = wanted switch
        {
            "4x4" => GridMap.FromRows(FrozenLakeMaps.Small),
            "8x8" => GridMap.FromRows(FrozenLakeMaps.Large),
            "random" => FrozenLakeMaps.Random(size, seed),
            string[] rows => GridMap.Parse(reader, "map", rows, Letters, Legend),
            _ => null,
        };
        if (map is null) return null;
        if (map.CellsWhere(c => c == 'S').Count == 0) reader.Reject("map", "the map has no start; at least one cell S is needed");
        double[] rates = SuccessRates(slippery ? rate : 1, lambda, agents);
        long tableRows = (long)map.CellCount * Actions;
        SizeLimits.Check(reader, "map", tableRows * agents, tableRows * 3 * rates.Distinct().Count());
        return new FrozenLakeOptions(map, rates, discount);
    }

    private static object? ParseMap(JsonElement element)
    {
        if (GridMap.RowsOf(element) is not { } rows) return null;
        if (element.ValueKind == JsonValueKind.Array) return rows;
        // One string is a name, or a map; a word that is neither must not be taken for a map of one row.
        if (rows is ["4x4" or "8x8" or "random"]) return rows[0];
        return rows.Length > 1 || rows[0].All(c => Letters.Contains(c, StringComparison.Ordinal)) ? rows : null;
    }

    private static FiniteMdp Build(FrozenLakeOptions options)
    {
        GridMap map = options.Map;
        int states = map.CellCount;
        var kernels = new KernelPool();
        Dictionary<double, AgentMdp> byRate = options.SuccessRates.Distinct().ToDictionary(rate => rate, rate => ForRate(map, rate, kernels));
        // Agents of equal rates share the kernel, never the array of rewards.
        AgentMdp[] agents = [.. options.SuccessRates.Select((rate, i) =>
            new AgentMdp($"agent-{i}", [.. byRate[rate].Rewards], byRate[rate].Kernel))];

        IReadOnlyList<int> starts = map.CellsWhere(c => c == 'S');
        double[] initial = new double[states];
        foreach (int cell in starts) initial[cell] = 1.0 / starts.Count;
        var layout = new GridLayout(map.Rows, map.Columns, [.. Enumerable.Range(0, states).Select(map.PlaceOf)], map.Lines);
        return new FiniteMdp(Definition.Id, options.Discount, initial, agents, layout);
    }

    private static AgentMdp ForRate(GridMap map, double rate, KernelPool kernels)
    {
        TransitionKernel kernel = kernels.Unify(TransitionKernel.Create(map.CellCount, Actions, (cell, action) =>
            map[cell] is 'H' or 'G'
                ? [(cell, 1)]
                : [(After(cell, action + 3), (1 - rate) / 2), (After(cell, action), rate), (After(cell, action + 1), (1 - rate) / 2)]));
        double[] entersGoal = [.. Enumerable.Range(0, map.CellCount).Select(cell => map[cell] == 'G' ? 1.0 : 0.0)];
        double[] rewards = new double[map.CellCount * Actions];
        for (int row = 0; row < rewards.Length; row++)
        {
            if (map[row / Actions] is not ('H' or 'G')) rewards[row] = kernel.Expectation(row, entersGoal);
        }
        return new AgentMdp("", rewards, kernel);

        int After(int cell, int action) => map.Neighbour(cell, Steps[action % Actions].Row, Steps[action % Actions].Column);
    }

    private sealed record FrozenLakeOptions(GridMap Map, double[] SuccessRates, double Discount);
}
