using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.GridWorlds;

/// <summary>What <c>GridWorld-v0</c> is built from: its options, checked and settled for each agent.</summary>
/// <param name="Map">The map; ' ' is written '.'.</param>
/// <param name="Slips">The probability that the action is replaced by a uniformly random one, for each agent, [N].</param>
/// <param name="Winds">The probability that a gust takes the agent one cell down instead, for each agent, [N].</param>
/// <param name="Goals">The goal cell of each agent, [N].</param>
/// <param name="Continuing">Whether nothing ends.</param>
/// <param name="TerminateOwnGoalOnly">Whether an agent's episode ends in its own goal only, where lambda is 1.</param>
/// <param name="Discount">gamma.</param>
/// <param name="Heterogeneity">lambda.</param>
internal sealed record GridWorldSettings(
    GridMap Map, double[] Slips, double[] Winds, int[] Goals, bool Continuing, bool TerminateOwnGoalOnly, double Discount,
    double Heterogeneity)
{
    /// <summary>The letters of a map, in words.</summary>
    public const string Legend =
        "'#' (wall), '.' or ' ' (floor), 'S' (start), 'G' (goal), '0' to '9' (goal of that agent), 'L' (lava)";

    private const string Letters = "#. SGL0123456789";
    private const int SlipDraw = 1, WindDraw = 2;

    /// <summary>Whether the agents have slips of their own.</summary>
    public bool OwnSlips { get; init; }

    /// <summary>Whether the agents have winds of their own.</summary>
    public bool OwnWinds { get; init; }

    /// <summary>Checks the options together, and settles what each agent has.</summary>
    /// <param name="options">The options, each of which is in its own range.</param>
    /// <param name="reader">Where errors are noted.</param>
    /// <param name="agents">The number of agents N.</param>
    /// <returns>The settings; null when an error was noted that leaves no map or no goals.</returns>
    public static GridWorldSettings? Settle(GridWorldOptions options, OptionReader reader, int agents)
    {
        GridMap? map = MapOf(options, reader);
        options.Slip.RequireFit(reader, "slip", agents);
        options.Wind.RequireFit(reader, "wind", agents);
        (double lambda, long seed) = (options.Heterogeneity!.Value, options.AgentSeed!.Value);
        int[]? goals = GoalPlacement.Place(options.Goals!, reader, map, seed, agents);
        bool drawn = options.Goals == GridGoals.Random || options.Slip.IsDrawn || options.Wind.IsDrawn;
        if (!drawn)
        {
            const string use = "is used where agents are drawn: with \"goals\": \"random\", or a range for slip or wind";
            reader.RejectUnused(use, AgentSpread.SeedKey);
        }
        double[] slips = options.Slip.At(agents, lambda, i => AgentSpread.Draw(seed, i, SlipDraw));
        double[] winds = options.Wind.At(agents, lambda, i => AgentSpread.Draw(seed, i, WindDraw));
        if (options is { TerminateOwnGoalOnly: true, Continuing: true })
            reader.Reject("terminateOwnGoalOnly", "needs \"continuing\": false; with continuing true nothing ends");
        if (map is null || goals is null) return null;
        bool differ = drawn || options.Slip.Differs || options.Wind.Differs || goals.Any(goal => goal != goals[0]);
        AgentSpread.RequireDifference(reader, differ, agents, "several goals, or a list or a range for slip or wind");
        var settings = new GridWorldSettings(
            map, slips, winds, goals, options.Continuing, options.TerminateOwnGoalOnly, options.Discount, lambda)
        {
            OwnSlips = options.Slip.IsOwn,
            OwnWinds = options.Wind.IsOwn,
        };
        settings.CheckReachable(reader);
        settings.CheckSize(reader);
        return settings;
    }

    /// <summary>
    /// Each agent's goal, and its slip and wind where agents have their own; null where the degree makes all agents alike.
    /// </summary>
    /// <param name="places">The (row, column) of each state, [S].</param>
    public AgentTasks? Tasks(IEnumerable<(int Row, int Column)> places)
    {
        if (Heterogeneity == 0) return null;
        var scale = new MapPlaces(Map.Rows, Map.Columns);
        return AgentTasks.Of(
            [.. Goals.Select(goal => scale.Scaled(Map.PlaceOf(goal)))],
            [.. places.Select(scale.Scaled)],
            AgentTasks.Where((OwnSlips, "slip", Slips), (OwnWinds, "wind", Winds)));
    }

    /// <summary>
    /// What an agent's kernel follows from: the goal that ends its episodes more likely than another's does, null where there is none; its
    /// slip; its wind.
    /// </summary>
    public (int? OwnEnd, double Slip, double Wind) KernelOf(int agent) =>
        (TerminateOwnGoalOnly && Heterogeneity > 0 ? Goals[agent] : null, Slips[agent], Winds[agent]);

    /// <summary>
    /// How likely an action in each goal cell ends the episode of an agent: 1 in all of them; with <see cref="TerminateOwnGoalOnly"/> 1 in
    /// its own and 0 in the others, pulled by lambda towards the mean over agents, which is the share of agents whose goal it is.
    /// </summary>
    /// <param name="own">The agent's own goal; null where lambda is 0.</param>
    public Dictionary<int, double> EndingsOf(int? own)
    {
        if (Continuing) return [];
        return Goals.CountBy(goal => goal).ToDictionary(goal => goal.Key, goal =>
        {
            if (!TerminateOwnGoalOnly) return 1;
            double share = (double)goal.Value / Goals.Length, wanted = goal.Key == own ? 1 : 0;
            // Exactly 1 and 0 where nothing is pulled: share + lambda (wanted - share) would round.
            return Heterogeneity == 1 ? wanted : share + (Heterogeneity * (wanted - share));
        });
    }

    private static GridMap? MapOf(GridWorldOptions options, OptionReader reader)
    {
        if (!reader.Has("map")) return GridMap.Filled(options.Height!.Value, options.Width!.Value, '.');
        reader.RejectUnused("the map has a size already; give either map, or width and height", "width", "height");
        if (options.Map is not { } given || GridMap.Parse(reader, "map", given.Rows, Letters, Legend) is not { } parsed) return null;
        var map = GridMap.FromRows([.. parsed.Lines.Select(l => l.Replace(' ', '.'))]);
        if (map.CellsWhere(GridWorld.IsFloor).Count > 0) return map;
        reader.Reject("map", "the map has no free cell; at least one that is neither wall nor lava is needed");
        return null;
    }

    private void CheckReachable(OptionReader reader)
    {
        // An episode that ends in the goals of all cannot go on through one of them to another.
        HashSet<int> ending = Continuing || TerminateOwnGoalOnly ? [] : [.. Goals];
        int[] distances = GridPaths.Distances(Map, GridWorld.StartCells(Map), c => Map[c] != 'L' && !ending.Contains(c));
        int[] lost = [.. Enumerable.Range(0, Goals.Length)
            .Where(i => distances[Goals[i]] == GridPaths.Unreachable).DistinctBy(i => Goals[i])];
        foreach (int agent in lost.Take(GridMap.MaxErrors))
        {
            (int row, int column) = Map.PlaceOf(Goals[agent]);
            reader.Errors.Add(reader.PathOf(reader.Has("goals") ? "goals" : "map"), $"[{row}, {column}]",
                $"the goal of agent {agent} cannot be reached from any start cell");
        }
    }

    private void CheckSize(OptionReader reader)
    {
        const int actions = 4, outcomes = 4;
        long rows = (Map.CellCount + 1L) * actions;
        long kernels = Enumerable.Range(0, Goals.Length).Select(KernelOf).Distinct().Count();
        SizeLimits.Check(reader, reader.Has("map") ? "map" : "width", rows * Goals.Length, rows * outcomes * kernels);
    }
}
