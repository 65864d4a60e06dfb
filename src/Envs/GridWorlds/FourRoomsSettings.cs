using FedPG.Core.Options;

namespace FedPG.Envs.GridWorlds;

/// <summary>What <c>FourRooms-v0</c> is built from: its options, checked and settled for each agent.</summary>
/// <param name="Start">The cell where episodes start; null for all free cells that are no goals.</param>
/// <param name="Goals">The goal cell of each agent, [N].</param>
/// <param name="Failures">How often each agent's steps fail, [N].</param>
/// <param name="Discount">gamma.</param>
/// <param name="Heterogeneity">lambda.</param>
internal sealed record FourRoomsSettings(int? Start, int[] Goals, double[] Failures, double Discount, double Heterogeneity)
{
    /// <summary>The greatest probability of failure, that of a random walk.</summary>
    public const double MaxFailure = 0.75;

    /// <summary>Whether the goals are a list, whose degree says how much another's goal pays.</summary>
    public bool ListsGoals { get; init; }

    /// <summary>Whether steps fail differently often for each agent.</summary>
    public bool OwnFailures { get; init; }

    /// <summary>The defaults that depend on what is given.</summary>
    public static FourRoomsOptions Defaults(FourRoomsOptions options, OptionReader reader)
    {
        bool list = GridCells.TryParse(reader.Raw("goal"), NumberRange.Any, out GridCells goals) && goals.Cells.Count > 1;
        double degree = list ? 1 : AgentSpread.DefaultDegree(reader, AgentSpread.DifferKey, AgentSpread.SeedKey);
        return options with { Heterogeneity = degree };
    }

    /// <summary>Checks the options together, and settles what each agent has.</summary>
    /// <param name="options">The options, each of which is in its own range.</param>
    /// <param name="reader">Where errors are noted.</param>
    /// <param name="map">The rooms.</param>
    /// <param name="agents">The number of agents N.</param>
    /// <returns>The settings; null when an error was noted that leaves no goal or no start.</returns>
    public static FourRoomsSettings? Settle(FourRoomsOptions options, OptionReader reader, GridMap map, int agents)
    {
        bool list = options.Goal.Cells.Count > 1;
        double lambda = options.Heterogeneity!.Value;
        double[]? places = AgentSpread.Places(options.AgentSeed, agents);
        if (list)
        {
            PerAgentNumbers.RequireFit(reader, "goal", options.Goal.Cells.Count, agents);
            // Agents with goals from a list differ in them alone, and none is drawn.
            reader.RejectUnused(
                "is not used with a list of goals, by which agents differ already; give one goal, or leave it out",
                AgentSpread.DifferKey, AgentSpread.SeedKey);
        }
        int[]? goals = GridPlaces.Cells(reader, "goal", map, options.Goal.Cells, listed: list);
        int[]? from = options.Start.Cell is { } cell ? GridPlaces.Cells(reader, "start", map, [cell], listed: false) : [];
        if (goals is null || from is null) return null;
        int[] own = options.Differ == FourRoomsDifference.Goals && !list
            ? Around(reader, map, goals[0], from, lambda, places, agents)
            : [.. Enumerable.Range(0, agents).Select(i => goals[i % goals.Length])];
        if (from.Length > 0 && own.Contains(from[0])) reader.Reject("start", "is a goal, so that nothing would happen");
        bool spread = options.Differ == FourRoomsDifference.Failure && !list;
        double[]? failures = spread && places is not null ? [.. places.Select(t => t * 2 / 3)] : null;
        return new FourRoomsSettings(
            from.Length > 0 ? from[0] : null, own,
            [.. Enumerable.Range(0, agents).Select(i => AgentSpread.Move(options.FailProbability, lambda, failures, i))],
            options.Discount, lambda)
        {
            ListsGoals = list,
            OwnFailures = spread && lambda > 0,
        };
    }

    /// <summary>Each agent's goal, and how often its steps fail where agents differ in that; null where all goals are everyone's.</summary>
    /// <param name="map">The rooms.</param>
    /// <param name="cells">The cell of each state, [S].</param>
    public AgentTasks? Tasks(GridMap map, IEnumerable<int> cells)
    {
        if (ListsGoals && Heterogeneity == 0) return null;
        var scale = new MapPlaces(map.Rows, map.Columns);
        return AgentTasks.Of(
            [.. Goals.Select(goal => scale.Scaled(map.PlaceOf(goal)))],
            [.. cells.Select(cell => scale.Scaled(map.PlaceOf(cell)))],
            AgentTasks.Where((OwnFailures, "failProbability", Failures.Select(p => p / MaxFailure))));
    }

    /// <summary>
    /// A goal an agent, among the cells at most lambda D steps from the common one, where D is the farthest. They are put in the order of
    /// their distance, and then reading order, and agent i takes the one at its place t_i of that list. The start is left out.
    /// </summary>
    private static int[] Around(OptionReader reader, GridMap map, int goal, int[] start, double lambda, double[]? places, int agents)
    {
        int[] steps = GridPaths.Distances(map, [goal], _ => true);
        int[] cells = [.. map.CellsWhere(c => c != GridMap.Wall).Where(c => !start.Contains(c)).OrderBy(c => steps[c])];
        int farthest = steps[cells[^1]], reach = (int)Math.Floor(lambda * farthest);
        if (lambda > 0 && reach == 0)
        {
            reader.Reject(AgentSpread.DegreeKey, FormattableString.Invariant(
                $"is less than a step, so that no goal moves; give 0, or at least {1.0 / farthest:G3}"));
        }
        int[] near = [.. cells.Where(c => steps[c] <= reach)];
        if (places is null) return [.. Enumerable.Repeat(goal, agents)];
        return [.. places.Select(place => near[Math.Min((int)(place * near.Length), near.Length - 1)])];
    }
}
