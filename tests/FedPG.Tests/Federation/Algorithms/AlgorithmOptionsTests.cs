using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Schedules;
using Xunit;

namespace FedPG.Tests.Federation.Algorithms;

/// <summary>Programs and files configure algorithms through the same records.</summary>
public sealed class AlgorithmOptionsTests
{
    private const int Agents = 4, Seed = 3;

    private static readonly AlgorithmOptions[] BuiltIn =
    [
        new FastFedPgOptions(), new FedAvgOptions(), new CentralizedOptions(), new IndependentOptions(), new ScaffoldOptions(),
        new FedLinOptions(),
        new FedProxOptions(), new DittoOptions(), new FedKlOptions(), new DecentralizedOptions(), new PAvgOptions(),
        new PolicyMirrorDescentOptions(), new QAvgOptions(), new FedQOptions(), new FedTdOptions(),
    ];

    public static TheoryData<string> Names => [.. ExperimentCatalog.Default.Algorithms.Names];

    [Fact]
    public void Every_built_in_algorithm_has_a_record_that_carries_its_name() =>
        Assert.Equal(new ExperimentCatalog().Algorithms.Entries.Select(entry => (entry.Name, entry.OptionsType)),
            BuiltIn.Select(o => (o.Algorithm, o.GetType())));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_record_with_its_defaults_is_an_empty_section(string name)
    {
        AlgorithmDefinition definition = ExperimentCatalog.Default.Algorithms[name];
        var reader = OptionReader.Empty();
        ConfiguredAlgorithm read = definition.Configure(reader, Agents, Seed);
        ConfiguredAlgorithm made = definition.Configure(BuiltIn.Single(o => o.Algorithm == name), Agents, Seed);
        Assert.Equal(OptionRecord.ToJson(read.Options).ToJsonString(), OptionRecord.ToJson(made.Options).ToJsonString());
        Assert.IsAssignableFrom<Algorithm>(made.Create());
        Assert.Empty(reader.Errors.Items);
    }

    [Fact]
    public void What_a_program_sets_is_what_a_file_would_say()
    {
        var options = new FastFedPgOptions
        {
            Rounds = 300, LocalSteps = 5, LocalStepSize = new CosineStepSize { From = 0.2, To = 0.01 }, Memory = MemoryKind.Fresh,
            Participation = new WeightedParticipation { Sample = 2, Weights = [1, 2, 3, 3] },
            Stragglers = new StragglerOptions { Share = 0.5, MinLocalSteps = 2 },
            Messages = MessageNumbers.Float16, ServerOptimizer = ServerOptimizerKind.Adam,
        };
        const string file = """
            { "rounds": 300, "localSteps": 5, "localStepSize": { "schedule": "cosine", "from": 0.2, "to": 0.01 }, "memory": "fresh",
              "participation": { "kind": "weighted", "sample": 2, "weights": [1, 2, 3, 3] }, "stragglers": { "share": 0.5, "least": 2 },
              "messages": "float16", "serverOptimizer": "adam" }
            """;
        var errors = new ValidationErrors("file");
        ConfiguredAlgorithm read = FastFedPg.Definition.Configure(
            new OptionReader(JsonDocuments.Parse(System.Text.Encoding.UTF8.GetBytes(file), "file"), "", errors), Agents, Seed);
        ConfiguredAlgorithm made = FastFedPg.Definition.Configure(options, Agents, Seed);
        Assert.Empty(errors.Items);
        Assert.Equal(OptionRecord.ToJson(read.Options).ToJsonString(), OptionRecord.ToJson(made.Options).ToJsonString());
        Assert.Equal(0.01, made.Federation.LocalStepSize.At(300));
        Assert.Equal(2, made.Federation.CohortOf(7).Members.Count);
    }

    [Fact]
    public void A_number_is_a_constant_step_size_and_is_written_as_a_number()
    {
        AlgorithmOptions options = new FedAvgOptions { LocalStepSize = 0.25 };
        Assert.Equal(0.25, FedAvg.Definition.Configure(options, Agents, Seed).Federation.LocalStepSize.At(17));
        Assert.Equal(JsonValueKind.Number, OptionRecord.ToJson(options)["localStepSize"]!.GetValueKind());
    }

    [Fact]
    public void A_graph_of_the_agents_can_be_given_as_a_matrix()
    {
        double[][] matrix = [[0.5, 0.5, 0, 0], [0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5], [0, 0, 0.5, 0.5]];
        var options =
            (DecentralizedOptions)Decentralized.Definition.Configure(new DecentralizedOptions { Graph = matrix }, Agents, Seed).Options;
        Assert.Equal(1, options.Graph.For(Agents).SendersTo(0));
    }

    [Fact]
    public void A_program_gets_all_errors_at_once_with_the_messages_of_a_file()
    {
        var options = new CentralizedOptions
        {
            Rounds = -1, LocalStepSize = new Theorem2StepSize(), Participation = new UniformParticipation { Sample = 5 },
            AgentLocalSteps = [1, 2],
        };
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => Centralized.Definition.Configure(options, Agents, Seed));
        Assert.Equal(
        [
            "CentralizedOptions: rounds: -1; must be a whole number from 0 to 100000000",
            "CentralizedOptions: localStepSize.mu: is needed by the schedule \"theorem-2\": a number greater than 0",
            "CentralizedOptions: participation.sample: 5; must be a whole number from 1 to 4",
            "CentralizedOptions: agentLocalSteps: [1,2]; must have 4 numbers, one an agent",
            "CentralizedOptions: agentLocalSteps: [1,2]; cannot be had with federation.algorithm \"centralized\", whose agents "
                + "all take localSteps steps",
        ], e.Errors.Select(error => error.ToString()));
    }
}
