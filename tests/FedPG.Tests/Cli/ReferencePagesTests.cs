using FedPG.Cli;
using System.Text.Json.Nodes;
using FedPG.Cli.Env;
using FedPG.Cli.Reference;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Schema;
using FedPG.Tests.Build;
using Xunit;

namespace FedPG.Tests.Cli;

public sealed class ReferencePagesTests
{
    public static TheoryData<string> Pages => [.. ReferencePages.All(CommandLine.Create()).Keys];

    /// <summary>To write them anew: <c>fedpg reference docs/reference</c>.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void The_committed_page_is_current(string page)
    {
        string file = Path.Combine(Repository.Root, "docs", "reference", page);
        Assert.True(File.Exists(file), $"docs/reference/{page} is missing; write it with: fedpg reference docs/reference");
        Assert.Equal(ReferencePages.All(CommandLine.Create())[page], File.ReadAllText(file).ReplaceLineEndings("\n"));
    }

    /// <summary>One source: what an environment reads is in the JSON schema, on its page, and in what <c>env info</c> prints.</summary>
    [Fact]
    public void Every_environment_and_option_is_in_schema_and_docs()
    {
        JsonObject schema = ExperimentSchema.Of(new ExperimentReader(new ExperimentCatalog()));
        Dictionary<string, JsonObject> forms = schema["properties"]!["environment"]!["anyOf"]!.AsArray()
            .Select(form => form!["properties"]).OfType<JsonObject>().Where(form => form.ContainsKey("id"))
            .ToDictionary(form => (string)form["id"]!["enum"]![0]!);
        foreach (EnvironmentDefinition definition in new ExperimentCatalog().Environments.Entries)
        {
            string page = EnvironmentPage.Of(definition);
            JsonObject options = forms[definition.Id]["options"]!["properties"]!.AsObject();
            foreach (OptionInfo option in definition.Arguments())
            {
                Assert.True(options.ContainsKey(option.Key), $"{definition.Id}: {option.Key} is not in the schema");
                Assert.Contains($"| `{option.Key}` |", page, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>And every key of the other sections is on the page of options.</summary>
    [Fact]
    public void Every_key_of_experiment_files_is_on_the_page()
    {
        string page = ReferencePages.All(CommandLine.Create())["options.md"];
        Assert.All(ExperimentKeys.Of(new ExperimentReader(new ExperimentCatalog())),
            path => Assert.Contains($"`{path[(path.LastIndexOf('.') + 1)..]}`", page, StringComparison.Ordinal));
        Assert.All(new ExperimentCatalog().Algorithms.Names,
            name => Assert.Contains($"### algorithm: {name}\n", page, StringComparison.Ordinal));
    }
}
