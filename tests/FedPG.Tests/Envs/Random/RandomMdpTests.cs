using CsCheck;
using FedPG.Core.Options;
using FedPG.Envs.Tabular;
using Xunit;

namespace FedPG.Tests.Envs.Random;

public sealed class RandomMdpTests
{
    [Fact]
    public void Branching_gives_so_many_distinct_successors() =>
        Gen.Select(Gen.Int[1, 12], Gen.Int[0, 12]).Where((states, branching) => branching <= states).Sample((states, branching) =>
        {
            FiniteMdp mdp = EnvTesting.Make("RandomMdp-v0", 1, $$"""{ "states": {{states}}, "branching": {{branching}} }""");
            for (int row = 0; row < mdp.Agents[0].Kernel.RowCount; row++)
                Assert.Equal(branching == 0 ? states : branching, mdp.Agents[0].Kernel.Next(row).Length);
            EnvTesting.AssertLawful(mdp);
        }, iter: 50);

    /// <summary>
    /// A state is a successor with the chance p, and where none is, one is drawn: the number of successors is k with the binomial
    /// probability, that of 0 added to 1. 20,000 rows of 5 states at p = 0.2: each share within 5.5 standard errors (chance 2e-7).
    /// </summary>
    [Fact]
    public void Each_state_is_a_successor_with_the_chance_that_is_asked_for()
    {
        FiniteMdp mdp = EnvTesting.Make("RandomMdp-v0", 1000, """{ "successorChance": 0.2, "kernels": "own", "rows": "normalised" }""");
        EnvTesting.AssertLawful(mdp);
        int[] counts = new int[6], met = new int[5];
        foreach (TransitionKernel kernel in mdp.Agents.Select(a => a.Kernel))
        {
            for (int row = 0; row < kernel.RowCount; row++)
            {
                counts[kernel.Next(row).Length]++;
                foreach (int next in kernel.Next(row)) met[next]++;
            }
        }
        double[] expected = [0, 0.32768 + 0.4096, 0.2048, 0.0512, 0.0064, 0.00032];
        for (int k = 0; k < expected.Length; k++) AssertShare(expected[k], counts[k]);
        Assert.All(met, times => AssertShare(0.2 + (0.32768 / 5), times));
        Assert.Equal("environment.options.successorChance",
            Assert.Single(EnvTesting.ErrorsOf("RandomMdp-v0", 2, """{ "successorChance": 0.5, "branching": 2 }""")).KeyPath);

        static void AssertShare(double expected, int count) =>
            Assert.True(Math.Abs((count / 20000.0) - expected) <= 5.5 * Math.Sqrt(expected * (1 - expected) / 20000),
                $"{count} of 20000 for {expected}");
    }

    [Fact]
    public void An_agents_draw_does_not_depend_on_the_number_of_agents()
    {
        const string options = """{ "kernels": "own", "heterogeneity": 1 }""";
        FiniteMdp few = EnvTesting.Make("RandomMdp-v0", 2, options), many = EnvTesting.Make("RandomMdp-v0", 7, options);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(few.Agents[i].Rewards, many.Agents[i].Rewards);
            Assert.True(few.Agents[i].Kernel.SameAs(many.Agents[i].Kernel));
        }
        Assert.False(many.SharesKernel);
        Assert.Equal(7 * 20, many.Agents.SelectMany(a => a.Rewards).Distinct().Count());
    }

    [Fact]
    public void Own_kernels_mix_the_shared_one_with_the_agents()
    {
        const double lambda = 0.3;
        FiniteMdp shared = EnvTesting.Make("RandomMdp-v0", 3, """{ "branching": 2 }""");
        FiniteMdp own = EnvTesting.Make("RandomMdp-v0", 3, """{ "branching": 2, "kernels": "own" }""");
        FiniteMdp mixed = EnvTesting.Make("RandomMdp-v0", 3, """{ "branching": 2, "kernels": "own", "heterogeneity": 0.3 }""");
        FiniteMdp none = EnvTesting.Make("RandomMdp-v0", 3, """{ "branching": 2, "kernels": "own", "heterogeneity": 0 }""");
        Assert.True(shared.SharesKernel && none.SharesKernel);
        Assert.True(none.Agents[0].Kernel.SameAs(shared.Agents[0].Kernel));
        for (int i = 0; i < 3; i++)
        {
            for (int k = 0; k < 5 * 4 * 5; k++)
            {
                (int s, int a, int t) = (k / 20, k / 5 % 4, k % 5);
                double expected = ((1 - lambda) * EnvTesting.Probability(shared.Agents[0].Kernel, s, a, t))
                    + (lambda * EnvTesting.Probability(own.Agents[i].Kernel, s, a, t));
                Assert.Equal(expected, EnvTesting.Probability(mixed.Agents[i].Kernel, s, a, t), 1e-15);
            }
        }
    }

    [Fact]
    public void Agents_held_out_are_those_behind_the_first_ones()
    {
        const string kernels = "\"kernels\": \"own\", \"rewards\": \"shared\"";
        FiniteMdp all = EnvTesting.Make("RandomMdp-v0", 7, $"{{ {kernels} }}");
        FiniteMdp rest = EnvTesting.Make("RandomMdp-v0", 2, $"{{ {kernels}, \"firstAgent\": 5 }}");
        for (int i = 0; i < 2; i++)
        {
            Assert.True(all.Agents[5 + i].Kernel.SameAs(rest.Agents[i].Kernel));
            Assert.Equal(all.Agents[0].Rewards, rest.Agents[i].Rewards);
        }
        Assert.False(all.SharesKernel);
    }

    /// <summary>
    /// Uniform numbers over their sum: with many states P is close to u / (S/2), so its variance is close to 1 / (3 S^2); on the simplex it
    /// is close to 1 / S^2.
    /// </summary>
    [Fact]
    public void Normalised_rows_are_flatter_than_those_of_the_simplex()
    {
        const int states = 200;
        TransitionKernel kernel = EnvTesting.Make("RandomMdp-v0", 1,
            """{ "states": 200, "actions": 4, "rows": "normalised" }""").Agents[0].Kernel;
        double[] all = [.. Enumerable.Range(0, kernel.RowCount).SelectMany(r => kernel.Probabilities(r).ToArray())];
        double variance = all.Average(p => (p - (1.0 / states)) * (p - (1.0 / states)));
        // 160,000 numbers: the relative standard error is below 0.5 %, the next term of the expansion about 1 %.
        Assert.Equal(1.0 / 3, variance * states * states, 0.02);
    }

    /// <summary>On the uniform simplex over S states each coordinate has mean 1/S and variance (S - 1) / (S^2 (S + 1)).</summary>
    [Fact]
    public void Rows_have_the_moments_of_the_uniform_simplex()
    {
        const int states = 40, actions = 40;
        TransitionKernel kernel = EnvTesting.Make("RandomMdp-v0", 1, """{ "states": 40, "actions": 40 }""").Agents[0].Kernel;
        double[] all = [.. Enumerable.Range(0, kernel.RowCount).SelectMany(r => kernel.Probabilities(r).ToArray())];
        Assert.Equal(states * actions * states, all.Length);
        double variance = all.Average(p => (p - (1.0 / states)) * (p - (1.0 / states)));
        double expected = (states - 1.0) / (states * states * (states + 1.0));
        // 64,000 nearly independent numbers: the relative error of their variance is below 5% (its standard error is about 1%).
        Assert.Equal(1, variance / expected, 0.05);
        double[] rewards = EnvTesting.Make("RandomMdp-v0", 1, """{ "states": 40, "actions": 40 }""").Agents[0].Rewards;
        Assert.Equal(0.5, rewards.Average(), 6 * Math.Sqrt(1.0 / (12 * rewards.Length)));
    }

    [Fact]
    public void Instances_differ()
    {
        double[] first = [.. Enumerable.Range(0, 5).Select(i =>
            EnvTesting.Make("RandomMdp-v0", 1, $$"""{ "instance": {{i}} }""").Agents[0].Rewards[0])];
        Assert.Equal(5, first.Distinct().Count());
    }

    [Theory]
    [InlineData("""{ "branching": 6 }""", "branching", "must be at most the number of states, 5")]
    [InlineData("""{ "kernels": "mine" }""", "kernels", "must be \"shared\" | \"own\"")]
    [InlineData("""{ "instance": -1 }""", "instance", "must be a whole number from 0 to 9007199254740992")]
    [InlineData("""{ "states": 100000 }""", "states", "at most 67108864 are allowed")]
    [InlineData("""{ "states": 2.5 }""", "states", "must be a whole number")]
    public void Every_fault_names_its_key_and_what_is_allowed(string options, string key, string message)
    {
        ValidationError fault = Assert.Single(EnvTesting.ErrorsOf("RandomMdp-v0", 2, options));
        Assert.Equal($"environment.options.{key}", fault.KeyPath);
        Assert.Contains(message, fault.Allowed, StringComparison.Ordinal);
    }
}
