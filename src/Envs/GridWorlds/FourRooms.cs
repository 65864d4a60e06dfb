using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.GridWorlds;

/// <summary><c>FourRooms-v0</c>: four rooms with doors between them.</summary>
public static class FourRooms
{
    private const int Actions = 4;
    private const string Failure = "failure", Goals = "goals";

    /// <summary>The steps of the actions up, right, down, left.</summary>
    private static readonly (int Row, int Column)[] Steps = [(-1, 0), (0, 1), (1, 0), (0, -1)];

    private static readonly GridMap Rooms = GridMap.FromRows(
    [
        "#############",
        "#.....#.....#",
        "#.....#.....#",
        "#...........#",
        "#.....#.....#",
        "#.....#.....#",
        "##.####.....#",
        "#.....###.###",
        "#.....#.....#",
        "#.....#.....#",
        "#...........#",
        "#.....#.....#",
        "#############",
    ]);

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new()
    {
        Id = "FourRooms-v0",
        StepLimit = 500,
        Summary = "Four rooms joined by doors, with steps that fail (gymnax's, after Sutton, Precup and Singh 1999).",
        Description = "The agent walks through four rooms on a map of 13 x 13 cells, walls included. With probability 4/3 failProbability the action is replaced by one of the four drawn uniformly, so a step goes elsewhere than meant with "
            + "probability failProbability, each of the other directions with a third of it. A wall means stay.",
        ActionSpace = "4 actions: 0 up, 1 right, 2 down, 3 left.",
        ObservationSpace = "104 states: the free cells, row by row from the top-left; the goal, which the public observation also holds, does not change within an instance.",
        StartingState = "The cell start, (4, 1); with \"start\": \"random\" uniform over all free cells that are no goals.",
        Rewards = "1 for entering the goal, 0 else; R(s, a) is the expectation over the next cell. Of several goals an agent's own pays it 1 and the others 1 - lambda.",
        EpisodeEnd = "In every goal, all of which are absorbing with reward 0. The public limit of steps is 500.",
        Heterogeneity = "Of transitions with \"differ\": \"failure\": agent i's steps fail with p_i = p + lambda (t_i - p), with t_i in [0, 2/3] its place among the agents (evenly spaced, or drawn with agentSeed). Of rewards: with a list of goals agent i owns "
            + "number i of it, cyclically; with \"differ\": \"goals\" and one goal, agent i owns a cell up to lambda times as far from it as there are any, for itself, and the goals of all end the episode for all. At lambda = 0 all agents have the same environment: the original one, or with a list of goals one in which each of them pays everyone 1.",
        Differences = new(["differ", "goal"], ["differ", "failProbability"], ["heterogeneity"], ["agentSeed"]),
        VersionHistory = "v0: first version.",
        Source = "gymnax, gymnax/environments/misc/rooms.py (FourRooms-misc); Sutton, Precup and Singh, Between MDPs and semi-MDPs, Artificial Intelligence 112 (1999).",
        Configure = (reader, agents) =>
        {
            Options? options = Options.Read(reader, agents);
            return () => Build(options ?? throw new InvalidOperationException("the options had faults"));
        },
    };

    private static FiniteMdp Build(Options options)
    {
        IReadOnlyList<int> cells = Rooms.CellsWhere(c => c != GridMap.Wall);
        int[] stateOf = new int[Rooms.CellCount];
        for (int s = 0; s < cells.Count; s++) stateOf[cells[s]] = s;
        var tables = new TablePool();
        HashSet<int> ending = [.. options.Goals];
        AgentMdp[] agents = [.. options.Goals.Select((goal, i) =>
            OutcomeTable.Agent($"agent-{i}", cells.Count, Actions, (s, a) => Outcomes(s, a, goal, options.Failures[i]), tables))];

        int[] starts = [.. options.Start is { } start ? [start] : cells.Where(c => !ending.Contains(c))];
        double[] initial = new double[cells.Count];
        foreach (int cell in starts) initial[stateOf[cell]] = 1.0 / starts.Length;
        var layout = new GridLayout(Rooms.Rows, Rooms.Columns, [.. cells.Select(Rooms.PlaceOf)], Draw(options), Steps);
        return new FiniteMdp(Definition.Id, options.Discount, initial, agents, layout)
        {
            Parameters = options.Heterogeneity == 0
                ? new Dictionary<string, double[]> { ["failProbability"] = options.Failures }
                : new Dictionary<string, double[]> { ["failProbability"] = options.Failures, ["goal"] = [.. options.Goals.Select(goal => (double)stateOf[goal])] },
        };

        IEnumerable<PaidTransition> Outcomes(int state, int action, int own, double failure)
        {
            if (ending.Contains(cells[state])) return OutcomeTable.Absorbing(state);
            return Enumerable.Range(0, Actions).Select(direction =>
            {
                int next = Rooms.Neighbour(cells[state], Steps[direction].Row, Steps[direction].Column);
                double paid = next == own ? 1 : ending.Contains(next) ? 1 - options.Heterogeneity : 0;
                return new PaidTransition(stateOf[next], direction == action ? 1 - failure : failure / 3, paid);
            });
        }
    }

    private static string[] Draw(Options options)
    {
        char[][] lines = [.. Rooms.Lines.Select(l => l.ToCharArray())];
        if (options.Start is { } start) lines[start / Rooms.Columns][start % Rooms.Columns] = 'S';
        foreach (IGrouping<int, int> goal in Enumerable.Range(0, options.Goals.Length).GroupBy(i => options.Goals[i]))
        {
            int[] owners = [.. goal.Take(2)];
            bool alone = options.Goals.Length > 1 && owners.Length == 1 && owners[0] <= 9;
            lines[goal.Key / Rooms.Columns][goal.Key % Rooms.Columns] = alone ? (char)('0' + owners[0]) : 'G';
        }
        return [.. lines.Select(l => new string(l))];
    }

    private sealed record Options(int? Start, int[] Goals, double[] Failures, double Discount, double Heterogeneity)
    {
        public static Options? Read(OptionReader reader, int agents)
        {
            double failure = reader.Number("failProbability", 1.0 / 3, new NumberRange(0, 0.75), "How often a step goes elsewhere than meant; 0.75 is a random walk.");
            object start = reader.Parsed<object>("start", (int[])[4, 1], "[row, column] or \"random\"", "Where episodes start.",
                e => GridPlaces.ParseWord(e, "random") ?? (object?)GridPlaces.ParseOne(e))!;
            int[][] wanted = reader.Parsed("goal", (int[][])[[8, 9]], "[row, column] or a list of them", "The goal, or the goals of the agents, at most one an agent, cyclically.",
                e => GridPlaces.ParseOne(e) is { } one ? [one] : GridPlaces.ParseList(e))!;
            double discount = reader.Number("discount", 0.99, new NumberRange(0, 1, OpenMaximum: true), "gamma.");
            bool list = wanted.Length > 1;
            string differ = reader.Choice(AgentSpread.DifferKey, Failure, [Failure, FourRooms.Goals], "What heterogeneity acts on where there is one goal: how often steps fail, or where goals lie.");
            double lambda = AgentSpread.ReadDegree(
                reader, "lambda: how far the agents lie apart.", list || reader.Has(AgentSpread.DifferKey) || reader.Has(AgentSpread.SeedKey), "goal is a list, or differ or agentSeed is");
            double[]? places = AgentSpread.Read(reader, agents);
            if (list) RejectForList(reader, wanted.Length, agents);

            int[]? goals = GridPlaces.Cells(reader, "goal", Rooms, wanted);
            int[]? from = start is int[] place ? GridPlaces.Cells(reader, "start", Rooms, [place], listed: false) : [];
            if (goals is null || from is null) return null;
            int[] own = differ == FourRooms.Goals && !list
                ? Around(reader, goals[0], from, lambda, places, agents)
                : [.. Enumerable.Range(0, agents).Select(i => goals[i % goals.Length])];
            if (from.Length > 0 && own.Contains(from[0])) reader.Reject("start", "is a goal, so that nothing would happen");
            double[]? spread = differ == Failure && !list ? [.. places?.Select(t => t * 2 / 3) ?? []] : null;
            if (spread is []) spread = null;
            double[] failures = [.. Enumerable.Range(0, agents).Select(i => AgentSpread.Move(failure, lambda, spread, i))];
            return new Options(from.Length > 0 ? from[0] : null, own, failures, discount, lambda);
        }

        /// <summary>Agents with goals from a list differ in them alone, and none is drawn.</summary>
        private static void RejectForList(OptionReader reader, int items, int agents)
        {
            PerAgentNumbers.RequireFit(reader, "goal", items, agents);
            foreach (string key in (string[])[AgentSpread.DifferKey, AgentSpread.SeedKey])
            {
                if (reader.Has(key)) reader.Reject(key, "is not used with a list of goals, by which agents differ already; give one goal, or leave it out");
                // Written back as not given, so that what was resolved can be read again.
                reader.Resolved[key] = null;
            }
        }

        /// <summary>
        /// A goal an agent, among the cells at most lambda D steps from the common one, where D is the farthest: they are put in the order of their distance, and then reading order, and agent i takes
        /// the one at its place t_i of that list. The start is left out.
        /// </summary>
        private static int[] Around(OptionReader reader, int goal, int[] start, double lambda, double[]? places, int agents)
        {
            int[] steps = GridPaths.Distances(Rooms, [goal], _ => true);
            int[] cells = [.. Rooms.CellsWhere(c => c != GridMap.Wall).Where(c => !start.Contains(c)).OrderBy(c => steps[c])];
            int reach = (int)Math.Floor(lambda * steps[cells[^1]]);
            if (lambda > 0 && reach == 0)
                reader.Reject(AgentSpread.DegreeKey, FormattableString.Invariant($"is less than a step, so that no goal moves; give 0, or at least {1.0 / steps[cells[^1]]:G3}"));
            int[] near = [.. cells.Where(c => steps[c] <= reach)];
            return [.. Enumerable.Range(0, agents).Select(i => places is null ? goal : near[Math.Min((int)(places[i] * near.Length), near.Length - 1)])];
        }
    }
}
