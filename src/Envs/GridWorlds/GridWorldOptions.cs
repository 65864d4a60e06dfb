using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.GridWorlds;

/// <summary>The options of <c>GridWorld-v0</c>, checked.</summary>
/// <param name="Map">The map; ' ' is written '.'.</param>
/// <param name="Slips">The probability that the action is replaced by a uniformly random one, for each agent, [N].</param>
/// <param name="Winds">The probability that a gust takes the agent one cell down instead, for each agent, [N].</param>
/// <param name="Goals">The goal cell of each agent, [N].</param>
/// <param name="Continuing">Whether nothing ends.</param>
/// <param name="TerminateOwnGoalOnly">Whether an agent's episode ends in its own goal only, where lambda is 1.</param>
/// <param name="Discount">gamma.</param>
/// <param name="Heterogeneity">lambda.</param>
internal sealed record GridWorldOptions(
    GridMap Map, double[] Slips, double[] Winds, int[] Goals, bool Continuing, bool TerminateOwnGoalOnly, double Discount, double Heterogeneity)
{
    private const string Letters = "#. SGL0123456789";
    private const string Legend = "'#' (wall), '.' or ' ' (floor), 'S' (start), 'G' (goal), '0' to '9' (goal of that agent), 'L' (lava)";
    private const int MaxErrors = 10;
    private const int SlipDraw = 1, WindDraw = 2;

    /// <summary>Reads the options.</summary>
    /// <returns>The options; null when a fault was noted that leaves no map or no goals.</returns>
    public static GridWorldOptions? Read(OptionReader reader, int agents)
    {
        GridMap? map = ReadMap(reader);
        PerAgentNumbers slip = PerAgentNumbers.Read(reader, "slip", 0.1, NumberRange.UnitInterval, agents,
            "The probability that the action is replaced by one of the four, drawn uniformly.");
        Func<long, int[]?> goalsOf = GoalPlacement.Read(reader, map, agents);
        bool continuing = reader.Flag("continuing", true,
            "true: nothing ends. false: an action taken in any agent's goal cell ends the episode for all.");
        bool ownOnly = reader.Flag("terminateOwnGoalOnly", false,
            "With continuing false: an agent's episode ends in its own goal cell only, so the agents' kernels differ as far as heterogeneity says.");
        double discount = reader.Number("discount", 0.95, new NumberRange(0, 1, OpenMaximum: true), "gamma.");
        double heterogeneity = reader.Number("heterogeneity", 1, NumberRange.UnitInterval,
            "lambda: rewards become rbar + lambda (r_i - rbar), with rbar their mean over agents; slips, winds and ends in one's own goal likewise.");
        PerAgentNumbers wind = PerAgentNumbers.Read(reader, "wind", 0, NumberRange.UnitInterval, agents,
            "The probability that a gust takes the agent one cell down in the place of its move.");
        long seed = reader.Seed(AgentSpread.SeedKey, 0, "The seed of goals, slips and winds that are drawn; agent i's do not depend on how many agents there are.");
        int[]? goals = goalsOf(seed);
        bool drawn = GoalPlacement.IsDrawn(reader) || slip.IsDrawn || wind.IsDrawn;
        if (!drawn)
        {
            if (reader.Has(AgentSpread.SeedKey)) reader.Reject(AgentSpread.SeedKey, "is used where agents are drawn: with \"goals\": \"random\", or a range for slip or wind");
            // Written back as not given, so that what was resolved can be read again.
            reader.Resolved[AgentSpread.SeedKey] = null;
        }
        double[] slips = slip.At(heterogeneity, i => AgentSpread.Draw(seed, i, SlipDraw)), winds = wind.At(heterogeneity, i => AgentSpread.Draw(seed, i, WindDraw));
        if (ownOnly && continuing) reader.Reject("terminateOwnGoalOnly", "needs \"continuing\": false; with continuing true nothing ends");
        if (map is null || goals is null) return null;
        AgentSpread.RequireDifference(reader, drawn || slip.Differs || wind.Differs || goals.Any(goal => goal != goals[0]), agents, "several goals, or a list or a range for slip or wind");
        var options = new GridWorldOptions(map, slips, winds, goals, continuing, ownOnly, discount, heterogeneity);
        options.CheckReachable(reader);
        options.CheckSize(reader);
        return options;
    }

    /// <summary>What an agent's kernel follows from: the goal that ends its episodes more likely than another's does, null where there is none such, its slip and its wind.</summary>
    public (int? OwnEnd, double Slip, double Wind) KernelOf(int agent) => (TerminateOwnGoalOnly && Heterogeneity > 0 ? Goals[agent] : null, Slips[agent], Winds[agent]);

    /// <summary>
    /// How likely an action in each goal cell ends the episode of an agent: 1 in all of them; with <see cref="TerminateOwnGoalOnly"/> 1 in its own and 0 in the others,
    /// pulled by lambda towards the mean over agents, which is the share of agents whose goal it is.
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

    private static GridMap? ReadMap(OptionReader reader)
    {
        string[]? rows = reader.Parsed<string[]>("map", null, "a list of strings, one a row, or one string with line breaks or '/' between rows",
            $"The map, in letters: {Legend}. Cells G go to the agents in reading order, cyclically; those that no agent gets are floor.", GridMap.RowsOf);
        int width = reader.Integer("width", 10, 1, GridMap.MaximumSide, "The columns of an empty map.");
        int height = reader.Integer("height", 10, 1, GridMap.MaximumSide, "The rows of an empty map.");
        if (!reader.Has("map")) return GridMap.Filled(height, width, '.');

        foreach (string side in (string[])["width", "height"])
        {
            if (reader.Has(side)) reader.Reject(side, "the map has a size already; give either map, or width and height");
            // Written back as not given, so that what was resolved can be read again.
            reader.Resolved[side] = null;
        }
        if (rows is null || GridMap.Parse(reader, "map", rows, Letters, Legend) is not { } parsed) return null;
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
        int[] lost = [.. Enumerable.Range(0, Goals.Length).Where(i => distances[Goals[i]] == GridPaths.Unreachable).DistinctBy(i => Goals[i])];
        foreach (int agent in lost.Take(MaxErrors))
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
