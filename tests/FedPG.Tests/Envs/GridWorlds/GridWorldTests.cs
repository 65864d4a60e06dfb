using CsCheck;
using FedPG.Core.Options;
using FedPG.Envs.Tabular;
using Xunit;

namespace FedPG.Tests.Envs.GridWorlds;

public sealed class GridWorldTests
{
    private static readonly (int Row, int Column)[] Steps = [(-1, 0), (0, 1), (1, 0), (0, -1)];

    /// <summary>
    /// The square grid of the benchmark workloads, worked out from its rule: state = row * L + column, slip 0.1, goals along the boundary.
    /// </summary>
    [Theory]
    [InlineData(10, 16)]
    [InlineData(10, 1)]
    [InlineData(20, 16)]
    [InlineData(2, 3)]
    public void A_square_grid_has_the_transitions_and_goals_of_its_rule(int side, int agents)
    {
        FiniteMdp mdp = EnvTesting.Make("GridWorld-v0", agents, $$"""{ "width": {{side}}, "height": {{side}} }""");
        Assert.Equal((side * side, 4), (mdp.States, mdp.Actions));
        Assert.True(mdp.SharesKernel);
        Assert.False(mdp.HasTerminalStates);
        Assert.All(mdp.Initial, p => Assert.Equal(1.0 / (side * side), p));
        int Next(int s, int a) =>
            (Math.Clamp((s / side) + Steps[a].Row, 0, side - 1) * side) + Math.Clamp((s % side) + Steps[a].Column, 0, side - 1);
        for (int s = 0; s < mdp.States; s++)
        {
            for (int a = 0; a < 4; a++)
            {
                double[] row = new double[mdp.States];
                row[Next(s, a)] += 0.9;
                for (int b = 0; b < 4; b++) row[Next(s, b)] += 0.1 / 4;
                for (int t = 0; t < mdp.States; t++) Assert.Equal(row[t], EnvTesting.Probability(mdp.Agents[0].Kernel, s, a, t), 1e-15);
            }
        }
        int m = side - 1;
        for (int i = 0; i < agents; i++)
        {
            (int edge, int k) = Math.DivRem(i * 4 * m / agents, m);
            (int row, int column) = edge switch { 0 => (0, k), 1 => (k, m), 2 => (m, m - k), _ => (m - k, 0) };
            for (int s = 0; s < mdp.States; s++)
            {
                for (int a = 0; a < 4; a++) Assert.Equal(s == (row * side) + column ? 1 : 0, mdp.Agents[i].Rewards[(s * 4) + a]);
            }
        }
    }

    [Fact]
    public void Agents_are_drawn_from_a_distribution_whatever_their_number()
    {
        const string open = """
            {
                "map": ["S...#.#", "..#.#.#", "L....##"], "goals": "random", "agentSeed": 4,
                "slip": { "from": 0.1, "to": 0.3 }, "wind": { "from": 0, "to": 0.2 }
            }
            """;
        FiniteMdp few = EnvTesting.Make("GridWorld-v0", 2, open), many = EnvTesting.Make("GridWorld-v0", 40, open);
        Assert.All(few.Agents.Zip(many.Agents), pair =>
            Assert.True(pair.First.Kernel.SameAs(pair.Second.Kernel) && pair.First.Rewards.AsSpan().SequenceEqual(pair.Second.Rewards)));
        // 11 free cells can be reached; wall, lava and the walled-in cell cannot. The chance that 40 draws miss more than 3 of them is
        // below 1e-3, and the seed is fixed.
        (int Row, int Column)[] goals = [.. many.Agents.Select(GoalState).Select(s => many.Grid!.Cells[s]).Distinct()];
        Assert.InRange(goals.Length, 8, 11);
        Assert.DoesNotContain((0, 5), goals);
        Assert.DoesNotContain((1, 5), goals);
        Assert.DoesNotContain((2, 0), goals);
        // From (0, 3), state 3, action down leads to (1, 3) with (1 - wind) (1 - slip + slip / 4) + wind, and up stays with less.
        double[] stays = [.. many.Agents.Select(a => EnvTesting.Probability(a.Kernel, 3, 0, 3))];
        Assert.Equal(40, stays.Distinct().Count());
        Assert.All(stays, p => Assert.InRange(p, (1 - 0.2) * (1 - 0.3 + (0.3 / 2)), 1 - (0.1 / 2)));
        Assert.NotEqual(stays,
            EnvTesting.Make("GridWorld-v0", 40,
                open.Replace("\"agentSeed\": 4", "\"agentSeed\": 5", StringComparison.Ordinal)).Agents.Select(a =>
            EnvTesting.Probability(a.Kernel, 3, 0, 3)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 5)]
    [InlineData(4, 1)]
    [InlineData(3, 4)]
    public void With_an_agent_a_boundary_cell_every_boundary_cell_is_a_goal(int height, int width)
    {
        int boundary = height == 1 || width == 1 ? height * width : (2 * (height + width)) - 4;
        FiniteMdp mdp = EnvTesting.Make("GridWorld-v0", boundary, $$"""{ "width": {{width}}, "height": {{height}} }""");
        (int Row, int Column)[] goals = [.. mdp.Agents.Select(GoalState).Select(s => mdp.Grid!.Cells[s])];
        Assert.Equal(boundary, goals.Distinct().Count());
        Assert.All(goals, g => Assert.True(g.Row == 0 || g.Row == height - 1 || g.Column == 0 || g.Column == width - 1));
        // Each is one step from the one before.
        for (int i = 1; i < boundary; i++)
            Assert.Equal(1, Math.Abs(goals[i].Row - goals[i - 1].Row) + Math.Abs(goals[i].Column - goals[i - 1].Column));
    }

    [Fact]
    public void Walls_are_no_states_and_lava_is_terminal()
    {
        FiniteMdp mdp = EnvTesting.Make("GridWorld-v0", 2, """{ "map": "S#L\n..G", "slip": 0 }""");
        Assert.Equal([(0, 0), (0, 2), (1, 0), (1, 1), (1, 2)], mdp.Grid!.Cells);
        Assert.Equal([false, true, false, false, false], mdp.Terminal);
        Assert.Equal([1.0, 0, 0, 0, 0], mdp.Initial);
        Assert.Equal([0, 0, 2, 0], Enumerable.Range(0, 4).Select(a => mdp.Agents[0].Kernel.Next(a)[0]));
        Assert.Equal(["S#L", "..G"], mdp.Grid.Map);
        Assert.Equal([4, 4], mdp.Agents.Select(GoalState));
        Assert.Equal(1, EnvTesting.Probability(mdp.Agents[0].Kernel, 4, 0, 1));
    }

    [Fact]
    public void Letters_place_goals_by_agent_and_in_reading_order()
    {
        FiniteMdp mdp = EnvTesting.Make("GridWorld-v0", 5, """{ "map": ["G.2", " G "] }""");
        // Agents 0, 1, 3, 4 take the cells G in turn; agent 2 has its own.
        Assert.Equal([0, 4, 2, 0, 4], mdp.Agents.Select(GoalState));
        Assert.Equal(["G.2", ".G."], mdp.Grid!.Map);
    }

    [Fact]
    public void Spread_goals_lie_as_far_apart_as_the_map_allows()
    {
        FiniteMdp mdp = EnvTesting.Make("GridWorld-v0", 4, """{ "width": 7, "height": 7, "goals": "spread" }""");
        // First the first cell, then the opposite corner, then the corners left: none is farther from the nearest goal, nor from all
        // of them together.
        Assert.Equal([(0, 0), (6, 6), (0, 6), (6, 0)], mdp.Agents.Select(a => mdp.Grid!.Cells[GoalState(a)]));

        FiniteMdp corridor = EnvTesting.Make("GridWorld-v0", 2, """{ "map": ["....", "###.", "...."], "goals": "spread" }""");
        Assert.Equal([(0, 0), (2, 0)], corridor.Agents.Select(a => corridor.Grid!.Cells[GoalState(a)]));

        FiniteMdp crowded = EnvTesting.Make("GridWorld-v0", 5, """{ "width": 2, "height": 1, "goals": "spread" }""");
        Assert.Equal([0, 1, 0, 1, 0], crowded.Agents.Select(GoalState));
    }

    [Fact]
    public void Episodes_end_for_all_in_any_goal_and_pay_its_owner_once()
    {
        FiniteMdp mdp = EnvTesting.Make("GridWorld-v0", 2, """{ "map": ["0.1"], "continuing": false, "slip": 0 }""");
        Assert.Equal(4, mdp.States);
        Assert.True(mdp.SharesKernel);
        Assert.Equal([false, false, false, true], mdp.Terminal);
        Assert.Equal(0, mdp.Initial[3]);
        Assert.Equal((-1, -1), mdp.Grid!.Cells[3]);
        for (int a = 0; a < 4; a++)
        {
            Assert.Equal(1, EnvTesting.Probability(mdp.Agents[0].Kernel, 0, a, 3));
            Assert.Equal(1, EnvTesting.Probability(mdp.Agents[0].Kernel, 2, a, 3));
            Assert.Equal((1, 0), (mdp.Agents[0].Rewards[a], mdp.Agents[1].Rewards[a]));
            Assert.Equal((0, 1), (mdp.Agents[0].Rewards[8 + a], mdp.Agents[1].Rewards[8 + a]));
        }
        // From the middle each agent's best is one step to its goal and one action there.
        Assert.Equal([1, 0.9, 0, 0], EnvTesting.Optimum(mdp, 0, 10, 0.9));
        Assert.Equal([0, 0.9, 1, 0], EnvTesting.Optimum(mdp, 1, 10, 0.9));
    }

    [Fact]
    public void With_own_goals_only_kernels_differ_but_for_agents_of_one_goal()
    {
        FiniteMdp mdp = EnvTesting.Make("GridWorld-v0", 3,
            """{ "width": 3, "height": 1, "goals": [[0, 0], [0, 2]], "continuing": false, "terminateOwnGoalOnly": true, "slip": 0 }""");
        Assert.False(mdp.SharesKernel);
        Assert.Same(mdp.Agents[0].Kernel, mdp.Agents[2].Kernel);
        Assert.Equal(1, EnvTesting.Probability(mdp.Agents[0].Kernel, 0, 1, 3));
        Assert.Equal(1, EnvTesting.Probability(mdp.Agents[1].Kernel, 0, 1, 1));
        Assert.Equal(1, EnvTesting.Probability(mdp.Agents[1].Kernel, 2, 1, 3));
    }

    /// <summary>
    /// The degree moves the probability of an end in a goal cell from the share of agents whose goal it is, which all have at 0, to 1 in
    /// one's own and 0 in others'.
    /// </summary>
    [Fact]
    public void With_own_goals_only_ends_are_affine_in_the_degree_and_the_same_for_all_at_0()
    {
        FiniteMdp At(double degree) => EnvTesting.Make("GridWorld-v0", 3, FormattableString.Invariant(
            $$"""
                {
                    "width": 3, "height": 1, "goals": [[0, 0], [0, 2]], "slip": 0,
                    "continuing": false, "terminateOwnGoalOnly": true, "heterogeneity": {{degree}}
                }
                """));
        FiniteMdp none = At(0), quarter = At(0.25);
        Assert.True(none.SharesKernel);
        Assert.All(none.Agents, agent => Assert.Equal(none.Agents[0].Rewards, agent.Rewards));
        // Two of three agents have the left cell; what does not end goes on, here to the right.
        Assert.Equal(2.0 / 3, EnvTesting.Probability(none.Agents[0].Kernel, 0, 1, 3), 1e-15);
        Assert.Equal(1.0 / 3, EnvTesting.Probability(none.Agents[0].Kernel, 0, 1, 1), 1e-15);
        Assert.Equal(1.0 / 3, EnvTesting.Probability(none.Agents[0].Kernel, 2, 3, 3), 1e-15);
        Assert.Equal([0.75, 0.5, 0.75], quarter.Agents.Select(agent => Math.Round(EnvTesting.Probability(agent.Kernel, 0, 1, 3), 15)));
        Assert.Same(quarter.Agents[0].Kernel, quarter.Agents[2].Kernel);
        EnvTesting.AssertLawful(quarter);
    }

    /// <summary>Ranges are pulled to their middle, so that who an agent is does not depend on who else there is.</summary>
    [Fact]
    public void Drawn_slips_and_winds_do_not_depend_on_the_number_of_agents_at_any_degree()
    {
        foreach (string degree in (string[])["0", "0.3", "1"])
        {
            string options = $$"""
                {
                    "width": 3, "height": 3, "goals": [[0, 0]], "heterogeneity": {{degree}},
                    "slip": { "from": 0, "to": 0.5 }, "wind": { "from": 0, "to": 0.25 }
                }
                """;
            FiniteMdp many = EnvTesting.Make("GridWorld-v0", 5, options), few = EnvTesting.Make("GridWorld-v0", 2, options);
            for (int i = 0; i < 2; i++) Assert.True(many.Agents[i].Kernel.SameAs(few.Agents[i].Kernel));
            if (degree == "0") Assert.True(few.Agents[0].Kernel.SameAs(EnvTesting.Make("GridWorld-v0", 1,
                """{ "width": 3, "height": 3, "goals": [[0, 0]], "slip": 0.25, "wind": 0.125 }""").Agents[0].Kernel));
        }
    }

    /// <summary>A map serves any number of agents: goals that are nobody's are floor, and are shown as floor.</summary>
    [Fact]
    public void Goals_on_the_map_that_no_agent_gets_are_floor()
    {
        FiniteMdp mdp = EnvTesting.Make("GridWorld-v0", 2,
            """{ "map": "SG/GG", "continuing": false }"""),
            plain = EnvTesting.Make("GridWorld-v0", 2, """{ "map": "SG/G.", "continuing": false }""");
        Assert.Equal(["S0", "1."], mdp.Grid!.Map);
        EnvTesting.AssertSameNumbers(plain, mdp);
    }

    [Fact]
    public void The_intended_move_has_the_probability_of_the_slip() =>
        Gen.Double[0, 1].Sample(slip =>
        {
            string text = slip.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
            TransitionKernel kernel = EnvTesting.Make("GridWorld-v0", 1,
                $$"""{ "width": 3, "height": 3, "slip": {{text}} }""").Agents[0].Kernel;
            // From the middle cell 4 the four actions lead to 1, 5, 7 and 3.
            int[] targets = [1, 5, 7, 3];
            for (int a = 0; a < 4; a++)
            {
                for (int b = 0; b < 4; b++)
                    Assert.Equal((a == b ? 1 - slip : 0) + (slip / 4), EnvTesting.Probability(kernel, 4, a, targets[b]), 1e-14);
            }
        }, iter: 30);

    [Fact]
    public void Agents_may_slip_and_be_blown_by_numbers_of_their_own()
    {
        FiniteMdp mdp = EnvTesting.Make("GridWorld-v0", 3,
            """{ "width": 3, "height": 3, "slip": [0, 0.4], "wind": [0.5, 0, 0.2], "goals": [[0, 0]] }""");
        Assert.False(mdp.SharesKernel);
        (double Slip, double Wind)[] expected = [(0, 0.5), (0.4, 0), (0, 0.2)];
        for (int i = 0; i < 3; i++)
        {
            (double slip, double wind) = expected[i];
            // Up from the middle cell 4 leads to 1; the wind, and one slip in four, to 7.
            Assert.Equal((1 - wind) * (1 - slip + (slip / 4)), EnvTesting.Probability(mdp.Agents[i].Kernel, 4, 0, 1), 1e-15);
            Assert.Equal(wind + ((1 - wind) * slip / 4), EnvTesting.Probability(mdp.Agents[i].Kernel, 4, 0, 7), 1e-15);
            // One goal for all: rewards are the same, so that transitions alone differ.
            Assert.Equal(mdp.Agents[0].Rewards, mdp.Agents[i].Rewards);
        }
    }

    [Fact]
    public void Heterogeneity_pulls_slips_and_winds_to_their_mean()
    {
        FiniteMdp alike = EnvTesting.Make("GridWorld-v0", 2, """{ "slip": [0.1, 0.3], "wind": [0, 0.5], "heterogeneity": 0 }""");
        Assert.True(alike.SharesKernel);
        Assert.True(alike.Agents[0].Kernel.SameAs(EnvTesting.Make("GridWorld-v0", 1,
            """{ "slip": 0.2, "wind": 0.25 }""").Agents[0].Kernel));
        FiniteMdp half = EnvTesting.Make("GridWorld-v0", 2, """{ "slip": [0.1, 0.3], "heterogeneity": 0.5 }""");
        // Moving right inside a 10 x 10 grid.
        Assert.Equal(1 - (0.15 * 3 / 4), EnvTesting.Probability(half.Agents[0].Kernel, 44, 1, 45), 1e-15);
        Assert.Equal(1 - (0.25 * 3 / 4), EnvTesting.Probability(half.Agents[1].Kernel, 44, 1, 45), 1e-15);
    }

    public static TheoryData<string, int, string, string> Faulty => new()
    {
        { """{ "map": ["...", ".."] }""", 1, "map[1]", "row 1 has 2 cells and row 0 has 3; all rows must be equally long" },
        { """{ "map": ".../.." }""", 1, "map", "row 1 has 2 cells and row 0 has 3" },
        { """{ "map": ["...", ".x."] }""", 1, "map[1]", "row 1, column 1: unknown letter 'x'; allowed are '#' (wall)" },
        { """{ "map": ["##"] }""", 1, "map", "no free cell" },
        { """{ "map": [] }""", 1, "map", "the map has no cells" },
        { """{ "map": "" }""", 1, "map", "the map has no cells" },
        { """{ "map": 3 }""", 1, "map", "must be a list of strings" },
        { """{ "map": "..", "width": 3 }""", 1, "width", "give either map, or width and height" },
        { """{ "map": ".G", "goals": [[0, 0]] }""", 2, "goals", "the map has goals (letters G, 0-9) already" },
        { """{ "map": ".7" }""", 2, "map", "row 0, column 1: there is no agent 7; agents are 0 to 1" },
        { """{ "map": "0.0" }""", 1, "map", "row 0, column 2: agent 0 has a goal at row 0, column 0 already" },
        { """{ "map": "0." }""", 2, "map", "agent 1 has no goal" },
        { """{ "goals": [[0, 0], [10, 0]] }""", 2, "goals[1]", "is outside the map; rows are 0 to 9, columns 0 to 9" },
        { """{ "map": ".#L", "goals": [[0, 1]] }""", 1, "goals[0]", "is a wall" },
        { """{ "map": ".#L", "goals": [[0, 2]] }""", 1, "goals[0]", "is lava" },
        { """{ "map": "#.." }""", 1, "goals", "agent 0's cell at row 0, column 0 is a wall; place the goals with \"spread\"" },
        { """{ "goals": [[0]] }""", 1, "goals", "must be \"boundary\", \"spread\", \"random\" or a list of [row, column]" },
        { """{ "goals": "corner" }""", 1, "goals", "must be \"boundary\", \"spread\"" },
        { """{ "map": "S.#G" }""", 1, "map", "the goal of agent 0 cannot be reached from any start cell" },
        { """{ "map": "S.LG" }""", 1, "map", "the goal of agent 0 cannot be reached from any start cell" },
        { """{ "map": "S01", "continuing": false }""", 2, "map", "the goal of agent 1 cannot be reached from any start cell" },
        { """{ "map": "S.#.", "goals": [[0, 3]] }""", 1, "goals", "the goal of agent 0 cannot be reached from any start cell" },
        { """{ "terminateOwnGoalOnly": true }""", 1, "terminateOwnGoalOnly", "needs \"continuing\": false" },
        { """{ "goals": [[0, 0], [1, 0], [2, 0]] }""", 2, "goals", "lists 3 for 2 agents; give at most one an agent" },
        { """{ "slip": [0, 0.1, 0.2] }""", 2, "slip", "lists 3 for 2 agents; give at most one an agent" },
        { """{ "wind": [0, 0.1] }""", 1, "wind", "lists 2 for 1 agent; give at most one an agent" },
        { """{ "goals": [[0, 0]], "heterogeneity": 1 }""", 2, "heterogeneity",
            "all agents are alike: give several goals, or a list or a range for slip or wind" },
        { """{ "map": "S.G", "heterogeneity": 0.5 }""", 3, "heterogeneity", "all agents are alike" },
        { """{ "agentSeed": 3 }""", 2, "agentSeed",
            "is used where agents are drawn: with \"goals\": \"random\", or a range for slip or wind" },
        { """{ "slip": 1.5 }""", 1, "slip", "must be a number in [0, 1]" },
        { """{ "slip": [0.1, 2] }""", 2, "slip", "must be a number in [0, 1], a list of such numbers, or { \"from\": low, \"to\": high }" },
        { """{ "wind": [] }""", 2, "wind", "must be a number in [0, 1], a list of such numbers, or { \"from\": low, \"to\": high }" },
        { """{ "slip": { "from": 0.5, "to": 0.2 } }""", 2, "slip",
            "must be a number in [0, 1], a list of such numbers, or { \"from\": low, \"to\": high }" },
        { """{ "slip": { "from": 0.1 } }""", 2, "slip",
            "must be a number in [0, 1], a list of such numbers, or { \"from\": low, \"to\": high }" },
        { """{ "discount": 1 }""", 1, "discount", "must be a number in [0, 1)" },
        { """{ "width": 0 }""", 1, "width", "must be a whole number from 1 to 1000" },
        { """{ "width": 1000, "height": 1000 }""", 90_000, "width", "at most 268435456 are allowed" },
    };

    [Theory]
    [MemberData(nameof(Faulty))]
    public void Every_fault_names_its_key_and_what_is_allowed(string options, int agents, string key, string message)
    {
        ValidationError fault = Assert.Single(EnvTesting.ErrorsOf("GridWorld-v0", agents, options));
        Assert.Equal($"environment.options.{key}", fault.KeyPath);
        Assert.Contains(message, fault.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void With_own_goals_only_another_agents_goal_does_not_block_the_way() =>
        EnvTesting.Configure("GridWorld-v0", 2, """{ "map": "S01", "continuing": false, "terminateOwnGoalOnly": true }""");

    [Fact]
    public void All_faults_are_reported_at_once()
    {
        IReadOnlyList<ValidationError> errors = EnvTesting.ErrorsOf("GridWorld-v0", 1,
            """{ "map": ["..", "x"], "slip": -1, "discount": 2, "slipp": 1 }""");
        Assert.Equal(
            ["discount", "map[1]", "map[1]", "slip", "slipp"],
            errors.Select(f => f.KeyPath["environment.options.".Length..]).Order(StringComparer.Ordinal));
    }

    private static int GoalState(AgentMdp agent) => Array.IndexOf(agent.Rewards, 1.0) / 4;
}
