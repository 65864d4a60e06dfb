using FedPG.Core.Options;
using FedPG.Envs.Tabular;
using Xunit;

namespace FedPG.Tests.Envs.ToyText;

public sealed class CliffWalkingTests
{
    private const int Up = 0, Right = 1, Down = 2, Left = 3;

    [Fact]
    public void The_shortest_way_has_13_steps()
    {
        FiniteMdp mdp = EnvTesting.Make("CliffWalking-v1");
        Assert.Equal((48, 4, 0.99), (mdp.States, mdp.Actions, mdp.Discount));
        Assert.Equal(1, mdp.Initial[36]);
        Assert.Equal(-(1 - Math.Pow(0.99, 13)) / 0.01, EnvTesting.BestReturn(mdp), 1e-12);
        Assert.Equal(-13, EnvTesting.Optimum(mdp, 0, 30, 1)[36], 1e-12);
        Assert.Equal([47], Enumerable.Range(0, 48).Where(s => mdp.Terminal[s]));
    }

    /// <summary>
    /// From (2, c) down, from the start right and from the goal's column left: all ways into the cliff lead to the start and cost 100.
    /// </summary>
    [Fact]
    public void The_cliff_costs_100_and_leads_back_to_the_start_without_an_end()
    {
        AgentMdp agent = EnvTesting.Make("CliffWalking-v1").Agents[0];
        foreach (int column in Enumerable.Range(1, 10)) AssertOutcome(agent, 24 + column, Down, 36, -100);
        AssertOutcome(agent, 36, Right, 36, -100);
        AssertOutcome(agent, 36, Down, 36, -1);
        AssertOutcome(agent, 36, Up, 24, -1);
        AssertOutcome(agent, 35, Down, 47, -1);
        // The cells of the cliff keep ordinary rows, as in the public table.
        AssertOutcome(agent, 40, Up, 28, -1);
        AssertOutcome(agent, 46, Right, 47, -1);
        AssertOutcome(agent, 40, Left, 36, -100);
    }

    [Fact]
    public void The_cliff_and_only_the_cliff_is_never_entered()
    {
        foreach (string id in (string[])["CliffWalking-v1", "CliffWalkingSlippery-v1"])
            Assert.Equal(Enumerable.Range(37, 10), Enumerable.Range(0, 48).Except(EnvTesting.Reachable(EnvTesting.Make(id))));
    }

    [Fact]
    public void Slippery_steps_go_three_ways()
    {
        FiniteMdp mdp = EnvTesting.Make("CliffWalkingSlippery-v1");
        AgentMdp agent = mdp.Agents[0];
        // From (2, 1) left: down into the cliff, left, or up.
        foreach (int next in (int[])[36, 24, 13]) Assert.Equal(1.0 / 3, EnvTesting.Probability(agent.Kernel, 25, Left, next), 1e-15);
        Assert.Equal(-(100 + 1 + 1) / 3.0, agent.Rewards[(25 * 4) + Left], 1e-12);
        // In the top-left corner left and up stay.
        Assert.Equal(2.0 / 3, EnvTesting.Probability(agent.Kernel, 0, Left, 0), 1e-15);
        EnvTesting.AssertSameNumbers(Renamed(mdp), Renamed(EnvTesting.Make("CliffWalking-v1", 1, """{ "slippery": true }""")));
        // A safe walk keeps off the edge: it is longer than 13 steps, and better than what the firm ground's way gives here.
        Assert.InRange(EnvTesting.Optimum(mdp, 0, 2000, 1)[36], -100, -25);
    }

    [Fact]
    public void Agents_slip_between_firm_and_slippery_ground_or_fear_the_cliff_differently()
    {
        FiniteMdp slip = EnvTesting.Make("CliffWalking-v1", 3, """{ "heterogeneity": 1 }""");
        Assert.True(slip.Agents[0].Kernel.SameAs(EnvTesting.Make("CliffWalking-v1").Agents[0].Kernel));
        Assert.True(slip.Agents[2].Kernel.SameAs(EnvTesting.Make("CliffWalkingSlippery-v1").Agents[0].Kernel));
        Assert.Equal(0.5 + (0.5 / 3), EnvTesting.Probability(slip.Agents[1].Kernel, 14, Right, 15), 1e-15);

        FiniteMdp penalty = EnvTesting.Make("CliffWalking-v1", 3, """{ "heterogeneity": 0.5, "differ": "penalty" }""");
        Assert.True(penalty.SharesKernel);
        Assert.Equal([-50, -100, -150], penalty.Agents.Select(a => a.Rewards[(30 * 4) + Down]));
        Assert.All(penalty.Agents, a => Assert.Equal(-1, a.Rewards[0]));
    }

    [Fact]
    public void Drawn_agents_do_not_depend_on_how_many_there_are()
    {
        FiniteMdp few = EnvTesting.Make("CliffWalking-v1", 2, """{ "heterogeneity": 1, "agentSeed": 5 }""");
        FiniteMdp many = EnvTesting.Make("CliffWalking-v1", 6, """{ "heterogeneity": 1, "agentSeed": 5 }""");
        Assert.All(few.Agents.Zip(many.Agents), pair => Assert.True(pair.First.Kernel.SameAs(pair.Second.Kernel)));
        Assert.Equal(6, many.Agents.Select(a => EnvTesting.Probability(a.Kernel, 14, Right, 15)).Distinct().Count());
    }

    [Theory]
    [InlineData("""{ "slippery": "yes" }""", "slippery", "must be true or false")]
    [InlineData("""{ "differ": "goal" }""", "differ", "must be \"slip\" | \"penalty\"")]
    [InlineData("""{ "heterogeneity": 2 }""", "heterogeneity", "must be a number in [0, 1]")]
    [InlineData("""{ "agentSeed": 1.5 }""", "agentSeed", "must be a whole number from 0 to 9007199254740992")]
    [InlineData("""{ "slipery": true }""", "slipery", "the nearest key is \"slippery\"")]
    public void Every_fault_names_its_key_and_what_is_allowed(string options, string key, string message)
    {
        ValidationError fault = Assert.Single(EnvTesting.ErrorsOf("CliffWalking-v1", 2, options));
        Assert.Equal($"environment.options.{key}", fault.KeyPath);
        Assert.Contains(message, fault.Allowed, StringComparison.Ordinal);
    }

    private static FiniteMdp Renamed(FiniteMdp mdp) => new("same", mdp.Discount, mdp.Initial, mdp.Agents);

    private static void AssertOutcome(AgentMdp agent, int state, int action, int next, double reward)
    {
        Assert.Equal(1, EnvTesting.Probability(agent.Kernel, state, action, next));
        Assert.Equal(reward, agent.Rewards[(state * 4) + action]);
    }
}
