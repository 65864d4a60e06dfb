using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Envs.GridWorlds;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.ToyText;

/// <summary><c>FrozenLake-v1</c> and <c>FrozenLake8x8-v1</c>: across the ice to the goal without falling into a hole.</summary>
public static class FrozenLake
{
    private const int Actions = 4;
    private const string Slip = "slip", Goals = "goals";
    private const string Letters = "SFHG";
    private const string Legend = "'S' (start), 'F' (frozen), 'H' (hole), 'G' (goal)";

    /// <summary>The steps of the actions left, down, right, up: neighbours in this order are at right angles.</summary>
    private static readonly (int Row, int Column)[] Steps = [(0, -1), (1, 0), (0, 1), (-1, 0)];

    /// <summary>The lake with the small map.</summary>
    public static EnvironmentDefinition Definition { get; } = Define("FrozenLake-v1", "4x4", 100);

    /// <summary>The lake with the large map.</summary>
    public static EnvironmentDefinition LargeDefinition { get; } = Define("FrozenLake8x8-v1", "8x8", 200);

    private static EnvironmentDefinition Define(string id, string standardMap, int stepLimit) => new()
    {
        Id = id,
        StepLimit = stepLimit,
        Summary = $"The frozen lake of Gymnasium's toy text ({standardMap}): reach the goal over slippery ice with holes.",
        Description = "The agent walks over a frozen lake. On slippery ice it moves in the intended direction with probability successRate and "
            + "in either direction at right angles with probability (1 - successRate) / 2. A step over the border means stay. FrozenLake-v1 and FrozenLake8x8-v1 differ in the map they have when none is given.",
        ActionSpace = "4 actions: 0 left, 1 down, 2 right, 3 up.",
        ObservationSpace = "One state a cell: state = row * columns + column, row 0 on top. 16 states on the map 4x4, 64 on 8x8.",
        StartingState = "Uniform over the cells S.",
        Rewards = "1 for entering G, 0 for entering H or another cell (rewardSchedule); R(s, a) = P(G | s, a) is the expectation over the next cell.",
        EpisodeEnd = "In H and in G, which are absorbing with reward 0. The public limits of steps, 100 on the map 4x4 and 200 on 8x8, belong to the two ids.",
        Heterogeneity = "Of transitions. Agent i of N slips by its own success rate p_i = p + lambda min(p, 1 - p) (2i - (N - 1)) / (N - 1), "
            + "with p = successRate and lambda = heterogeneity: evenly spaced, their mean is p, all lie in [0, 1], and rewards, being "
            + "expectations over the next cell, follow; with agentSeed the places (2i - (N - 1)) / (N - 1) are drawn uniformly on [-1, 1] instead. Of rewards, with \"differ\": \"goals\" on a map with several G: agent i owns number i of them, "
            + "cyclically in reading order (with agentSeed number floor(k t_i) of the k, t_i drawn uniformly on (0, 1)), and another's pays it (1 - lambda) of the reward. At 0, and with one agent, everyone has the original environment and one kernel.",
        Differences = new(["differ"], ["differ", "successRate"], ["heterogeneity"], ["agentSeed"]),
        VersionHistory = "v1: as Gymnasium's FrozenLake-v1, with success_rate.",
        Source = "Gymnasium, gymnasium/envs/toy_text/frozen_lake.py.",
        Configure = (reader, agents) =>
        {
            FrozenLakeOptions? options = Read(reader, agents, standardMap);
            return () => Build(id, options ?? throw new InvalidOperationException("the options had faults"));
        },
    };

    /// <summary>The probability with which each agent moves where it wants to, [N].</summary>
    private static double[] SuccessRates(double rate, double lambda, double[]? places, int agents)
    {
        double halfRange = lambda * Math.Min(rate, 1 - rate);
        // Clamped against rounding at the ends of the range.
        return [.. Enumerable.Range(0, agents).Select(i =>
            halfRange == 0 || places is null || places[i] == 0.5 ? rate : Math.Clamp(rate + (halfRange * ((2 * places[i]) - 1)), 0, 1))];
    }

    private static FrozenLakeOptions? Read(OptionReader reader, int agents, string standardMap)
    {
        object wanted = reader.Parsed<object>("map", standardMap, "\"4x4\", \"8x8\", \"random\", or rows of text of the letters S, F, H, G",
            $"The map: a name, a list of strings, or one string with '/' or line breaks between rows, in letters: {Legend}.", ParseMap)!;
        int size = reader.Integer("size", 8, 2, 100, "Rows and columns of the map \"random\".");
        long seed = reader.Seed("mapSeed", 0, "The seed of the map \"random\".");
        bool slippery = reader.Flag("slippery", true, "false: every step goes where it is meant to.");
        double rate = reader.Number("successRate", 1.0 / 3, NumberRange.UnitInterval, "The probability of the intended direction on slippery ice.");
        double discount = reader.Number("discount", 0.99, new NumberRange(0, 1, OpenMaximum: true), "gamma.");
        double lambda = AgentSpread.ReadDegree(reader, "lambda: how far the agents' success rates lie apart, or how much less than their own another's goal pays them.", AgentSpread.DifferKey, AgentSpread.SeedKey);

        double[] schedule = reader.Parsed("rewardSchedule", (double[])[1, 0, 0], "a list of three finite numbers",
            "What entering pays: [goal, hole, other].", e => ParseSchedule(e))!;
        string differ = reader.Choice(AgentSpread.DifferKey, Slip, [Slip, Goals], "What heterogeneity acts on: how often agents slip, or which goal is theirs.");
        double[]? places = AgentSpread.Read(reader, agents);

        if (lambda > 0 && differ == Slip)
        {
            if (!slippery) reader.Reject("slippery", "must be true for agents to differ in their success rates at a heterogeneity above 0");
            else if (rate is 0 or 1) reader.Reject("successRate", "must lie between 0 and 1, without the ends, for agents to differ in it at a heterogeneity above 0");
        }
        if (lambda > 0 && differ == Goals && schedule[0] == 0)
            reader.Reject("rewardSchedule", "must pay something in a goal for agents to differ in whose it is at a heterogeneity above 0");
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
        CheckReachable(reader, map);
        int goals = map.CellsWhere(c => c == 'G').Count;
        if (lambda > 0 && differ == Goals && goals == 1)
            reader.Reject(AgentSpread.DifferKey, "needs a map with several G, so that agents have goals of their own; this one has one G");
        int[] own = AgentSpread.Kinds(reader, places, agents, Math.Max(goals, 1));
        double[] rates = SuccessRates(slippery ? rate : 1, differ == Slip ? lambda : 0, places, agents);
        long tableRows = (long)map.CellCount * Actions;
        SizeLimits.Check(reader, "map", tableRows * agents, tableRows * 3 * rates.Distinct().Count());
        return new FrozenLakeOptions(map, rates, own, schedule, differ == Goals && places is not null ? lambda : 0, discount);
    }

    private static void CheckReachable(OptionReader reader, GridMap map)
    {
        IReadOnlyList<int> starts = map.CellsWhere(c => c == 'S'), goals = map.CellsWhere(c => c == 'G');
        if (starts.Count == 0) reader.Reject("map", "the map has no start; at least one cell S is needed");
        if (goals.Count == 0) reader.Reject("map", "the map has no goal; at least one cell G is needed");
        if (starts.Count == 0 || goals.Count == 0) return;
        int[] steps = GridPaths.Distances(map, starts, cell => map[cell] is not ('H' or 'G'));
        if (goals.All(goal => steps[goal] == GridPaths.Unreachable)) reader.Reject("map", "no goal G can be reached from any start S: holes are in the way");
    }

    private static double[]? ParseSchedule(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() != 3) return null;
        double[] items = [.. element.EnumerateArray().Select(i => i.ValueKind == JsonValueKind.Number && i.TryGetDouble(out double v) ? v : double.NaN)];
        return items.All(double.IsFinite) ? items : null;
    }

    private static object? ParseMap(JsonElement element)
    {
        if (GridMap.RowsOf(element) is not { } rows) return null;
        if (element.ValueKind == JsonValueKind.Array) return rows;
        // One string is a name, or a map; a word that is neither must not be taken for a map of one row.
        if (rows is ["4x4" or "8x8" or "random"]) return rows[0];
        return rows.Length > 1 || rows[0].All(c => Letters.Contains(c, StringComparison.Ordinal)) ? rows : null;
    }

    private static FiniteMdp Build(string id, FrozenLakeOptions options)
    {
        GridMap map = options.Map;
        int states = map.CellCount;
        var tables = new TablePool();
        IReadOnlyList<int> goals = map.CellsWhere(c => c == 'G');
        AgentMdp[] agents = [.. options.SuccessRates.Select((rate, i) =>
            OutcomeTable.Agent($"agent-{i}", states, Actions, (cell, action) => Outcomes(cell, action, rate, goals[options.OwnGoals[i]]), tables))];

        IReadOnlyList<int> starts = map.CellsWhere(c => c == 'S');
        double[] initial = new double[states];
        foreach (int cell in starts) initial[cell] = 1.0 / starts.Count;
        var layout = new GridLayout(map.Rows, map.Columns, [.. Enumerable.Range(0, states).Select(map.PlaceOf)], map.Lines, Steps);
        return new FiniteMdp(id, options.Discount, initial, agents, layout)
        {
            Parameters = options.GoalHeterogeneity == 0
                ? new Dictionary<string, double[]> { ["successRate"] = options.SuccessRates }
                : new Dictionary<string, double[]> { ["successRate"] = options.SuccessRates, ["goal"] = [.. options.OwnGoals.Select(goal => (double)goals[goal])] },
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
            'G' => options.Schedule[0] * (next == own ? 1 : 1 - options.GoalHeterogeneity),
            'H' => options.Schedule[1],
            _ => options.Schedule[2],
        };
    }

    private sealed record FrozenLakeOptions(GridMap Map, double[] SuccessRates, int[] OwnGoals, double[] Schedule, double GoalHeterogeneity, double Discount);
}
