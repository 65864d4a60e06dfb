using FedPG.Core.Options;
using FedPG.Envs.Returns;
using FedPG.Experiments;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Estimators;
using FedPG.Policies;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Estimators;

/// <summary>Every built-in estimator, from a program and from a file.</summary>
public sealed class EstimatorOptionsTests
{
    private const string Tabular = """{ "environment": { "id": "RandomMdp-v0", "agents": 2 }""";
    private const string Episodic = """{ "environment": { "id": "RandomMdp-v0", "agents": 2, "stepped": true }""";
    private const string Control =
        """
        { "objective": "reward", "policy": { "standardDeviation": 0.3 },
          "environment": { "id": "LinearQuadratic-v0", "agents": 2, "options": { "discount": 0.9, "steps": 5 } }
        """;

    private static readonly (string Json, string Algorithm, string Estimator)[] Known =
    [
        (Tabular, "fast-fedpg", "exact"), (Tabular, "fast-fedpg", "gpomdp"), (Tabular, "fast-fedpg", "reinforce"),
        (Tabular, "fast-fedpg", "ppo"), (Tabular, "fast-fedpg", "actor-critic"), (Episodic, "fast-fedpg", "ppo"),
        (Episodic, "fast-fedpg", "actor-critic"), (Tabular, "qavg", "sampled"), (Tabular, "qavg", "exact"), (Tabular, "fedq", "chain"),
        (Tabular, "fedtd", "chain"), (Tabular, "fedtd", "exact"),
        (Episodic, "fast-fedpg", "gpomdp"), (Episodic, "fast-fedpg", "reinforce"),
        (Episodic, "qavg", "sampled"), (Episodic, "fedq", "chain"), (Episodic, "fedtd", "chain"),
        (Control, "fast-fedpg", "exact"), (Control, "fast-fedpg", "gpomdp"), (Control, "fast-fedpg", "reinforce"),
    ];

    private static IEnumerable<EstimatorDefinition> BuiltIn =>
    [
        .. ExperimentCatalog.Default.Estimators.Entries,
        .. QAvg.Definition.OwnEstimators!, .. FedQ.Definition.OwnEstimators!, .. FedTd.Definition.OwnEstimators!,
    ];

    public static TheoryData<string, string, string> Cases()
    {
        var data = new TheoryData<string, string, string>();
        foreach ((string json, string algorithm, string estimator) in Known) data.Add(json, algorithm, estimator);
        return data;
    }

    [Fact]
    public void The_cases_are_all_there_are()
    {
        IEnumerable<EstimatorDefinition> tested = Known.Select(k => Read(k.Json, k.Algorithm, k.Estimator).Gradient.Definition);
        Assert.Equal(Names(BuiltIn), Names(tested));

        static IEnumerable<(string, string)> Names(IEnumerable<EstimatorDefinition> definitions) =>
            definitions.Select(known => (known.Name, known.Environment.Name)).Order();
    }

    /// <summary>
    /// The options of a file that says nothing are those of a record that was just made, and both make the same estimator.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void A_program_and_a_file_have_the_same_defaults_and_the_same_bits(string json, string algorithm, string estimator)
    {
        Experiment experiment = Read(json, algorithm, estimator);
        EstimatorDefinition definition = experiment.Gradient.Definition;
        using Policy policy = experiment.CreatePolicy(TensorFormat.Float64);
        var context = new EstimatorContext(experiment.Objective, experiment.Environment, policy);
        ConfiguredEstimator configured = definition.Configure(definition.Defaults, context);
        Assert.Equal(experiment.Gradient.Options, configured.Options);
        Assert.Equal(estimator, configured.Options.Estimator);
        Assert.Equal(Directions(experiment, experiment.Gradient), Directions(experiment, configured));
    }

    /// <summary>What a context decides is null in the record, and decided in what was read.</summary>
    [Fact]
    public void Defaults_that_depend_on_the_context_are_decided_when_options_are_read()
    {
        Assert.Equal((null, null, null, null), Decided(new GpomdpOptions()));
        Assert.Equal((GradientDirection.Plain, 1, 1e-4, 100), Decided(Read(Tabular, "fast-fedpg", "gpomdp").Gradient.Options));
        Assert.Equal((GradientDirection.Plain, 1, 0.1, 10), Decided(Read(Episodic, "fast-fedpg", "gpomdp").Gradient.Options));
        Assert.Equal((GradientDirection.Plain, 0, null, null), Decided(Read(Control, "fast-fedpg", "exact").Gradient.Options));
        Assert.Equal(GradientDirection.Natural, Read(Tabular, "pmd", "exact").Gradient.Options.Direction);

        static (GradientDirection?, double?, double?, int?) Decided(GradientOptions options) =>
            options is SampledGradientOptions sampled
                ? (options.Direction, sampled.BaselineValue, sampled.Damping, sampled.SolverIterations)
                : default;
    }

    [Fact]
    public void A_program_gets_the_errors_of_a_file_all_at_once()
    {
        Experiment experiment = Read(Tabular, "fast-fedpg", "gpomdp");
        using Policy policy = experiment.CreatePolicy(TensorFormat.Float64);
        var options = new GpomdpOptions { Horizon = 0, Trajectories = 1, Baseline = Baseline.LeaveOneOut, Damping = -1, Entropy = -2 };
        InvalidInputException e = Assert.Throws<InvalidInputException>(() =>
            experiment.Gradient.Definition.Configure(options, new EstimatorContext(experiment.Objective, experiment.Environment, policy)));
        Assert.Equal(["horizon", "damping", "trajectories", "entropy"], e.Errors.Select(error => error.KeyPath));
    }

    /// <summary>Each option has a key and a meaning, and a record written to JSON is the gradient section of a file.</summary>
    [Fact]
    public void A_record_in_json_is_the_section_of_a_file()
    {
        var options = new GpomdpOptions
        {
            Horizon = 7, Trajectories = 3, Baseline = Baseline.Constant, BaselineValue = 0.5, Direction = GradientDirection.Natural,
        };
        string section = OptionRecord.ToJson(options).ToJsonString();
        Experiment experiment = EstimatorsTesting.Read(Tabular + "}", $"gradient={section}");
        Assert.Equal(options with { Damping = 1e-4, SolverIterations = 100 }, experiment.Gradient.Options);
    }

    private static Experiment Read(string json, string algorithm, string estimator) =>
        EstimatorsTesting.Read(json + "}", $"federation.algorithm={algorithm}", $"gradient.estimator={estimator}", "dtype=float64");

    private static double[] Directions(Experiment experiment, ConfiguredEstimator configured)
    {
        using DisposeScope scope = NewDisposeScope();
        using Policy policy = experiment.CreatePolicy(TensorFormat.Float64);
        int agents = experiment.Environment.AgentNames.Count;
        using IGradientEstimator estimator = configured.Prepare(experiment.Environment).Create(new EstimatorSetup(
            experiment.Environment, policy, 0, agents, experiment.Objective, experiment.Entropy, experiment.Seed));
        Tensor rows = NumericsTesting.RandomRows(policy, agents, seed: 5, scale: 0.1);
        double[] directions = NumericsTesting.Directions(estimator, rows, new BatchKey(0, 0)).Numbers();
        Assert.All(directions, number => Assert.True(double.IsFinite(number)));
        return directions;
    }
}
