using System.Text.Json.Nodes;
using CsCheck;
using FedPG.Core.Options;
using FedPG.Envs.Tabular;
using Xunit;

namespace FedPG.Tests.Envs.ToyText;

public sealed class FrozenLakeTests
{
    private const int Left = 0, Down = 1, Right = 2, Up = 3;

    /// <summary>Entries worked out by hand from the rules: three directions of probability 1/3 each, the border means stay.</summary>
    [Theory]
    [InlineData(0, Left, 0, 2)]
    [InlineData(0, Left, 4, 1)]
    [InlineData(0, Down, 0, 1)]
    [InlineData(0, Down, 4, 1)]
    [InlineData(0, Down, 1, 1)]
    [InlineData(0, Up, 0, 2)]
    [InlineData(0, Up, 1, 1)]
    [InlineData(6, Left, 2, 1)]
    [InlineData(6, Left, 5, 1)]
    [InlineData(6, Left, 10, 1)]
    [InlineData(3, Right, 3, 2)]
    [InlineData(3, Right, 7, 1)]
    [InlineData(14, Right, 10, 1)]
    [InlineData(14, Right, 14, 1)]
    [InlineData(14, Right, 15, 1)]
    [InlineData(14, Left, 15, 0)]
    [InlineData(5, Down, 5, 3)]
    [InlineData(15, Left, 15, 3)]
    public void The_small_map_has_the_entries_of_the_rules(int state, int action, int next, int thirds)
    {
        FiniteMdp mdp = EnvTesting.Make("FrozenLake-v1");
        Assert.Equal(thirds / 3.0, EnvTesting.Probability(mdp.Agents[0].Kernel, state, action, next), 1e-15);
    }

    [Fact]
    public void Only_entering_the_goal_pays()
    {
        FiniteMdp mdp = EnvTesting.Make("FrozenLake-v1");
        Assert.Equal((16, 4, 0.99), (mdp.States, mdp.Actions, mdp.Discount));
        for (int row = 0; row < 64; row++)
        {
            bool besideGoal = row is (14 * 4) + Down or (14 * 4) + Right or (14 * 4) + Up;
            Assert.Equal(besideGoal ? 1.0 / 3 : 0, mdp.Agents[0].Rewards[row], 1e-15);
        }
        Assert.Equal([5, 7, 11, 12, 15], Enumerable.Range(0, 16).Where(s => mdp.Terminal[s]));
        Assert.Equal(1, mdp.Initial[0]);
    }

    [Fact]
    public void The_large_map_has_its_holes_and_goal()
    {
        FiniteMdp mdp = EnvTesting.Make("FrozenLake-v1", 1, """{ "map": "8x8" }""");
        Assert.Equal([19, 29, 35, 41, 42, 46, 49, 52, 54, 59, 63], Enumerable.Range(0, 64).Where(s => mdp.Terminal[s]));
    }

    [Fact]
    public void Without_slipping_the_goal_is_six_steps_away()
    {
        FiniteMdp mdp = EnvTesting.Make("FrozenLake-v1", 1, """{ "slippery": false }""");
        Assert.All(mdp.Agents[0].Kernel.Probabilities(0).ToArray(), p => Assert.Equal(1, p));
        Assert.Equal(0, EnvTesting.Optimum(mdp, 0, 5, 0.99)[0]);
        Assert.Equal(Math.Pow(0.99, 5), EnvTesting.Optimum(mdp, 0, 50, 0.99)[0], 1e-12);
    }

    /// <summary>Gymnasium's source gives 0.74 and 0.91 as the optimal chances of success within the time limits.</summary>
    [Theory]
    [InlineData("4x4", 100, 0.74)]
    [InlineData("8x8", 200, 0.91)]
    public void The_optimal_chance_of_success_is_the_published_one(string map, int limit, double published)
    {
        FiniteMdp mdp = EnvTesting.Make("FrozenLake-v1", 1, $$"""{ "map": "{{map}}" }""");
        Assert.Equal(published, EnvTesting.Optimum(mdp, 0, limit, 1)[0], 0.01);
    }

    [Fact]
    public void Success_rates_are_spread_evenly_around_the_original() =>
        Gen.Select(Gen.Double[0.001, 0.999], Gen.Double[0, 1], Gen.Int[2, 7]).Sample((rate, lambda, agents) =>
        {
            var options = new JsonObject { ["successRate"] = rate, ["heterogeneity"] = lambda };
            FiniteMdp mdp = EnvTesting.Make("FrozenLake-v1", agents, options.ToJsonString());
            // Cell 10 is clear of the border, so moving right to 11 has exactly the success rate.
            double[] rates = [.. mdp.Agents.Select(a => EnvTesting.Probability(a.Kernel, 10, Right, 11))];
            Assert.Equal(rate, rates.Average(), 1e-12);
            Assert.Equal(2 * lambda * Math.Min(rate, 1 - rate), rates[^1] - rates[0], 1e-12);
            for (int i = 2; i < agents; i++) Assert.Equal(rates[1] - rates[0], rates[i] - rates[i - 1], 1e-12);
            for (int i = 0; i < agents; i++)
                Assert.Equal(rates[i], mdp.Agents[i].Rewards[(14 * 4) + Right], 1e-12);
            EnvTesting.AssertLawful(mdp);
        }, iter: 50);

    [Fact]
    public void At_heterogeneity_0_all_agents_have_one_kernel_and_at_1_they_differ()
    {
        FiniteMdp same = EnvTesting.Make("FrozenLake-v1", 3), differ = EnvTesting.Make("FrozenLake-v1", 3, """{ "heterogeneity": 1 }""");
        Assert.True(same.SharesKernel);
        Assert.False(differ.SharesKernel);
        FiniteMdp original = EnvTesting.Make("FrozenLake-v1");
        Assert.True(original.Agents[0].Kernel.SameAs(same.Agents[2].Kernel));
        // The middle one of three has the original rate, and one agent has it whatever lambda is.
        Assert.True(original.Agents[0].Kernel.SameAs(differ.Agents[1].Kernel));
        Assert.True(original.Agents[0].Kernel.SameAs(EnvTesting.Make("FrozenLake-v1", 1, """{ "heterogeneity": 1 }""").Agents[0].Kernel));
    }

    [Fact]
    public void Random_maps_have_a_way_and_depend_on_their_seed() =>
        Gen.Select(Gen.Int[2, 12], Gen.Int[0, 10_000]).Sample((size, seed) =>
        {
            string options = $$"""{ "map": "random", "size": {{size}}, "mapSeed": {{seed}} }""";
            FiniteMdp mdp = EnvTesting.Make("FrozenLake-v1", 1, options);
            IReadOnlyList<string> map = mdp.Grid!.Map;
            Assert.Equal((size, 'S', 'G'), (map.Count, map[0][0], map[^1][^1]));
            Assert.True(EnvTesting.Optimum(mdp, 0, size * size, 1)[0] > 0);
            Assert.Equal(map, EnvTesting.Make("FrozenLake-v1", 1, options).Grid!.Map);
        }, iter: 30);

    [Fact]
    public void Different_seeds_give_different_maps()
    {
        IEnumerable<string> maps = Enumerable.Range(0, 10).Select(seed =>
            string.Join('/', EnvTesting.Make("FrozenLake-v1", 1, $$"""{ "map": "random", "mapSeed": {{seed}} }""").Grid!.Map));
        Assert.Equal(10, maps.Distinct().Count());
    }

    [Fact]
    public void Rewards_are_the_expectation_of_the_schedule_over_what_is_entered()
    {
        FiniteMdp plain = EnvTesting.Make("FrozenLake-v1");
        FiniteMdp own = EnvTesting.Make("FrozenLake-v1", 1, """{ "rewardSchedule": [10, -5, 0.5] }""");
        Assert.True(plain.Agents[0].Kernel.SameAs(own.Agents[0].Kernel));
        for (int s = 0; s < 16; s++)
        {
            for (int a = 0; a < 4; a++)
            {
                double expected = 0;
                for (int t = 0; t < 16 && !plain.Terminal[s]; t++)
                    expected += EnvTesting.Probability(plain.Agents[0].Kernel, s, a, t) * (t == 15 ? 10 : plain.Terminal[t] ? -5 : 0.5);
                Assert.Equal(expected, own.Agents[0].Rewards[(s * 4) + a], 1e-12);
            }
        }
    }

    [Fact]
    public void With_several_goals_agents_may_own_one_each()
    {
        const string map = "GFSFG";
        FiniteMdp mdp = EnvTesting.Make("FrozenLake-v1", 3,
            $$"""{ "map": "{{map}}/FFFFF", "slippery": false, "differ": "goals", "heterogeneity": 0.25 }""");
        Assert.True(mdp.SharesKernel);
        Assert.Equal([1, 0.75, 1], mdp.Agents.Select(agent => agent.Rewards[(1 * 4) + Left]));
        Assert.Equal([0.75, 1, 0.75], mdp.Agents.Select(agent => agent.Rewards[(3 * 4) + Right]));
    }

    /// <summary>
    /// A drawn agent owns one of the goals, and who it is does not depend on the others; one agent alone has the original lake.
    /// </summary>
    [Fact]
    public void Goals_can_be_drawn()
    {
        const string options = """{ "map": "GSG", "slippery": false, "differ": "goals", "agentSeed": 1 }""";
        FiniteMdp many = EnvTesting.Make("FrozenLake-v1", 40, options);
        double[] toLeft = [.. many.Agents.Select(agent => agent.Rewards[(1 * 4) + Left])];
        Assert.All(many.Agents, agent => Assert.Equal(1, agent.Rewards[(1 * 4) + Left] + agent.Rewards[(1 * 4) + Right]));
        // Binomial(40, 1/2): none or all on one side with probability 2e-12.
        Assert.Equal([0, 1], toLeft.Distinct().Order());
        Assert.Equal(toLeft[..3], EnvTesting.Make("FrozenLake-v1", 3, options).Agents.Select(agent => agent.Rewards[(1 * 4) + Left]));
        FiniteMdp alone = EnvTesting.Make("FrozenLake-v1", 1,
            """{ "map": "GSG", "slippery": false, "differ": "goals", "heterogeneity": 1 }""");
        Assert.Equal([1, 1], [alone.Agents[0].Rewards[(1 * 4) + Left], alone.Agents[0].Rewards[(1 * 4) + Right]]);
    }

    public static TheoryData<string, string, string> Faulty => new()
    {
        { """{ "map": "5x5" }""", "map", "must be \"4x4\", \"8x8\", \"random\", or rows of text" },
        { """{ "map": ["SF", "F"] }""", "map[1]", "row 1 has 1 cells and row 0 has 2" },
        { """{ "map": ["SF", "FX"] }""", "map[1]", "row 1, column 1: unknown letter 'X'; allowed are 'S' (start)" },
        { """{ "map": "FF/FG" }""", "map", "at least one cell S is needed" },
        { """{ "map": "SF/FF" }""", "map", "at least one cell G is needed" },
        { """{ "map": "SHG" }""", "map", "no goal G can be reached from any start S: holes are in the way" },
        { """{ "rewardSchedule": [1, 0] }""", "rewardSchedule", "must be a list of three finite numbers" },
        { """{ "differ": "maps" }""", "differ", "must be \"slip\" | \"goals\"" },
        { """{ "agentSeed": -1 }""", "agentSeed", "must be a whole number from 0" },
        { """{ "size": 5 }""", "size", "is used with \"map\": \"random\" only" },
        { """{ "map": "random", "size": 1 }""", "size", "must be a whole number from 2 to 100" },
        { """{ "slippery": false, "heterogeneity": 0.5 }""", "slippery", "must be true for agents to differ in their success rates" },
        { """{ "successRate": 1, "heterogeneity": 1 }""", "successRate", "must lie between 0 and 1, without the ends" },
        { """{ "successRate": 0, "agentSeed": 1 }""", "successRate", "must lie between 0 and 1, without the ends" },
        { """{ "differ": "goals", "heterogeneity": 1 }""", "differ", "needs a map with several G" },
        { """{ "differ": "goals" }""", "differ", "needs a map with several G" },
        { """{ "differ": "goals", "map": "GSG", "rewardSchedule": [0, -1, 0] }""", "rewardSchedule", "must pay something in a goal" },
        { """{ "successRate": -0.1 }""", "successRate", "must be a number in [0, 1]" },
        { """{ "slippery": 1 }""", "slippery", "must be true or false" },
    };

    [Theory]
    [MemberData(nameof(Faulty))]
    public void Every_fault_names_its_key_and_what_is_allowed(string options, string key, string message)
    {
        ValidationError fault = Assert.Single(EnvTesting.ErrorsOf("FrozenLake-v1", 2, options));
        Assert.Equal($"environment.options.{key}", fault.KeyPath);
        Assert.Contains(message, fault.Allowed, StringComparison.Ordinal);
    }
}
