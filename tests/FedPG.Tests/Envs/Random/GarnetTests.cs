using CsCheck;
using FedPG.Core.Options;
using FedPG.Envs.Tabular;
using Xunit;

namespace FedPG.Tests.Envs.Random;

public sealed class GarnetTests
{
    [Fact]
    public void Every_pair_has_its_number_of_successors() =>
        Gen.Select(Gen.Int[1, 12], Gen.Int[1, 12]).Where((states, branching) => branching <= states).Sample((states, branching) =>
        {
            FiniteMdp mdp = EnvTesting.Make("Garnet-v0", 1, $$"""{ "states": {{states}}, "branching": {{branching}} }""");
            for (int row = 0; row < mdp.Agents[0].Kernel.RowCount; row++) Assert.Equal(branching, mdp.Agents[0].Kernel.Next(row).Length);
            EnvTesting.AssertLawful(mdp);
        }, iter: 30);

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0.1, 0.08, 0.12)]
    [InlineData(1, 1, 1)]
    public void The_share_of_pairs_that_pay_is_the_density(double density, double least, double most)
    {
        string text = density.ToString(System.Globalization.CultureInfo.InvariantCulture);
        double[] rewards = EnvTesting.Make("Garnet-v0", 1, $$"""{ "states": 3000, "density": {{text}} }""").Agents[0].Rewards;
        // Binomial(12000, 0.1): a standard deviation is 0.0027 of the share, so 0.02 is missed with probability below 1e-12.
        Assert.InRange(rewards.Count(r => r > 0) / (double)rewards.Length, least, most);
    }

    [Theory]
    [InlineData("rewards")]
    [InlineData("kernels")]
    [InlineData("both")]
    public void Agents_mix_the_common_problem_with_one_of_their_own(string differ)
    {
        const double lambda = 0.25;
        FiniteMdp common = EnvTesting.Make("Garnet-v0");
        FiniteMdp own = EnvTesting.Make("Garnet-v0", 3, $$"""{ "differ": "{{differ}}", "heterogeneity": 1 }""");
        FiniteMdp mixed = EnvTesting.Make("Garnet-v0", 3, $$"""{ "differ": "{{differ}}", "heterogeneity": 0.25 }""");
        Assert.Equal(differ == "rewards", mixed.SharesKernel);
        for (int i = 0; i < 3; i++)
        {
            for (int row = 0; row < 200; row++)
            {
                Assert.Equal(((1 - lambda) * common.Agents[0].Rewards[row]) + (lambda * own.Agents[i].Rewards[row]),
                    mixed.Agents[i].Rewards[row], 1e-15);
                for (int t = 0; t < 50; t++)
                {
                    double expected = ((1 - lambda) * EnvTesting.Probability(common.Agents[0].Kernel, row / 4, row % 4, t))
                        + (lambda * EnvTesting.Probability(own.Agents[i].Kernel, row / 4, row % 4, t));
                    Assert.Equal(expected, EnvTesting.Probability(mixed.Agents[i].Kernel, row / 4, row % 4, t), 1e-15);
                }
            }
        }
    }

    [Fact]
    public void Agents_held_out_follow_those_that_are_trained()
    {
        FiniteMdp all = EnvTesting.Make("Garnet-v0", 5, """{ "differ": "both", "heterogeneity": 1, "seed": 3 }""");
        FiniteMdp rest = EnvTesting.Make("Garnet-v0", 2, """{ "differ": "both", "heterogeneity": 1, "seed": 3, "firstAgent": 3 }""");
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(all.Agents[3 + i].Rewards, rest.Agents[i].Rewards);
            Assert.True(all.Agents[3 + i].Kernel.SameAs(rest.Agents[i].Kernel));
        }
    }

    [Theory]
    [InlineData("""{ "branching": 51 }""", "branching", "must be at most the number of states, 50")]
    [InlineData("""{ "density": 1.1 }""", "density", "must be a number in [0, 1]")]
    [InlineData("""{ "branching": 0 }""", "branching", "must be a whole number from 1 to 100000")]
    public void Every_fault_names_its_key_and_what_is_allowed(string options, string key, string message)
    {
        ValidationError fault = Assert.Single(EnvTesting.ErrorsOf("Garnet-v0", 2, options));
        Assert.Equal($"environment.options.{key}", fault.KeyPath);
        Assert.Contains(message, fault.Allowed, StringComparison.Ordinal);
    }
}
