using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Counterexamples;
using FedPG.Envs.Episodic;
using FedPG.Envs.Exploration;
using FedPG.Envs.GridWorlds;
using FedPG.Envs.LinearQuadratic;
using FedPG.Envs.Random;
using FedPG.Envs.Tabular;
using FedPG.Envs.ToyText;
using FedPG.Experiments;
using Xunit;

namespace FedPG.Tests.Envs;

/// <summary>Options records and JSON are two ways to write the same options: same defaults, same rules, same environments.</summary>
public sealed class EnvironmentOptionsTests
{
    private const int Agents = 3;

    /// <summary>The environments that have an options record.</summary>
    public static TheoryData<string> Ids =>
        [.. EnvTesting.AllIds.Where(id => ExperimentCatalog.Default.Environments.Find(id)!.OptionsType is not null)];

    /// <summary>Records of a program, and what a file would say.</summary>
    public static TheoryData<string, object, string> Records => new()
    {
        { "GridWorld-v0", new GridWorldOptions { Width = 4, Height = 3, Slip = 0.3 }, """{ "width": 4, "height": 3, "slip": 0.3 }""" },
        { "GridWorld-v0", new GridWorldOptions { Slip = [0.1, 0.2], Wind = PerAgentNumbers.Between(0, 0.3), AgentSeed = 9 },
            """{ "slip": [0.1, 0.2], "wind": { "from": 0, "to": 0.3 }, "agentSeed": 9 }""" },
        { "GridWorld-v0", new GridWorldOptions { Goals = [(0, 1), (1, 4)], Continuing = false, Heterogeneity = 0.5 },
            """{ "goals": [[0, 1], [1, 4]], "continuing": false, "heterogeneity": 0.5 }""" },
        { "GridWorld-v0", new GridWorldOptions { Map = "S.G/...", Goals = null }, """{ "map": "S.G/..." }""" },
        { "GridWorld-v0", new GridWorldOptions { Map = ["S..", ".#.", "..."], Goals = GridGoals.Spread },
            """{ "map": "S../.#./...", "goals": "spread" }""" },
        { "FrozenLake-v1", new FrozenLakeOptions { Map = FrozenLakeMap.Large, Heterogeneity = 0.7 },
            """{ "map": "8x8", "heterogeneity": 0.7 }""" },
        { "FrozenLake-v1", new FrozenLakeOptions { Map = "SFG/FHG", Differ = FrozenLakeDifference.Goals, RewardSchedule = new(1, 0, 0.25) },
            """{ "map": "SFG/FHG", "differ": "goals", "rewardSchedule": [1, 0, 0.25] }""" },
        { "FrozenLake8x8-v1", new FrozenLake8x8Options { Slippery = false }, """{ "slippery": false }""" },
        { "CliffWalking-v1", new CliffWalkingOptions { Differ = CliffWalkingDifference.Slip }, """{ "differ": "slip" }""" },
        { "CliffWalkingSlippery-v1", new CliffWalkingSlipperyOptions { AgentSeed = 3 }, """{ "agentSeed": 3 }""" },
        { "WindyCliff-v0", new WindyCliffOptions { Wind = [0, 1], GoalReward = 50 }, """{ "wind": [0, 1], "goalReward": 50 }""" },
        { "FourRooms-v0", new FourRoomsOptions { Goal = [(1, 1), (11, 11)], Start = StartCell.Random },
            """{ "goal": [[1, 1], [11, 11]], "start": "random" }""" },
        { "Taxi-v4", new TaxiOptions { Differ = TaxiDifference.Fares }, """{ "differ": "fares" }""" },
        { "DeepSea-v0", new DeepSeaOptions { RandomActions = false, Differ = DeepSeaDifference.Costs },
            """{ "randomActions": false, "differ": "costs" }""" },
        { "RiverSwim-v0", new RiverSwimOptions { Variant = RiverSwimVariant.Osband, States = 9 },
            """{ "variant": "osband", "states": 9 }""" },
        { "RandomMdp-v0", new RandomMdpOptions { Kernels = Sharing.Own, FirstAgent = 5 }, """{ "kernels": "own", "firstAgent": 5 }""" },
        { "QuasiRandomMdp-v0", new QuasiRandomMdpOptions { Instance = QuasiRandomInstance.D }, """{ "instance": "D" }""" },
        { "Garnet-v0", new GarnetOptions { Differ = GarnetDifference.Both, Seed = 4 }, """{ "differ": "both", "seed": 4 }""" },
        { "OppositeKernels-v0", new OppositeKernelsOptions { Q = 0.7 }, """{ "q": 0.7 }""" },
        { "AdversarialPair-v0", new AdversarialPairOptions { Start = AdversarialPairStart.Uniform }, """{ "start": "uniform" }""" },
    };

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_default_record_makes_what_an_empty_object_makes(string id)
    {
        EnvironmentDefinition definition = ExperimentCatalog.Default.Environments.Find(id)!;
        object defaults = Activator.CreateInstance(definition.OptionsType!)!;
        foreach (int agents in (int[])[1, Agents])
        {
            ConfiguredEnvironment fromJson = EnvTesting.Configure(id, agents);
            FederatedEnvironment fromRecord = definition.Create(agents, defaults), withoutRecord = definition.Create(agents);
            Assert.Equal(fromJson.ResolvedOptions.ToJsonString(), fromRecord.Origin!.Options.ToJsonString());
            AssertSame(fromJson.Build(), fromRecord);
            AssertSame(fromJson.Build(), withoutRecord);
        }
    }

    /// <summary>Every option of the record is one of the documentation, with the same default, and the other way round.</summary>
    [Theory]
    [MemberData(nameof(Ids))]
    public void A_record_has_the_options_and_defaults_of_the_documentation(string id)
    {
        EnvironmentDefinition definition = ExperimentCatalog.Default.Environments.Find(id)!;
        IReadOnlyList<OptionInfo> documented = definition.Arguments();
        IReadOnlyList<OptionInfo> declared = OptionRecord.Describe(Activator.CreateInstance(definition.OptionsType!)!);
        if (!definition.OptionsType!.IsSubclassOf(typeof(EpisodicOptions)) && definition.OptionsType != typeof(LinearQuadraticOptions))
        {
            Assert.Equal(documented, declared);
            return;
        }
        // Agents' numbers are documented before what draws them, whose default follows from them;
        // matrices have defaults that follow from others.
        Assert.Equal(documented.Select(o => o.Key).Order(StringComparer.Ordinal),
            declared.Select(o => o.Key).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void A_record_and_a_file_make_the_same_environment(string id, object options, string json)
    {
        ConfiguredEnvironment fromJson = EnvTesting.Configure(id, Agents, json);
        FederatedEnvironment fromRecord = ExperimentCatalog.Default.Environments.Find(id)!.Create(Agents, options);
        AssertSame(fromJson.Build(), fromRecord);
        // What a record resolves to reads back to the same options and the same environment.
        ConfiguredEnvironment again = EnvTesting.Configure(id, Agents, fromRecord.Origin!.Options.ToJsonString());
        Assert.Equal(fromRecord.Origin.Options.ToJsonString(), again.ResolvedOptions.ToJsonString());
        AssertSame(fromRecord, again.Build());
    }

    [Fact]
    public void Every_tabular_environment_is_made_in_a_line()
    {
        FiniteMdp[] made =
        [
            GridWorld.Create(Agents), FrozenLake.Create(Agents), FrozenLake8x8.Create(Agents), CliffWalking.Create(Agents),
            CliffWalkingSlippery.Create(Agents), WindyCliff.Create(Agents), FourRooms.Create(Agents), RandomMdp.Create(Agents),
            Garnet.Create(Agents), QuasiRandomMdp.Create(Agents), OppositeKernels.Create(Agents), AdversarialPair.Create(Agents),
            Taxi.Create(Agents), DeepSea.Create(Agents), RiverSwim.Create(Agents),
        ];
        Assert.All(made, mdp => Assert.Equal((mdp.Name, Agents), (mdp.Origin!.Id, mdp.Origin.Agents)));
        Assert.Equal(made.Length, made.Select(mdp => mdp.Name).Distinct().Count());
    }

    [Fact]
    public void A_program_gets_all_errors_of_a_file_at_once()
    {
        var wrong = new GridWorldOptions { Slip = [0.1, 2], Width = 0, Discount = 1 };
        IReadOnlyList<ValidationError> errors = Assert.Throws<InvalidInputException>(() => GridWorld.Create(0, wrong)).Errors;
        Assert.Equal(["agents", "width", "slip", "discount"], errors.Select(e => e.KeyPath));
        Assert.All(errors, e => Assert.Equal(nameof(GridWorldOptions), e.Source));
        Assert.Equal(
            EnvTesting.ErrorsOf("GridWorld-v0", 0, """{ "slip": [0.1, 2], "width": 0, "discount": 1 }""").Select(e => e.Allowed),
            errors.Select(e => e.Allowed));
    }

    [Fact]
    public void Options_of_another_environment_are_refused() =>
        Assert.Throws<ArgumentException>(() => GridWorld.Definition.Create(1, new TaxiOptions()));

    private static void AssertSame(FederatedEnvironment expected, FederatedEnvironment actual)
    {
        Assert.Equal(expected.GetType(), actual.GetType());
        Assert.Equal((expected.Name, expected.Discount), (actual.Name, actual.Discount));
        Assert.Equal(expected.AgentNames, actual.AgentNames);
        Assert.Equal(expected.Parameters.Keys, actual.Parameters.Keys);
        Assert.All(expected.Parameters, p => Assert.Equal(p.Value, actual.Parameters[p.Key]));
        if (expected is FiniteMdp mdp) EnvTesting.AssertSameNumbers(mdp, Assert.IsType<FiniteMdp>(actual));
        else Assert.Equal(JsonNode.Parse(expected.Facts().ToJsonString())!.ToJsonString(), actual.Facts().ToJsonString());
    }
}
