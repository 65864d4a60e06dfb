using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Experiments;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.LinearQuadratic;
using FedPG.Policies.Networks;
using FedPG.Policies.Options;
using FedPG.Policies.Tabular;
using FedPG.Tests.Envs;
using Xunit;

namespace FedPG.Tests.Policies.Options;

public sealed class PolicyOptionsTests
{
    private const string Grid = "GridWorld-v0";
    private static readonly double[] Coin = [0.25, 0.75];

    /// <summary>Each kind in each family: the environment, the options, and what comes out.</summary>
    public static TheoryData<string, PolicyOptions, Type, int> BuiltIn => new()
    {
        { Grid, new TabularSoftmaxOptions(), typeof(TabularSoftmax), 100 },
        { Grid, new TabularDirectOptions(), typeof(TabularDirect), 100 },
        { Grid, new LogLinearOptions(), typeof(LogLinear), 100 },
        { Grid, new LogLinearOptions { Features = "radial", Centres = [2, 3] }, typeof(LogLinear), 28 },
        { Grid, new LogLinearOptions { Features = new double[25, 4, 3] }, typeof(LogLinear), 3 },
        { Grid, new NeuralSoftmaxOptions { Hidden = [3], Activation = Activation.Relu }, typeof(NeuralSoftmax), 94 },
        { Grid, new NeuralSoftmaxOptions { Hidden = [], Observation = StateObservation.Coordinates }, typeof(NeuralSoftmax), 12 },
        { Grid, new ActionValuesOptions { Features = "random", FeatureCount = 7 }, typeof(ActionValues), 28 },
        { Grid, new StateValuesOptions { Features = new double[25, 2] }, typeof(StateValues), 2 },
        { "LinearQuadratic-v0", new LinearOptions { StandardDeviation = 0.1 }, typeof(LinearPolicy), 9 },
        { "CartPole-v1", new NeuralSoftmaxOptions { Hidden = [3] }, typeof(ObservationSoftmax), 23 },
        { "CartPole-v1", new LogLinearOptions(), typeof(ObservationSoftmax), 10 },
        { "CartPole-v1", new ActionValuesOptions { Features = "coordinates" }, typeof(ObservationActionValues), 10 },
        { "CartPole-v1", new StateValuesOptions { Evaluates = Coin, FeatureOrder = 1 }, typeof(ObservationStateValues), 16 },
        { "Pendulum-v1", new GaussianOptions { Hidden = [2], StandardDeviation = 0.5 }, typeof(GaussianPolicy), 12 },
        { "Pendulum-v1", new StateValuesOptions { Evaluates = "gaussian", FeatureOrder = 0 }, typeof(ObservationStateValues), 1 },
    };


    [Theory]
    [MemberData(nameof(BuiltIn))]
    public void Every_built_in_kind_is_made_by_a_program(string environment, PolicyOptions options, Type type, int parameters)
    {
        using Policy policy = ExperimentCatalog.Default.Policies.Create(Made(environment), options, TensorFormat.Float64);
        Assert.Equal((type, parameters), (policy.GetType(), policy.Layout.Length));
        Assert.Equal(options.Kind, policy.GetName());
    }

    [Fact]
    public void No_built_in_kind_is_missing_above()
    {
        IEnumerable<Type> made = BuiltIn.Select(row => row.Data.Item2.GetType()).Distinct();
        Assert.Equal(new ExperimentCatalog().Policies.Entries.Select(d => d.OptionsType).Distinct().Order(ByName), made.Order(ByName));
    }

    [Theory]
    [MemberData(nameof(BuiltIn))]
    public void A_file_that_gives_nothing_reads_the_defaults_of_the_record(
        string environment, PolicyOptions options, Type type, int parameters)
    {
        Assert.True(parameters > 0);
        Assert.NotNull(type);
        FederatedEnvironment made = Made(environment);
        PolicyDefinition definition = ExperimentCatalog.Default.Policies.For(options.Kind, made);
        var defaults = (PolicyOptions)Activator.CreateInstance(options.GetType())!;
        var reader = OptionReader.Empty();
        JsonObject read = OptionRecord.ToJson(definition.Read(reader, made)), written = OptionRecord.ToJson(defaults);
        Assert.Empty(reader.Errors.Items);
        // What a record leaves to the environment is null there, and has the environment's default once it is read.
        foreach ((string key, JsonNode? value) in written) Assert.Equal(value?.ToJsonString(), read[key]?.ToJsonString());
        foreach ((string key, JsonNode? value) in reader.Resolved)
        {
            if (written[key] is { } standard) Assert.Equal(standard.ToJsonString(), value?.ToJsonString());
        }
    }

    [Theory]
    [MemberData(nameof(BuiltIn))]
    public void What_was_read_is_written_and_read_again(string environment, PolicyOptions options, Type type, int parameters)
    {
        Assert.True(parameters > 0);
        Assert.NotNull(type);
        FederatedEnvironment made = Made(environment);
        PolicyDefinition definition = ExperimentCatalog.Default.Policies.For(options.Kind, made);
        JsonObject first = Resolved(definition, made, OptionRecord.ToJson(options)), second = Resolved(definition, made, first);
        Assert.Equal(first.ToJsonString(), second.ToJsonString());
    }

    [Fact]
    public void A_program_gets_the_messages_of_a_file_all_at_once()
    {
        var options = new NeuralSoftmaxOptions { Hidden = [0], Observation = StateObservation.Coordinates };
        InvalidInputException e =
            Assert.Throws<InvalidInputException>(() => ExperimentCatalog.Default.Policies.Create(Made("RandomMdp-v0"), options));
        Assert.Equal(
        [
            "NeuralSoftmaxOptions: hidden: [0]; must be a list of whole numbers from 1 to 65536",
            "NeuralSoftmaxOptions: observation: \"coordinates\"; this environment's states have no coordinates; allowed here: \"one-hot\"",
        ], e.Errors.Select(error => error.ToString()));
    }

    [Theory]
    [InlineData(99)]
    [InlineData(101)]
    public void A_start_of_another_length_is_refused(int length)
    {
        var options = new TabularSoftmaxOptions { Initial = new double[length] };
        InvalidInputException e =
            Assert.Throws<InvalidInputException>(() => ExperimentCatalog.Default.Policies.Create(Made(Grid), options));
        Assert.Equal(
            $"TabularSoftmaxOptions: initial: {length} numbers; must be 100 numbers, as many as this policy has parameters",
            Assert.Single(e.Errors).ToString());
    }

    [Fact]
    public void A_kind_that_cannot_act_there_is_refused_with_those_that_can()
    {
        InvalidInputException e = Assert.Throws<InvalidInputException>(
            () => ExperimentCatalog.Default.Policies.Create(Made("CartPole-v1"), new TabularSoftmaxOptions()));
        string message = Assert.Single(e.Errors).ToString();
        Assert.Contains("kind: \"tabular-softmax\"", message, StringComparison.Ordinal);
        Assert.Contains("neural-softmax | log-linear", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lattice_is_rows_and_columns()
    {
        var options = new LogLinearOptions { Features = "radial", Centres = [3] };
        InvalidInputException e =
            Assert.Throws<InvalidInputException>(() => ExperimentCatalog.Default.Policies.Create(Made(Grid), options));
        Assert.Equal("LogLinearOptions: centres: [3]; must be two whole numbers: rows and columns", Assert.Single(e.Errors).ToString());
    }

    [Fact]
    public void Given_features_are_of_the_environments_size()
    {
        var options = new LogLinearOptions { Features = new double[24, 4, 2] };
        string message = Assert.Single(
            Assert.Throws<InvalidInputException>(() => ExperimentCatalog.Default.Policies.Create(Made(Grid), options)).Errors).ToString();
        Assert.EndsWith("must be finite numbers [25][4][d], d the same everywhere", message, StringComparison.Ordinal);
    }

    private static Comparer<Type> ByName => Comparer<Type>.Create((a, b) => string.CompareOrdinal(a.Name, b.Name));

    private static FederatedEnvironment Made(string id) => EnvTesting.Configure(id, agents: 2, id switch
    {
        Grid => """{ "width": 5, "height": 5 }""",
        "LinearQuadratic-v0" => """{ "discount": 0.9 }""",
        _ => "{}",
    }).Build();

    private static JsonObject Resolved(PolicyDefinition definition, FederatedEnvironment environment, JsonObject given)
    {
        var errors = new ValidationErrors("test");
        var reader = new OptionReader(JsonSerializer.SerializeToElement(given), "", errors);
        _ = definition.Read(reader, environment);
        reader.Finish();
        Assert.Empty(errors.Items);
        return reader.Resolved;
    }
}
