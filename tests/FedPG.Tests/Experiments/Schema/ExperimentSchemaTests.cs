#if OUTSIDE_READERS
using FedPG.Experiments.Reading;
using FedPG.Experiments.Schema;
using FedPG.Tests.Build;
using FedPG.Tests.Experiments.Runs;
using NJsonSchema;
using NJsonSchema.Validation;
using Xunit;

namespace FedPG.Tests.Experiments.Schema;

/// <summary>The schema takes every file that can be read, and refuses what the reader refuses of single keys.</summary>
public sealed class ExperimentSchemaTests
{
    private static readonly Lazy<JsonSchema> Schema =
        new(() => JsonSchema.FromJsonAsync(ExperimentSchema.Of(ExperimentReader.Default).ToJsonString()).GetAwaiter().GetResult());

    public static TheoryData<string> Files => [.. Directory
        .EnumerateFiles(Path.Combine(Repository.Root, "experiments"), "*.json", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Repository.Root, path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_experiment_of_the_repository_fits(string file) =>
        Assert.Empty(Errors(File.ReadAllText(Path.Combine(Repository.Root, file))));

    [Theory]
    [InlineData("""{ "sed": 1 }""")]
    [InlineData("""{ "seed": "one" }""")]
    [InlineData("""{ "seed": -1 }""")]
    [InlineData("""{ "dtype": "float16" }""")]
    [InlineData("""{ "federation": { "algorithm": "fedavgg" } }""")]
    [InlineData("""{ "federation": { "round": 3 } }""")]
    [InlineData("""{ "federation": { "globalStepSize": 2 } }""")]
    [InlineData("""{ "federation": { "globalStepSize": 0 } }""")]
    [InlineData("""{ "federation": { "localStepSize": { "schedule": "cosin" } } }""")]
    [InlineData("""{ "policy": { "hidden": 64 } }""")]
    [InlineData("""{ "policy": { "kind": "neural" } }""")]
    [InlineData("""{ "gradient": { "entropy": { "form": 1 } } }""")]
    [InlineData("""{ "environment": { "id": "GridWrld-v0" } }""")]
    [InlineData("""{ "environment": { "id": "GridWorld-v0", "options": { "slipp": 0.1 } } }""")]
    [InlineData("""{ "environment": { "id": "GridWorld-v0", "options": { "slip": 1.5 } } }""")]
    [InlineData("""{ "environment": { "id": "CartPole-v1", "options": { "slip": 0.1 } } }""")]
    [InlineData("""{ "environment": { "mdp": "a.json", "agents": 3 } }""")]
    public void What_is_wrong_with_a_key_is_found(string document) => Assert.NotEmpty(Errors(document));

    [Theory]
    [InlineData("""{ "$schema": "experiment.schema.json", "seed": null }""")]
    [InlineData("""{ "environment": { "mdp": "a.json" } }""")]
    [InlineData("""{ "federation": { "localStepSize": { "schedule": "cosine", "from": 0.1 } } }""")]
    [InlineData("""{ "gradient": { "entropy": { "from": 0.1, "to": 0, "until": 5 } } }""")]
    [InlineData("""{ "environment": { "options": { "slip": 0.1 } } }""")]
    public void What_can_be_written_fits(string document) => Assert.Empty(Errors(document));

    [Fact]
    public void A_file_may_name_its_schema_and_is_read_as_without()
    {
        Assert.Equal(
            RunTesting.Experiment().Resolved.ToJsonString(),
            RunTesting.Experiment("$schema=experiment.schema.json").Resolved.ToJsonString());
    }

    [Fact]
    public void The_resolved_experiment_of_a_run_fits()
    {
        Assert.Empty(Errors(RunTesting.Experiment().Resolved.ToJsonString()));
        Assert.Empty(Errors(RunTesting.Experiment(RunTesting.Neural).Resolved.ToJsonString()));
    }

    [Fact]
    public void Keys_for_completion_are_keys_of_the_schema()
    {
        IReadOnlyList<string> keys = ExperimentKeys.Of(ExperimentReader.Default);
        Assert.Contains("federation.rounds", keys);
        Assert.Contains("policy.hidden", keys);
        Assert.Equal(["federation.localSteps"], ExperimentKeys.EndingWith(ExperimentReader.Default, "--local-steps"));
    }

    private static IEnumerable<string> Errors(string document)
    {
        string plain = Newtonsoft.Json.Linq.JToken.Parse(document, new Newtonsoft.Json.Linq.JsonLoadSettings()).ToString();
        return Schema.Value.Validate(plain).Select(Text);
    }

    private static string Text(ValidationError error) => error is ChildSchemaValidationError inner
        ? $"{error}: {string.Join("; ", inner.Errors.SelectMany(child => child.Value.Select(Text)))}" : $"{error}";
}
#endif
