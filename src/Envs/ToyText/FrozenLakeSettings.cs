using FedPG.Core.Options;
using FedPG.Envs.GridWorlds;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.ToyText;

/// <summary>What a frozen lake is built from: its options, checked and settled for each agent.</summary>
/// <param name="Map">The map.</param>
/// <param name="SuccessRates">The probability with which each agent moves where it wants to, [N].</param>
/// <param name="OwnGoals">Which goal of the map is each agent's, in reading order, [N].</param>
/// <param name="Rewards">What entering pays.</param>
/// <param name="GoalHeterogeneity">How much less than an agent's own goal another's pays it, as a share.</param>
/// <param name="Discount">gamma.</param>
internal sealed record FrozenLakeSettings(
    GridMap Map, double[] SuccessRates, int[] OwnGoals, FrozenLakeRewards Rewards, double GoalHeterogeneity, double Discount)
{
    private const int Actions = 4;

    /// <summary>Whether the agents have success rates of their own.</summary>
    public bool OwnRates { get; init; }

    /// <summary>The defaults that depend on what is given.</summary>
    public static TOptions Defaults<TOptions>(TOptions options, OptionReader reader)
        where TOptions : FrozenLakeOptions =>
        (TOptions)(options with { Heterogeneity = AgentSpread.DefaultDegree(reader, AgentSpread.DifferKey, AgentSpread.SeedKey) });

    /// <summary>Checks the options together, and settles what each agent has.</summary>
    /// <param name="options">The options, each of which is in its own range.</param>
    /// <param name="reader">Where errors are noted.</param>
    /// <param name="agents">The number of agents N.</param>
    /// <returns>The settings; null when an error was noted that leaves no map.</returns>
    public static FrozenLakeSettings? Settle(FrozenLakeOptions options, OptionReader reader, int agents)
    {
        double lambda = options.Heterogeneity!.Value, rate = options.SuccessRate;
        double[]? places = AgentSpread.Places(options.AgentSeed, agents);
        bool byGoals = options.Differ == FrozenLakeDifference.Goals;
        if (lambda > 0) CheckDifference(options, reader, byGoals);
        if (options.Map != FrozenLakeMap.Random) reader.RejectUnused("is used with \"map\": \"random\" only", "size", "mapSeed");
        if (MapOf(options, reader) is not { } map) return null;
        CheckReachable(reader, map);
        int goals = map.CellsWhere(c => c == 'G').Count;
        if (lambda > 0 && byGoals && goals == 1)
            reader.Reject(AgentSpread.DifferKey, "needs a map with several G, so that agents have goals of their own; this one has one G");
        double[] rates = RatesOf(options.Slippery ? rate : 1, byGoals ? 0 : lambda, places, agents);
        long rows = (long)map.CellCount * Actions;
        SizeLimits.Check(reader, "map", rows * agents, rows * 3 * rates.Distinct().Count());
        return new FrozenLakeSettings(
            map, rates, AgentSpread.Kinds(options.AgentSeed, places, agents, Math.Max(goals, 1)), options.RewardSchedule,
            byGoals && places is not null ? lambda : 0, options.Discount)
        {
            OwnRates = !byGoals && lambda > 0,
        };
    }

    /// <summary>Each agent's goal, or its success rate, by which agents differ; null where they don't.</summary>
    public AgentTasks? Tasks()
    {
        if (GoalHeterogeneity == 0) return AgentTasks.Of((OwnRates, "successRate", SuccessRates));
        IReadOnlyList<int> goals = Map.CellsWhere(c => c == 'G');
        var scale = new MapPlaces(Map.Rows, Map.Columns);
        return AgentTasks.Of(
            [.. OwnGoals.Select(own => scale.Scaled(Map.PlaceOf(goals[own])))],
            [.. Enumerable.Range(0, Map.CellCount).Select(cell => scale.Scaled(Map.PlaceOf(cell)))],
            []);
    }

    private static void CheckDifference(FrozenLakeOptions options, OptionReader reader, bool byGoals)
    {
        if (byGoals)
        {
            if (options.RewardSchedule.Goal == 0)
            {
                const string need = "must pay something in a goal for agents to differ in whose it is at a heterogeneity above 0";
                reader.Reject("rewardSchedule", need);
            }
        }
        else if (!options.Slippery)
        {
            reader.Reject("slippery", "must be true for agents to differ in their success rates at a heterogeneity above 0");
        }
        else if (options.SuccessRate is 0 or 1)
        {
            reader.Reject(
                "successRate", "must lie between 0 and 1, without the ends, for agents to differ in it at a heterogeneity above 0");
        }
    }

    private static GridMap? MapOf(FrozenLakeOptions options, OptionReader reader)
    {
        if (options.Map.Own is { } own) return GridMap.Parse(reader, "map", own.Rows, FrozenLakeMap.Letters, FrozenLakeOptions.Legend);
        if (options.Map == FrozenLakeMap.Random) return FrozenLakeMaps.Random(options.Size!.Value, options.MapSeed!.Value);
        return GridMap.FromRows(options.Map == FrozenLakeMap.Small ? FrozenLakeMaps.Small : FrozenLakeMaps.Large);
    }

    /// <summary>The probability with which each agent moves where it wants to, [N].</summary>
    private static double[] RatesOf(double rate, double lambda, double[]? places, int agents)
    {
        double halfRange = lambda * Math.Min(rate, 1 - rate);
        // Clamped against rounding at the ends of the range.
        return [.. Enumerable.Range(0, agents).Select(i =>
            halfRange == 0 || places is null || places[i] == 0.5 ? rate : Math.Clamp(rate + (halfRange * ((2 * places[i]) - 1)), 0, 1))];
    }

    private static void CheckReachable(OptionReader reader, GridMap map)
    {
        IReadOnlyList<int> starts = map.CellsWhere(c => c == 'S'), goals = map.CellsWhere(c => c == 'G');
        if (starts.Count == 0) reader.Reject("map", "the map has no start; at least one cell S is needed");
        if (goals.Count == 0) reader.Reject("map", "the map has no goal; at least one cell G is needed");
        if (starts.Count == 0 || goals.Count == 0) return;
        int[] steps = GridPaths.Distances(map, starts, cell => map[cell] is not ('H' or 'G'));
        if (goals.All(goal => steps[goal] == GridPaths.Unreachable))
            reader.Reject("map", "no goal G can be reached from any start S: holes are in the way");
    }
}
