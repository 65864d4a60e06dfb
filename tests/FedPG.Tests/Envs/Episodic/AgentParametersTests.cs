using CsCheck;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using Xunit;
using static FedPG.Tests.Envs.SteppingTesting;

namespace FedPG.Tests.Envs.Episodic;

public sealed class AgentParametersTests
{
    public static readonly string[] ControlTasks = ["Acrobot-v1", "CartPole-v1", "MountainCar-v0", "Pendulum-v1"];

    public static TheoryData<string> Tasks => [.. ControlTasks];

    [Theory]
    [MemberData(nameof(Tasks))]
    public void By_default_every_agent_has_the_original_environment(string id)
    {
        foreach ((string key, double[] values) in Make(id, 5).Parameters)
        {
            Assert.Single(values.Distinct());
            Assert.Equal(EnvTesting.Configure(id, 1).ResolvedOptions[key]!.GetValue<double>(), values[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void Drawn_agents_lie_in_the_spread_and_shrink_to_the_original_with_the_degree(string id)
    {
        IReadOnlyDictionary<string, double[]> original = Make(id, 6).Parameters,
            full = Make(id, 6, """{ "heterogeneity": 1 }""").Parameters;
        IReadOnlyDictionary<string, double[]> half = Make(id, 6, """{ "heterogeneity": 0.5 }""").Parameters,
            more = Make(id, 9, """{ "heterogeneity": 1 }""").Parameters;
        var spread = EnvTesting.Configure(id, 6).ResolvedOptions["spread"]!.AsObject();
        Assert.NotEmpty(spread);
        foreach ((string key, double[] values) in full)
        {
            if (spread[key] is not { } range)
            {
                Assert.Equal(original[key], values);
                continue;
            }
            Assert.Equal(6, values.Distinct().Count());
            Assert.All(values, v => Assert.InRange(v, range[0]!.GetValue<double>(), range[1]!.GetValue<double>()));
            for (int i = 0; i < 6; i++) Assert.Equal((original[key][i] + values[i]) / 2, half[key][i], 1e-12);
            // Who an agent is does not depend on who else there is.
            Assert.Equal(values, more[key][..6]);
        }
        Assert.NotEqual(full.Values.SelectMany(v => v),
            Make(id, 6, """{ "heterogeneity": 1, "agentSeed": 1 }""").Parameters.Values.SelectMany(v => v));
    }

    [Fact]
    public void Lists_are_kept_as_given_and_scaled_about_their_mean()
    {
        Assert.Equal([0.3, 0.5, 1.3], Make("CartPole-v1", 3, """{ "length": [0.3, 0.5, 1.3] }""").Parameters["length"]);
        // Nothing else is drawn then.
        Assert.Equal([9.8, 9.8, 9.8], Make("CartPole-v1", 3, """{ "length": [0.3, 0.5, 1.3] }""").Parameters["gravity"]);
        Gen.Double[0, 1].Sample(lambda =>
        {
            double[] values =
                Make("CartPole-v1", 3,
                    FormattableString.Invariant($"{{ \"length\": [0.3, 0.5, 1.3], \"heterogeneity\": {lambda:R} }}")).Parameters["length"];
            Assert.Equal(0.7, values.Average(), 1e-12);
            Assert.Equal(lambda, values[2] - values[0], 1e-12);
        }, iter: 50);
    }

    /// <summary>
    /// What is written down is had: a number that is given is not drawn by the default spread, and a seed of agents draws them.
    /// </summary>
    [Fact]
    public void What_is_given_is_had()
    {
        IReadOnlyDictionary<string, double[]> own = Make("CartPole-v1", 3, """{ "heterogeneity": 1, "gravity": 9 }""").Parameters;
        Assert.Equal([9, 9, 9], own["gravity"]);
        Assert.Equal(3, own["length"].Distinct().Count());
        IReadOnlyDictionary<string, double[]> seeded = Make("CartPole-v1", 3, """{ "agentSeed": 4 }""").Parameters;
        Assert.Equal(Make("CartPole-v1", 3, """{ "agentSeed": 4, "heterogeneity": 1 }""").Parameters["length"], seeded["length"]);
        Assert.Equal(3, seeded["length"].Distinct().Count());
        Assert.Single(Make("CartPole-v1", 3, """{ "agentSeed": 4, "heterogeneity": 0 }""").Parameters["length"].Distinct());
    }

    [Theory]
    [InlineData("CartPole-v1", 3, "{}")]
    [InlineData("CartPole-v1", 3, """{ "heterogeneity": 1, "gravity": 9 }""")]
    [InlineData("CartPole-v1", 3, """{ "agentSeed": 9007199254740992 }""")]
    [InlineData("CartPole-v1", 3, """{ "length": [0.3, 0.5, 1.3] }""")]
    [InlineData("CartPole-v1", 3,
        """{ "length": [0.3, 0.5, 1.3], "gravity": 8, "spread": { "gravity": [7, 9], "tau": [0.01, 0.02] }, "heterogeneity": 0.4 }""")]
    [InlineData("CartPole-v1", 2, """{ "heterogeneity": 0.7, "agentSeed": 12 }""")]
    [InlineData("Pendulum-v1", 2, """{ "spread": { "mass": [0.5, 2] } }""")]
    [InlineData("Acrobot-v1", 4, """{ "torqueNoise": 0.2, "heterogeneity": 1 }""")]
    [InlineData("MountainCar-v0", 1, """{ "goalVelocity": 0.01, "discount": 1 }""")]
    public void Resolved_options_make_the_same_agents(string id, int agents, string options)
    {
        ConfiguredEnvironment first = EnvTesting.Configure(id, agents, options),
            second = EnvTesting.Configure(id, agents, first.ResolvedOptions.ToJsonString());
        Assert.Equal(first.ResolvedOptions.ToJsonString(), second.ResolvedOptions.ToJsonString());
        EpisodicEnvironment one = (EpisodicEnvironment)first.Build(), other = (EpisodicEnvironment)second.Build();
        Assert.Equal(one.Discount, other.Discount);
        Assert.Equal(one.Parameters.Select(p => p.Key), other.Parameters.Select(p => p.Key));
        Assert.All(one.Parameters, p => Assert.Equal(p.Value, other.Parameters[p.Key]));
        Assert.Equal(first.Definition.Arguments().Select(a => a.Key), first.ResolvedOptions.Select(o => o.Key));
    }

    [Theory]
    [InlineData("""{ "gravity": -1 }""", "gravity", "-1", "a number of at least 0, or a list of 2 of them")]
    [InlineData("""{ "length": [0.5] }""", "length", "[0.5]", "a list of 2 of them")]
    [InlineData("""{ "length": [0.5, 0] }""", "length", "[0.5,0]", "a number greater than 0")]
    [InlineData("""{ "tau": "fast" }""", "tau", "\"fast\"", "a number greater than 0")]
    [InlineData("""{ "heterogeneity": 1.5 }""", "heterogeneity", "1.5", "a number in [0, 1]")]
    [InlineData("""{ "spread": { "lenght": [1, 2] } }""", "spread.lenght", null, "the nearest key is \"length\"")]
    [InlineData("""{ "spread": { "length": [2, 1] } }""", "spread.length", "[2,1]", "low <= high")]
    [InlineData("""{ "spread": { "length": 2 } }""", "spread.length", "2", "[low, high]")]
    [InlineData("""{ "spread": { "length": [1, 2] }, "length": [1, 2] }""", "spread.length", "[1,2]", "a list already")]
    [InlineData("""{ "length": [1, 2, 3] }""", "length", "[1,2,3]", "a list of 2 of them")]
    [InlineData("""{ "length": [1, 2], "agentSeed": 3 }""", "agentSeed", "3", "draws nothing: give spread")]
    [InlineData("""{ "agentSeed": 9007199254740993 }""", "agentSeed", "9007199254740993", "a whole number from 0 to 9007199254740992")]
    [InlineData("""{ "masscart": 2 }""", "masscart", null, "the nearest key is \"massCart\"")]
    public void Bad_options_are_named(string options, string key, string? value, string allowed)
    {
        ValidationError fault = Assert.Single(EnvTesting.ErrorsOf("CartPole-v1", 2, options));
        Assert.Equal($"environment.options.{key}", fault.KeyPath);
        Assert.Equal(value, fault.Value);
        Assert.Contains(allowed, fault.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void Agents_with_different_numbers_move_differently()
    {
        EpisodicEnvironment environment = Make("CartPole-v1", 2, """{ "length": [0.3, 1] }""");
        double[] start = [0, 0, 0.1, 0];
        Assert.NotEqual(Run(environment.Create(0), 0, [[1], [1]], start)[1].State[3],
            Run(environment.Create(1), 0, [[1], [1]], start)[1].State[3]);
    }
}
