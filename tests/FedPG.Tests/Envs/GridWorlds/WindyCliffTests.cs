using FedPG.Core.Options;
using FedPG.Envs.Tabular;
using Xunit;

namespace FedPG.Tests.Envs.GridWorlds;

public sealed class WindyCliffTests
{
    private const int Up = 0, Down = 1, Left = 2, Right = 3;

    [Fact]
    public void Rewards_are_paid_in_the_state_left_and_the_bottom_row_leads_back()
    {
        FiniteMdp mdp = EnvTesting.Make("WindyCliff-v0", 3);
        Assert.Equal((16, 4, 0.95), (mdp.States, mdp.Actions, mdp.Discount));
        Assert.False(mdp.HasTerminalStates);
        Assert.Equal(1, mdp.Initial[0]);
        foreach (AgentMdp agent in mdp.Agents)
        {
            for (int row = 0; row < 64; row++)
            {
                int state = row / 4;
                Assert.Equal(state switch { 1 or 2 => -100, 3 => 100, _ => -1 }, agent.Rewards[row]);
                if (state is 1 or 2 or 3) Assert.Equal(1, EnvTesting.Probability(agent.Kernel, state, row % 4, 0));
            }
        }
    }

    /// <summary>From (x, y) = (1, 1), state 5, the actions lead to 9, 1, 4 and 6; a gust to 1.</summary>
    [Fact]
    public void A_gust_takes_the_place_of_the_step_with_a_third_of_the_wind()
    {
        FiniteMdp mdp = EnvTesting.Make("WindyCliff-v0", 2, """{ "wind": [0.3, 0.9] }""");
        foreach ((AgentMdp agent, double wind) in mdp.Agents.Zip([0.3, 0.9]))
        {
            foreach ((int action, int next) in (ReadOnlySpan<(int, int)>)[(Up, 9), (Left, 4), (Right, 6)])
            {
                Assert.Equal(1 - (wind / 3), EnvTesting.Probability(agent.Kernel, 5, action, next), 1e-15);
                Assert.Equal(wind / 3, EnvTesting.Probability(agent.Kernel, 5, action, 1), 1e-15);
            }
            Assert.Equal(1, EnvTesting.Probability(agent.Kernel, 5, Down, 1), 1e-15);
            // In the corner a step over the border stays; below the start there is nothing to be blown into.
            Assert.Equal(1, EnvTesting.Probability(agent.Kernel, 0, Left, 0), 1e-15);
        }
    }

    /// <summary>Five steps of -1 to the goal, 100 there, and again: a cycle of six.</summary>
    [Fact]
    public void Without_wind_the_best_is_a_cycle_of_six_steps()
    {
        const double g = 0.95;
        double once = (-(1 - Math.Pow(g, 5)) / (1 - g)) + (100 * Math.Pow(g, 5));
        Assert.Equal(once / (1 - Math.Pow(g, 6)), EnvTesting.BestReturn(EnvTesting.Make("WindyCliff-v0", 1, """{ "wind": 0 }""")), 1e-9);
    }

    [Fact]
    public void Winds_are_drawn_evenly_spaced_or_given_and_held_out_agents_follow_the_first()
    {
        double[] drawn = Winds(EnvTesting.Make("WindyCliff-v0", 25));
        Assert.Equal(25, drawn.Distinct().Count());
        Assert.All(drawn, w => Assert.InRange(w, 0, 1));
        Assert.Equal(drawn[5..], Winds(EnvTesting.Make("WindyCliff-v0", 20, """{ "firstAgent": 5 }""")));
        Assert.NotEqual(drawn, Winds(EnvTesting.Make("WindyCliff-v0", 25, """{ "agentSeed": 1 }""")));
        double[] even = Winds(EnvTesting.Make("WindyCliff-v0", 11, """{ "wind": "even" }"""));
        for (int i = 0; i <= 10; i++) Assert.Equal(i / 10.0, even[i], 1e-12);
    }

    [Fact]
    public void Heterogeneity_mixes_the_agents_kernel_with_that_of_wind_one_half()
    {
        const double lambda = 0.3;
        FiniteMdp own = EnvTesting.Make("WindyCliff-v0", 3), mixed = EnvTesting.Make("WindyCliff-v0", 3, """{ "heterogeneity": 0.3 }""");
        TransitionKernel centre = EnvTesting.Make("WindyCliff-v0", 1, """{ "wind": 0.5 }""").Agents[0].Kernel;
        for (int k = 0; k < 16 * 4 * 16; k++)
        {
            (int s, int a, int t) = (k / 64, k / 16 % 4, k % 16);
            for (int i = 0; i < 3; i++)
            {
                double expected = ((1 - lambda) * EnvTesting.Probability(centre, s, a,
                    t)) + (lambda * EnvTesting.Probability(own.Agents[i].Kernel, s, a, t));
                Assert.Equal(expected, EnvTesting.Probability(mixed.Agents[i].Kernel, s, a, t), 1e-15);
            }
        }
        FiniteMdp alike = EnvTesting.Make("WindyCliff-v0", 3, """{ "heterogeneity": 0 }""");
        Assert.True(alike.SharesKernel);
        Assert.True(alike.Agents[0].Kernel.SameAs(centre));
    }

    [Fact]
    public void Scaled_rewards_lie_in_the_unit_interval_and_keep_their_order()
    {
        double[] plain = EnvTesting.Make("WindyCliff-v0").Agents[0].Rewards, scaled = EnvTesting.Make("WindyCliff-v0", 1,
            """{ "scaled": true }""").Agents[0].Rewards;
        for (int k = 0; k < plain.Length; k++) Assert.Equal(plain[k], (200 * scaled[k]) - 100, 1e-12);
        Assert.Equal((0, 1), (scaled.Min(), scaled.Max()));
    }

    [Theory]
    [InlineData("""{ "wind": "strong" }""", "wind", "must be \"uniform\", \"even\", a number in [0, 1], or a list of such numbers")]
    [InlineData("""{ "wind": [0.5, 1, 0] }""", "wind", "lists 3 for 2 agents; give at most one an agent")]
    [InlineData("""{ "goalReward": [1, 2, 3] }""", "goalReward", "lists 3 for 2 agents; give at most one an agent")]
    [InlineData("""{ "wind": [0.5, 1.5] }""", "wind", "must be \"uniform\"")]
    [InlineData("""{ "wind": "even", "agentSeed": 3 }""", "agentSeed",
        "is used where agents are drawn: with \"wind\": \"uniform\", or a range for goalReward or cliffReward")]
    [InlineData("""{ "width": 2 }""", "width", "must be a whole number from 3 to 100")]
    public void Every_fault_names_its_key_and_what_is_allowed(string options, string key, string message)
    {
        ValidationError fault = Assert.Single(EnvTesting.ErrorsOf("WindyCliff-v0", 2, options));
        Assert.Equal($"environment.options.{key}", fault.KeyPath);
        Assert.Contains(message, fault.Allowed, StringComparison.Ordinal);
    }

    private static double[] Winds(FiniteMdp mdp) =>
        [.. mdp.Agents.Select(a => Math.Round(3 * EnvTesting.Probability(a.Kernel, 5, Up, 1), 14))];
}
