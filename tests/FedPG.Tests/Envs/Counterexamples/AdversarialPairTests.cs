using FedPG.Envs.Tabular;
using Xunit;

namespace FedPG.Tests.Envs.Counterexamples;

public sealed class AdversarialPairTests
{
    [Fact]
    public void The_two_kinds_of_agents_differ_at_the_fork_and_nowhere_else()
    {
        FiniteMdp pair = EnvTesting.Make("AdversarialPair-v0", 4);
        EnvTesting.AssertLawful(pair);
        Assert.Equal((7, 4, 0.99), (pair.States, pair.Actions, pair.Discount));
        Assert.Equal([0.05, 0.05, 0.05, 0.3, 0.3, 0.2, 0.05], pair.Initial);
        Assert.False(pair.SharesKernel);
        Assert.Same(pair.Agents[0].Kernel, pair.Agents[2].Kernel);
        Assert.Same(pair.Agents[1].Kernel, pair.Agents[3].Kernel);
        Assert.Equal([0, 0, 1, 1], Goes(0, 1));
        Assert.Equal([1, 1, 0, 0], Goes(0, 0));
        Assert.Equal([1, 1, 0, 0], Goes(1, 2));
        Assert.Equal([0, 0, 1, 1], Goes(1, 0));
        for (int row = 4; row < 28; row++)
        {
            Assert.Equal(pair.Agents[0].Kernel.Next(row), pair.Agents[1].Kernel.Next(row));
            Assert.Equal(pair.Agents[0].Kernel.Probabilities(row), pair.Agents[1].Kernel.Probabilities(row));
        }
        Assert.Equal(0.9, EnvTesting.Probability(pair.Agents[0].Kernel, 6, 3, 0));
        Assert.Equal(0.8, EnvTesting.Probability(pair.Agents[1].Kernel, 5, 3, 6));

        double[] Goes(int agent, int next) =>
            [.. Enumerable.Range(0, 4).Select(a => EnvTesting.Probability(pair.Agents[agent].Kernel, 0, a, next))];
    }

    /// <summary>
    /// At the fork, a policy that is certain earns nothing with one half of the agents; one half of each earns with both.
    /// </summary>
    [Fact]
    public void A_random_policy_is_better_at_the_fork_than_a_certain_one()
    {
        FiniteMdp pair = EnvTesting.Make("AdversarialPair-v0", 2);
        Assert.True(Return(0.5) > Math.Max(Return(0), Return(1)) + 1);

        double Return(double first)
        {
            // Elsewhere the way to the fork: 2 in state 3, 3 in states 4 to 6.
            double[] policy = [.. Enumerable.Range(0, 28).Select(row =>
                row switch { 0 => first, 2 => 1 - first, _ => row / 4 == 0 ? 0.0 : row % 4 == (row / 4 == 3 ? 2 : 3) ? 1 : 0 })];
            return -Enumerable.Range(0, 2).Average(agent => Value(pair, agent, policy));
        }
    }

    [Fact]
    public void Without_heterogeneity_all_agents_have_the_mean_kernel_and_starts_may_be_uniform()
    {
        FiniteMdp alike = EnvTesting.Make("AdversarialPair-v0", 3, """{ "heterogeneity": 0, "start": "uniform" }""");
        Assert.True(alike.SharesKernel);
        Assert.Equal(0.5, EnvTesting.Probability(alike.Agents[1].Kernel, 0, 0, 2));
        Assert.Equal(0.5, EnvTesting.Probability(alike.Agents[1].Kernel, 0, 3, 1));
        Assert.All(alike.Initial, p => Assert.Equal(1.0 / 7, p));
        Assert.Equal(0.75,
            EnvTesting.Probability(EnvTesting.Make("AdversarialPair-v0", 2, """{ "heterogeneity": 0.5 }""").Agents[0].Kernel, 0, 2, 1));
    }

    /// <summary>The discounted cost -r of a policy from the start, by many steps of the chain.</summary>
    private static double Value(FiniteMdp mdp, int agent, double[] policy)
    {
        double[] at = [.. mdp.Initial];
        (double value, double discount) = (0, 1);
        for (int t = 0; t < 4000; t++, discount *= mdp.Discount)
        {
            double[] next = new double[mdp.States];
            for (int row = 0; row < policy.Length; row++)
            {
                double weight = at[row / 4] * policy[row];
                value -= discount * weight * mdp.Agents[agent].Rewards[row];
                TransitionKernel kernel = mdp.Agents[agent].Kernel;
                for (int k = 0; k < kernel.Next(row).Length; k++) next[kernel.Next(row)[k]] += weight * kernel.Probabilities(row)[k];
            }
            at = next;
        }
        return value;
    }
}
