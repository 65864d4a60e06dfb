using CsCheck;
using FedPG.Core.Options;
using FedPG.Envs.Tabular;
using Xunit;

namespace FedPG.Tests.Envs.Exploration;

public sealed class DeepSeaTests
{
    [Fact]
    public void The_optimum_is_099_whatever_the_size_and_the_meanings() =>
        Gen.Select(Gen.Int[1, 12], Gen.Int[0, 1000]).Sample((size, seed) =>
        {
            FiniteMdp mdp = EnvTesting.Make("DeepSea-v0", 1, $$"""{ "size": {{size}}, "mappingSeed": {{seed}} }""");
            Assert.Equal((size * size) + 1, mdp.States);
            Assert.Equal(0.99, EnvTesting.Optimum(mdp, 0, size, 1)[0], 1e-12);
        }, iter: 30);

    /// <summary>
    /// Always right: (1 - 1/N)^(N-1) - 0.01, the figure of bsuite. Whoever stops after a failed step saves the cost of the steps that are
    /// then in vain, so the optimum is 0.01 (1 - 1/N)^N above it.
    /// </summary>
    [Fact]
    public void The_stochastic_variant_has_its_closed_forms() =>
        Gen.Int[2, 12].Sample(size =>
        {
            FiniteMdp mdp = EnvTesting.Make("DeepSea-v0", 1, $$"""{ "size": {{size}}, "stochastic": true, "randomActions": false }""");
            double holds = 1 - (1.0 / size), published = Math.Pow(holds, size - 1) - 0.01;
            Assert.Equal(published, AlwaysRight(mdp, size), 1e-12);
            Assert.Equal(published + (0.01 * Math.Pow(holds, size)), EnvTesting.Optimum(mdp, 0, size, 1)[0], 1e-12);
        }, iter: 11);

    [Fact]
    public void Every_dive_lasts_as_many_steps_as_there_are_rows()
    {
        const int size = 6;
        FiniteMdp mdp = EnvTesting.Make("DeepSea-v0", 1, """{ "size": 6, "stochastic": true }""");
        HashSet<int> states = [0];
        for (int step = 0; step < size; step++)
        {
            Assert.All(states, s => Assert.Equal(step, s / size));
            Assert.All(states, s => Assert.True(s % size <= step));
            states = [.. states.SelectMany(s => Enumerable.Range(0, 2).SelectMany(a => mdp.Agents[0].Kernel.Next((s * 2) + a).ToArray()))];
        }
        Assert.Equal([size * size], states);
        Assert.True(mdp.Terminal[size * size]);
    }

    [Fact]
    public void Only_meaning_right_in_the_last_column_pays_and_meaning_right_costs()
    {
        const int size = 5;
        FiniteMdp plain = EnvTesting.Make("DeepSea-v0", 1,
            """{ "size": 5, "randomActions": false }"""), drawn = EnvTesting.Make("DeepSea-v0", 1, """{ "size": 5 }""");
        int swapped = 0;
        for (int s = 0; s < size * size; s++)
        {
            double right = (s % size == size - 1 ? 1 : 0) - (0.01 / size);
            Assert.Equal((0, right), (plain.Agents[0].Rewards[2 * s], plain.Agents[0].Rewards[(2 * s) + 1]));
            (double first, double second) = (drawn.Agents[0].Rewards[2 * s], drawn.Agents[0].Rewards[(2 * s) + 1]);
            Assert.True((first, second) == (0, right) || (first, second) == (right, 0));
            if (first == right) swapped++;
        }
        // 25 fair coins: outside 3 to 22 with probability below 2e-5; the seed is fixed.
        Assert.InRange(swapped, 3, 22);
    }

    [Fact]
    public void Agents_meanings_differ_in_half_of_the_cells_they_drew_for_themselves()
    {
        FiniteMdp mdp = EnvTesting.Make("DeepSea-v0", 2, """{ "size": 40, "heterogeneity": 0.5 }""");
        FiniteMdp common = EnvTesting.Make("DeepSea-v0", 1, """{ "size": 40 }""");
        for (int i = 0; i < 2; i++)
        {
            int differ = Enumerable.Range(0, 1600).Count(s => mdp.Agents[i].Rewards[2 * s] != common.Agents[0].Rewards[2 * s]);
            // Binomial(1600, 1/4): 400 with standard deviation 17; six of them miss with probability 2e-9.
            Assert.InRange(differ, 400 - 104, 400 + 104);
        }
    }

    [Theory]
    [InlineData("""{ "size": 0 }""", "size", "must be a whole number from 1 to 1000")]
    [InlineData("""{ "moveCost": -1 }""", "moveCost", "must be a number of at least 0")]
    [InlineData("""{ "randomActions": false, "heterogeneity": 1 }""", "randomActions",
        "must be true for agents to have meanings of their own")]
    [InlineData("""{ "randomActions": false, "mappingSeed": 1 }""", "mappingSeed", "is used with \"randomActions\": true only")]
    [InlineData("""{ "differ": "costs", "moveCost": 0 }""", "moveCost", "must be greater than 0 for agents to differ in costs")]
    public void Every_fault_names_its_key_and_what_is_allowed(string options, string key, string message)
    {
        ValidationError fault = Assert.Single(EnvTesting.ErrorsOf("DeepSea-v0", 2, options));
        Assert.Equal($"environment.options.{key}", fault.KeyPath);
        Assert.Contains(message, fault.Allowed, StringComparison.Ordinal);
    }

    /// <summary>The expected return of action 1 in every state over N steps.</summary>
    private static double AlwaysRight(FiniteMdp mdp, int size)
    {
        double[] values = new double[mdp.States];
        for (int t = 0; t < size; t++)
        {
            double[] last = values;
            values = [.. Enumerable.Range(0, mdp.States).Select(s =>
                mdp.Agents[0].Rewards[(2 * s) + 1] + mdp.Agents[0].Kernel.Expectation((2 * s) + 1, last))];
        }
        return values[0];
    }
}
