using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using Xunit;

namespace FedPG.Tests.Envs.Exploration;

public sealed class RiverSwimTests
{
    private const int Left = 0, Right = 1;

    [Fact]
    public void The_original_has_the_published_numbers()
    {
        FiniteMdp mdp = EnvTesting.Make("RiverSwim-v0");
        Assert.Equal((6, 2, 0.99), (mdp.States, mdp.Actions, mdp.Discount));
        Assert.Equal([0, 0.5, 0.5, 0, 0, 0], mdp.Initial);
        AgentMdp agent = mdp.Agents[0];
        AssertRow(agent, 0, Right, (0, 0.7), (1, 0.3));
        for (int s = 1; s < 5; s++) AssertRow(agent, s, Right, (s - 1, 0.1), (s, 0.6), (s + 1, 0.3));
        AssertRow(agent, 5, Right, (4, 0.7), (5, 0.3));
        for (int s = 0; s < 6; s++) AssertRow(agent, s, Left, (Math.Max(s - 1, 0), 1));
        Assert.Equal([5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3000], agent.Rewards);
        Assert.False(mdp.HasTerminalStates);
    }

    [Fact]
    public void The_other_variant_too()
    {
        FiniteMdp mdp = EnvTesting.Make("RiverSwim-v0", 1, """{ "variant": "osband" }""");
        AgentMdp agent = mdp.Agents[0];
        Assert.Equal(1, mdp.Initial[0]);
        AssertRow(agent, 0, Right, (0, 0.4), (1, 0.6));
        for (int s = 1; s < 5; s++) AssertRow(agent, s, Right, (s - 1, 0.05), (s, 0.6), (s + 1, 0.35));
        AssertRow(agent, 5, Right, (4, 0.4), (5, 0.6));
        Assert.Equal([0.005, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], agent.Rewards.Select(r => Math.Round(r, 15)));
    }

    /// <summary>
    /// Staying on the near bank is worth 5 / (1 - gamma) from state 0, and gamma^s times that from state s: by our own evaluation.
    /// </summary>
    [Fact]
    public void Always_left_is_worth_the_near_bank_and_always_right_is_best()
    {
        FiniteMdp mdp = EnvTesting.Make("RiverSwim-v0");
        FiniteMdpSolver solver = FiniteMdpSolver.OfAgent(mdp, 0, Objective.Reward);
        double[] left = [1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0];
        double[] values = solver.Evaluate(left).Values;
        for (int s = 0; s < 6; s++) Assert.Equal(-500 * Math.Pow(0.99, s), values[s], 1e-9);
        Assert.Equal([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1], solver.Optimum().Policy);
    }

    [Fact]
    public void Normalised_rewards_are_the_same_in_other_units() =>
        Assert.Equal([5e-4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.3],
            EnvTesting.Make("RiverSwim-v0", 1, """{ "normalised": true }""").Agents[0].Rewards.Select(r => Math.Round(r, 15)));

    [Fact]
    public void Agents_differ_in_the_current_or_in_what_they_like()
    {
        FiniteMdp current = EnvTesting.Make("RiverSwim-v0", 3, """{ "heterogeneity": 0.5 }""");
        Assert.Equal([0.15, 0.225, 0.3], current.Agents.Select(a => Math.Round(EnvTesting.Probability(a.Kernel, 2, Right, 3), 15)));
        Assert.All(current.Agents, a => Assert.Equal(0.6, EnvTesting.Probability(a.Kernel, 2, Right, 2), 1e-15));
        FiniteMdp likes = EnvTesting.Make("RiverSwim-v0", 2, """{ "differ": "rewards", "heterogeneity": 1 }""");
        Assert.True(likes.SharesKernel);
        Assert.Equal((10_000, 0.3 * 5), (likes.Agents[1].Rewards[0], Math.Round(likes.Agents[1].Rewards[11], 12)));
    }

    /// <summary>A drawn agent's two rewards add up to what they are for all: between them it stands at its place.</summary>
    [Fact]
    public void Likes_can_be_drawn()
    {
        FiniteMdp drawn = EnvTesting.Make("RiverSwim-v0", 5, """{ "differ": "rewards", "variant": "osband", "agentSeed": 2 }""");
        Assert.Equal(5, drawn.Agents.Select(a => a.Rewards[0]).Distinct().Count());
        Assert.All(drawn.Agents, a => Assert.Equal(1.005, a.Rewards[0] + a.Rewards[11], 1e-12));
        Assert.All(drawn.Agents, a => Assert.InRange(a.Rewards[0], 0.005, 1));
    }

    [Theory]
    [InlineData("""{ "states": 1 }""", "states", "must be a whole number from 2 to 10000")]
    [InlineData("""{ "variant": "mine" }""", "variant", "must be \"strehl-littman\" | \"osband\"")]
    [InlineData("""{ "normalised": 1 }""", "normalised", "must be true or false")]
    public void Every_fault_names_its_key_and_what_is_allowed(string options, string key, string message)
    {
        ValidationError fault = Assert.Single(EnvTesting.ErrorsOf("RiverSwim-v0", 2, options));
        Assert.Equal($"environment.options.{key}", fault.KeyPath);
        Assert.Contains(message, fault.Allowed, StringComparison.Ordinal);
    }

    private static void AssertRow(AgentMdp agent, int state, int action, params (int Next, double Probability)[] expected)
    {
        Assert.Equal(expected.Select(e => e.Next), agent.Kernel.Next((state * 2) + action).ToArray());
        foreach ((int next, double probability) in expected)
            Assert.Equal(probability, EnvTesting.Probability(agent.Kernel, state, action, next), 1e-15);
    }
}
