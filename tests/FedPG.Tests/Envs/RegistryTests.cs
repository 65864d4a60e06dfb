using System.Text.Json.Nodes;
using CsCheck;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.GridWorlds;
using FedPG.Envs.Tabular;
using FedPG.Experiments;
using Xunit;

namespace FedPG.Tests.Envs;

public sealed class RegistryTests
{
    public static TheoryData<string, int, string> Instances => new()
    {
        { "GridWorld-v0", 1, "{}" },
        { "GridWorld-v0", 8, """{ "width": 4, "height": 3, "slip": 0.3 }""" },
        { "GridWorld-v0", 3, """{ "width": 5, "height": 2, "goals": [[0, 1], [1, 4]], "continuing": false, "heterogeneity": 0.5 }""" },
        { "GridWorld-v0", 3, """{ "map": ["S.G", ".#L", "1.."], "continuing": false, "terminateOwnGoalOnly": true }""" },
        { "GridWorld-v0", 5, """{ "map": "S../.#./...", "goals": "spread" }""" },
        { "FrozenLake-v1", 1, "{}" },
        { "FrozenLake-v1", 4, """{ "map": "8x8", "heterogeneity": 0.7 }""" },
        { "FrozenLake-v1", 2, """{ "map": "random", "size": 5, "mapSeed": 3 }""" },
        { "FrozenLake-v1", 1, """{ "map": ["SFH", "HFG"], "slippery": false }""" },
        { "RandomMdp-v0", 4, """{ "states": 6, "actions": 3, "branching": 2, "kernels": "own", "heterogeneity": 0.25, "instance": 9 }""" },
        { "RandomMdp-v0", 2, "{}" },
        { "RandomMdp-v0", 2, """{ "rewards": "shared" }""" },
        { "RandomMdp-v0", 3, """{ "rewards": "shared", "kernels": "own", "rows": "normalised", "firstAgent": 5 }""" },
        { "GridWorld-v0", 3, """{ "width": 3, "height": 3, "slip": [0.1, 0.2, 0.6], "wind": [0, 0.3], "heterogeneity": 0.5 }""" },
        { "FrozenLake-v1", 3, """{ "map": "SFG/FHG", "differ": "goals", "heterogeneity": 0.5, "rewardSchedule": [1, 0, 0.25] }""" },
        { "FrozenLake-v1", 3, """{ "heterogeneity": 1, "agentSeed": 7 }""" },
        { "FrozenLake-v1", 3, """{ "map": "SFG/FHG", "differ": "goals", "agentSeed": 7 }""" },
        { "GridWorld-v0", 3, """{ "map": "S.G" }""" },
        { "GridWorld-v0", 3,
            """
            {
                "map": ["S.G", ".#L", "1.."], "continuing": false, "terminateOwnGoalOnly": true, "heterogeneity": 0.3,
                "wind": [0.1, 0.2]
            }
            """ },
        { "GridWorld-v0", 2,
            """
            {
                "width": 3, "height": 3, "goals": "random", "slip": { "from": 0.1, "to": 0.3 }, "agentSeed": 9, "heterogeneity": 0.5
            }
            """ },
        { "CliffWalking-v1", 1, "{}" },
        { "CliffWalking-v1", 3, """{ "heterogeneity": 0.4, "agentSeed": 3 }""" },
        { "CliffWalkingSlippery-v1", 3, """{ "differ": "penalty", "heterogeneity": 1 }""" },
        { "WindyCliff-v0", 5, "{}" },
        { "WindyCliff-v0", 4, """{ "wind": "even", "width": 6, "height": 3, "scaled": true, "heterogeneity": 0.5 }""" },
        { "WindyCliff-v0", 3, """{ "wind": [0, 1] }""" },
        { "FourRooms-v0", 1, "{}" },
        { "FourRooms-v0", 3, """{ "goal": [[1, 1], [11, 11]], "start": "random", "heterogeneity": 0.5 }""" },
        { "FourRooms-v0", 4, """{ "differ": "goals", "heterogeneity": 1 }""" },
        { "FourRooms-v0", 2, """{ "goal": [[1, 1], [11, 11]] }""" },
        { "FourRooms-v0", 3, """{ "heterogeneity": 1, "agentSeed": 1 }""" },
        { "Taxi-v4", 1, "{}" },
        { "Taxi-v4", 3, """{ "rainy": true, "fickle": true, "heterogeneity": 0.5 }""" },
        { "Taxi-v4", 4, """{ "differ": "fares", "heterogeneity": 1 }""" },
        { "Taxi-v4", 4, """{ "differ": "fares", "agentSeed": 1 }""" },
        { "Taxi-v4", 2, """{ "rainy": true, "rainyProbability": 0.7, "fickle": true, "fickleProbability": 0.2 }""" },
        { "Blackjack-v1", 1, "{}" },
        { "Blackjack-v1", 3, """{ "natural": true, "differ": "deck", "heterogeneity": 0.5 }""" },
        { "Blackjack-v1", 3, """{ "sab": true, "differ": "ties", "agentSeed": 3 }""" },
        { "DeepSea-v0", 1, "{}" },
        { "DeepSea-v0", 2, """{ "randomActions": false, "differ": "costs" }""" },
        { "DeepSea-v0", 3, """{ "size": 4, "stochastic": true, "heterogeneity": 0.5, "mappingSeed": 2 }""" },
        { "RiverSwim-v0", 1, "{}" },
        { "RiverSwim-v0", 3, """{ "variant": "osband", "normalised": true, "differ": "rewards", "heterogeneity": 0.5, "states": 9 }""" },
        { "RiverSwim-v0", 3, """{ "heterogeneity": 1, "agentSeed": 0 }""" },
        { "Garnet-v0", 1, "{}" },
        { "Garnet-v0", 3, """{ "differ": "both", "heterogeneity": 0.3, "firstAgent": 2, "seed": 4 }""" },
    };

    [Theory]
    [MemberData(nameof(Instances))]
    public void Every_instance_is_lawful_and_reads_back(string id, int agents, string options)
    {
        FiniteMdp mdp = EnvTesting.Make(id, agents, options);
        EnvTesting.AssertLawful(mdp, unitRewards: mdp.RewardRange is { Minimum: >= 0, Maximum: <= 1 });
        Assert.Equal(agents, mdp.Agents.Count);
        Assert.Equal(agents, mdp.Agents.Select(a => a.Name).Distinct().Count());
        EnvTesting.AssertSameNumbers(mdp, EnvTesting.Read(EnvTesting.Write(mdp)));
        EnvTesting.AssertSameNumbers(mdp, EnvTesting.Read(EnvTesting.Write(mdp, denseStates: 0)));
    }

    [Theory]
    [MemberData(nameof(Instances))]
    public void Resolved_options_make_the_same_instance(string id, int agents, string options)
    {
        ConfiguredEnvironment first = EnvTesting.Configure(id, agents, options);
        string resolved = first.ResolvedOptions.ToJsonString();
        ConfiguredEnvironment second = EnvTesting.Configure(id, agents, resolved);
        Assert.Equal(resolved, second.ResolvedOptions.ToJsonString());
        EnvTesting.AssertSameNumbers(Assert.IsType<FiniteMdp>(first.Build()), Assert.IsType<FiniteMdp>(second.Build()));
        Assert.Equal(first.Definition.Arguments().Select(a => a.Key), first.ResolvedOptions.Select(o => o.Key));
    }

    /// <summary>What is known from elsewhere is, at heterogeneity 0, the original environment for every agent.</summary>
    [Theory]
    [InlineData("FrozenLake-v1", "{}")]
    [InlineData("CliffWalking-v1", "{}")]
    [InlineData("CliffWalking-v1", """{ "differ": "penalty" }""")]
    [InlineData("CliffWalkingSlippery-v1", "{}")]
    [InlineData("FourRooms-v0", "{}")]
    [InlineData("FourRooms-v0", """{ "differ": "goals" }""")]
    [InlineData("Taxi-v4", "{}")]
    [InlineData("Taxi-v4", """{ "differ": "fares", "rainy": true }""")]
    [InlineData("DeepSea-v0", "{}")]
    [InlineData("RiverSwim-v0", "{}")]
    [InlineData("RiverSwim-v0", """{ "differ": "rewards" }""")]
    [InlineData("Garnet-v0", """{ "differ": "both" }""")]
    public void At_heterogeneity_0_every_agent_has_the_original_environment_and_at_1_they_differ(string id, string options)
    {
        JsonObject Given(double lambda)
        {
            JsonObject given = JsonNode.Parse(options)!.AsObject();
            given["heterogeneity"] = lambda;
            return given;
        }
        AgentMdp original = EnvTesting.Make(id, 1, Given(0).ToJsonString()).Agents[0];
        FiniteMdp alike = EnvTesting.Make(id, 3, Given(0).ToJsonString()), apart = EnvTesting.Make(id, 3, Given(1).ToJsonString());
        Assert.True(alike.SharesKernel);
        Assert.All(alike.Agents, agent => Assert.Equal(original.Rewards, agent.Rewards));
        Assert.True(original.Kernel.SameAs(alike.Agents[0].Kernel));
        for (int i = 1; i < 3; i++)
        {
            bool sameRewards = apart.Agents[0].Rewards.AsSpan().SequenceEqual(apart.Agents[i].Rewards);
            bool alternating = id == "RiverSwim-v0" && options != "{}" && i == 2;
            Assert.Equal(alternating, sameRewards && apart.Agents[0].Kernel.SameAs(apart.Agents[i].Kernel));
        }
    }

    [Fact]
    public void Heterogeneity_keeps_the_mean_reward() =>
        Gen.Select(Gen.Double[0, 1], Gen.Int[1, 6], Gen.Bool).Sample((lambda, agents, grid) =>
        {
            string id = grid ? "GridWorld-v0" : "RandomMdp-v0";
            var options = new JsonObject { ["heterogeneity"] = lambda };
            FiniteMdp scaled = EnvTesting.Make(id, agents, options.ToJsonString()), original = EnvTesting.Make(id, agents);
            double[] expected = original.AverageAgent().Rewards, actual = scaled.AverageAgent().Rewards;
            for (int k = 0; k < expected.Length; k++)
            {
                Assert.Equal(expected[k], actual[k], 1e-12);
                for (int i = 0; i < agents; i++)
                {
                    double pulled = expected[k] + (lambda * (original.Agents[i].Rewards[k] - expected[k]));
                    Assert.Equal(pulled, scaled.Agents[i].Rewards[k], 1e-12);
                }
            }
            EnvTesting.AssertLawful(scaled);
        }, iter: 50);

    [Fact]
    public void Every_environment_documents_every_heading_and_option()
    {
        foreach (string id in EnvTesting.AllIds)
        {
            EnvironmentDefinition definition = ExperimentCatalog.Default.Environments.Find(id)!;
            Assert.All(definition.Headings(), h => Assert.False(string.IsNullOrWhiteSpace(h.Text), $"{id}: {h.Heading}"));
            Assert.NotEmpty(definition.Summary);
            Assert.Contains(definition.Arguments(), a => a.Key == "discount");
            Assert.Contains(definition.Arguments(), a => a.Key == "heterogeneity");
            Assert.All(definition.Arguments(), a => Assert.NotEmpty(a.Meaning));
        }
    }

    [Fact]
    public void Every_option_refuses_an_object()
    {
        foreach (string id in EnvTesting.AllIds)
        {
            foreach (OptionInfo option in ExperimentCatalog.Default.Environments.Find(id)!.Arguments())
            {
                var options = new JsonObject { [option.Key] = new JsonObject() };
                Assert.Contains(EnvTesting.ErrorsOf(id, 2, options.ToJsonString()), f => f.KeyPath == $"environment.options.{option.Key}"
                    && f.Value == "{}");
            }
        }
    }

    [Fact]
    public void Unknown_names_are_answered_with_the_nearest()
    {
        ValidationError id = Assert.Single(EnvTesting.ErrorsOf("GridWrld-v0", 1, "{}"));
        Assert.Equal("experiment.json: environment.id: GridWrld-v0; is not an environment; the nearest is \"GridWorld-v0\", "
            + $"and there are {string.Join(", ", EnvTesting.AllIds)}, python", id.ToString());

        ValidationError option = Assert.Single(EnvTesting.ErrorsOf("GridWorld-v0", 1, """{ "slp": 0.2 }"""));
        Assert.Equal("environment.options.slp", option.KeyPath);
        Assert.Contains("the nearest key is \"slip\"", option.Allowed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(100_001)]
    public void The_number_of_agents_is_checked_together_with_the_options(int agents)
    {
        IReadOnlyList<ValidationError> errors = EnvTesting.ErrorsOf("RandomMdp-v0", agents, """{ "discount": 1 }""");
        Assert.Equal(["environment.agents", "environment.options.discount"], errors.Select(f => f.KeyPath));
        Assert.Equal("must be a whole number from 1 to 100000", errors[0].Allowed);
        Assert.Equal("must be a number in [0, 1)", errors[1].Allowed);
    }

    [Fact]
    public void A_plug_in_adds_an_environment_once_and_may_limit_its_agents()
    {
        var registry = new ExperimentCatalog().Environments;
        EnvironmentDefinition own = GridWorld.Definition with { Id = "Own-v0", MaximumAgents = 2 };
        registry.Register(own);
        Assert.Contains("Own-v0", registry.Ids);
        Assert.DoesNotContain("Own-v0", ExperimentCatalog.Default.Environments.Ids);
        Assert.Throws<ArgumentException>(() => registry.Register(own));

        var errors = new ValidationErrors("x");
        Assert.Null(registry.Configure("Own-v0", 3, default, EnvironmentKeys.Experiment, errors));
        Assert.Equal("must be a whole number from 1 to 2", Assert.Single(errors.Items).Allowed);
        Assert.NotNull(registry.Configure("Own-v0", 2, default, EnvironmentKeys.Experiment, new ValidationErrors("x")));
    }
}
