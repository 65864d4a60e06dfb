using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using Xunit;

namespace FedPG.Tests.Envs.Random;

/// <summary>The instances in closed form, and the pair of opposite kernels.</summary>
public sealed class QuasiRandomMdpTests
{
    /// <summary>u(k) = frac(0.6180339887498949 k^2).</summary>
    private static double U(int k) => ((double)k * k * 0.6180339887498949) % 1;

    [Fact]
    public void W_is_what_its_formula_says()
    {
        FiniteMdp mdp = EnvTesting.Make("QuasiRandomMdp-v0", 3);
        Assert.Equal((5, 4, 0.9, true), (mdp.States, mdp.Actions, mdp.Discount, mdp.SharesKernel));
        // P(.|s=1, a=2) is row 6 of the kernel, and agent 2's regret of state 3, action 1 is number 2 * 20 + 13 of its sequence.
        double[] weights = [.. Enumerable.Range(1, 5).Select(k => -Math.Log(U((6 * 5) + k)))];
        for (int next = 0; next < 5; next++)
            Assert.Equal(weights[next] / weights.Sum(), EnvTesting.Probability(mdp.Agents[0].Kernel, 1, 2, next), 14);
        Assert.Equal(1 - U(100 + 40 + 13 + 1), mdp.Agents[2].Rewards[13], 14);
    }

    [Theory]
    [InlineData("M", 0.25, 0.75)]
    [InlineData("X", 0.4, 0.6)]
    public void M_and_X_have_one_average_MDP_for_every_even_number_of_agents(string instance, double least, double most)
    {
        double[] two = EnvTesting.Make("QuasiRandomMdp-v0", 2, $$"""{ "instance": "{{instance}}" }""").AverageAgent().Rewards;
        double[] six = EnvTesting.Make("QuasiRandomMdp-v0", 6, $$"""{ "instance": "{{instance}}" }""").AverageAgent().Rewards;
        for (int k = 0; k < two.Length; k++) Assert.Equal(two[k], six[k], 14);
        Assert.All(two, r => Assert.InRange(r, least, most));
    }

    [Fact]
    public void D_has_two_kernels_and_the_rewards_of_X()
    {
        FiniteMdp d = EnvTesting.Make("QuasiRandomMdp-v0", 4, """{ "instance": "D" }""");
        FiniteMdp x = EnvTesting.Make("QuasiRandomMdp-v0", 4, """{ "instance": "X" }""");
        Assert.Same(d.Agents[0].Kernel, d.Agents[2].Kernel);
        Assert.Same(d.Agents[1].Kernel, d.Agents[3].Kernel);
        Assert.False(d.SharesKernel);
        for (int i = 0; i < 4; i++) Assert.Equal(x.Agents[i].Rewards, d.Agents[i].Rewards);
    }

    /// <summary>
    /// With q = 0.4 and gamma = 0.9 the best common policy takes action 0 with probability 0.427; either deterministic one is at least
    /// twice as bad.
    /// </summary>
    [Fact]
    public void With_opposite_kernels_the_best_common_policy_is_random()
    {
        FiniteMdp mdp = EnvTesting.Make("OppositeKernels-v0", 2);
        double Value(double p) => mdp.Agents.Average(agent =>
        {
            var evaluation = new ExactEvaluation(agent.Kernel, mdp.Discount);
            double[] values = new double[2];
            evaluation.SetPolicy([p, 1 - p, 0.5, 0.5]);
            evaluation.StateValues(Objective.Regret.Costs(agent), values);
            return values[0];
        });
        double best = Enumerable.Range(0, 10_001).Select(k => k / 10_000.0).MinBy(Value);
        Assert.InRange(best, 0.426, 0.428);
        Assert.True(Value(0) > 1.9 * Value(best) && Value(1) > 1.9 * Value(best), $"{Value(0)}, {Value(best)}, {Value(1)}");
    }
}
