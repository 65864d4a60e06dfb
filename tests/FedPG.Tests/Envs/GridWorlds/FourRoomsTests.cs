using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Tabular;
using Xunit;

namespace FedPG.Tests.Envs.GridWorlds;

public sealed class FourRoomsTests
{
    private static readonly (int Row, int Column)[] Steps = [(-1, 0), (0, 1), (1, 0), (0, -1)];

    [Fact]
    public void It_has_104_cells_one_of_which_ends_the_episode()
    {
        FiniteMdp mdp = EnvTesting.Make("FourRooms-v0");
        Assert.Equal((104, 4, 0.99), (mdp.States, mdp.Actions, mdp.Discount));
        Assert.Equal((8, 9), mdp.Grid!.Cells[Array.IndexOf([.. mdp.Terminal], true)]);
        Assert.Equal((4, 1), mdp.Grid.Cells[Array.IndexOf(mdp.Initial, 1.0)]);
        Assert.Equal(104, EnvTesting.Reachable(mdp).Count);
    }

    [Theory]
    [InlineData("{}", 1.0 / 3)]
    [InlineData("""{ "failProbability": 0 }""", 0)]
    [InlineData("""{ "failProbability": 0.75 }""", 0.75)]
    public void A_step_goes_elsewhere_with_the_failure_probability(string options, double failure)
    {
        FiniteMdp mdp = EnvTesting.Make("FourRooms-v0", 1, options);
        IReadOnlyList<(int Row, int Column)> cells = mdp.Grid!.Cells;
        for (int s = 0; s < mdp.States; s++)
        {
            if (mdp.Terminal[s]) continue;
            for (int a = 0; a < 4; a++)
            {
                double[] expected = new double[mdp.States];
                for (int direction = 0; direction < 4; direction++)
                {
                    (int, int) to = (cells[s].Row + Steps[direction].Row, cells[s].Column + Steps[direction].Column);
                    int next = cells.ToList().IndexOf(to);
                    // With probability 4/3 f the action is one of four: the intended one remains in a quarter of these cases.
                    double replaced = 4 * failure / 3;
                    expected[next < 0 ? s : next] += (replaced / 4) + (direction == a ? 1 - replaced : 0);
                }
                for (int t = 0; t < mdp.States; t++)
                    Assert.Equal(expected[t], EnvTesting.Probability(mdp.Agents[0].Kernel, s, a, t), 1e-15);
                double enters = expected[cells.ToList().IndexOf((8, 9))];
                Assert.Equal(enters, mdp.Agents[0].Rewards[(s * 4) + a], 1e-15);
            }
        }
    }

    /// <summary>
    /// From (4, 1) to (8, 9) the way leads through two doors: 2 rows up or down to them and back, 18 steps in all by a search on the map's
    /// text.
    /// </summary>
    [Fact]
    public void Without_failures_the_optimum_is_the_shortest_way()
    {
        FiniteMdp mdp = EnvTesting.Make("FourRooms-v0", 1, """{ "failProbability": 0 }""");
        int steps = Distance(mdp.Grid!.Map, (4, 1), (8, 9));
        Assert.Equal(Math.Pow(0.99, steps - 1), EnvTesting.BestReturn(mdp), 1e-12);
    }

    [Fact]
    public void A_random_start_is_any_cell_but_the_goals()
    {
        FiniteMdp mdp = EnvTesting.Make("FourRooms-v0", 2, """{ "start": "random", "goal": [[1, 1], [8, 9]] }""");
        Assert.Equal(102, mdp.Initial.Count(p => p == 1.0 / 102));
        Assert.All(Enumerable.Range(0, 104).Where(s => mdp.Terminal[s]), s => Assert.Equal(0, mdp.Initial[s]));
    }

    [Fact]
    public void Each_agent_owns_a_goal_of_the_list_and_the_others_pay_it_less()
    {
        FiniteMdp mdp = EnvTesting.Make("FourRooms-v0", 3,
            """{ "goal": [[1, 1], [11, 11]], "failProbability": 0, "heterogeneity": 0.25 }""");
        Assert.True(mdp.SharesKernel);
        Assert.Equal(2, mdp.Terminal.Count(t => t));
        int besideFirst = mdp.Grid!.Cells.ToList().IndexOf((1, 2)), besideSecond = mdp.Grid.Cells.ToList().IndexOf((11, 10));
        Assert.Equal([1, 0.75, 1], mdp.Agents.Select(a => a.Rewards[(besideFirst * 4) + 3]));
        Assert.Equal([0.75, 1, 0.75], mdp.Agents.Select(a => a.Rewards[(besideSecond * 4) + 1]));
    }

    /// <summary>
    /// A list says that agents differ, so that a degree which is not given does not flatten it; 0 does, and pays all for every goal.
    /// </summary>
    [Fact]
    public void A_list_of_goals_holds_unless_a_degree_is_given()
    {
        const string list = """{ "goal": [[1, 1], [11, 11]] }""";
        ConfiguredEnvironment configured = EnvTesting.Configure("FourRooms-v0", 2, list);
        Assert.Equal(1, configured.ResolvedOptions["heterogeneity"]!.GetValue<double>());
        FiniteMdp apart = (FiniteMdp)configured.Build();
        FiniteMdp alike = EnvTesting.Make("FourRooms-v0", 2, list.Replace("]] ", "]], \"heterogeneity\": 0 ", StringComparison.Ordinal));
        EnvTesting.AssertSameNumbers(apart,
            (FiniteMdp)EnvTesting.Configure("FourRooms-v0", 2, configured.ResolvedOptions.ToJsonString()).Build());
        Assert.All(Enumerable.Range(0, apart.Agents[0].Rewards.Length), k =>
            Assert.True(apart.Agents[0].Rewards[k] == 0 || apart.Agents[1].Rewards[k] == 0));
        Assert.Equal(alike.Agents[0].Rewards, alike.Agents[1].Rewards);
        for (int k = 0; k < alike.Agents[0].Rewards.Length; k++)
            Assert.Equal(apart.Agents[0].Rewards[k] + apart.Agents[1].Rewards[k], alike.Agents[0].Rewards[k], 1e-15);
    }

    [Fact]
    public void Goals_move_away_from_the_common_one_with_the_degree()
    {
        int[] farthest = [.. new[] { 0, 0.3, 0.6, 1 }.Select(lambda =>
        {
            FiniteMdp mdp = EnvTesting.Make("FourRooms-v0", 12,
                FormattableString.Invariant($$"""{ "differ": "goals", "heterogeneity": {{lambda}} }"""));
            Assert.True(mdp.SharesKernel);
            return Enumerable.Range(0, 104).Where(s => mdp.Terminal[s]).Max(s => Distance(mdp.Grid!.Map, (8, 9), mdp.Grid.Cells[s]));
        })];
        Assert.Equal(0, farthest[0]);
        Assert.True(farthest[0] < farthest[1] && farthest[1] < farthest[2] && farthest[2] < farthest[3]);
    }

    [Theory]
    [InlineData("""{ "failProbability": 0.8 }""", "failProbability", "must be a number in [0, 0.75]")]
    [InlineData("""{ "start": "anywhere" }""", "start", "must be [row, column] or \"random\"")]
    [InlineData("""{ "start": [0, 0] }""", "start", "is a wall")]
    [InlineData("""{ "start": [8, 9] }""", "start", "is a goal")]
    [InlineData("""{ "goal": [13, 0] }""", "goal", "is outside the map; rows are 0 to 12, columns 0 to 12")]
    [InlineData("""{ "goal": [[1, 1], [6, 6]] }""", "goal[1]", "is a wall")]
    [InlineData("""{ "goal": [[1, 1], [2, 2]], "differ": "goals" }""", "differ", "is not used with a list of goals")]
    [InlineData("""{ "goal": [[1, 1], [2, 2]], "differ": "failure" }""", "differ", "is not used with a list of goals")]
    [InlineData("""{ "goal": [[1, 1], [2, 2]], "agentSeed": 3 }""", "agentSeed", "is not used with a list of goals")]
    [InlineData("""{ "goal": [[1, 1], [2, 2], [3, 3]] }""", "goal", "lists 3 for 2 agents; give at most one an agent")]
    [InlineData("""{ "differ": "goals", "heterogeneity": 0.01 }""", "heterogeneity",
        "is less than a step, so that no goal moves; give 0, or at least 0.0")]
    [InlineData("""{ "goal": "corner" }""", "goal", "must be [row, column] or a list of them")]
    public void Every_fault_names_its_key_and_what_is_allowed(string options, string key, string message)
    {
        ValidationError fault = Assert.Single(EnvTesting.ErrorsOf("FourRooms-v0", 2, options));
        Assert.Equal($"environment.options.{key}", fault.KeyPath);
        Assert.Contains(message, fault.Allowed, StringComparison.Ordinal);
    }

    private static int Distance(IReadOnlyList<string> map, (int Row, int Column) from, (int Row, int Column) to)
    {
        var steps = new Dictionary<(int, int), int> { [from] = 0 };
        var queue = new Queue<(int Row, int Column)>([from]);
        while (queue.TryDequeue(out (int Row, int Column) at))
        {
            foreach ((int row, int column) in Steps)
            {
                (int Row, int Column) next = (at.Row + row, at.Column + column);
                if (map[next.Row][next.Column] != '#' && steps.TryAdd(next, steps[at] + 1)) queue.Enqueue(next);
            }
        }
        return steps[to];
    }
}
