using FedPG.Cli.Env;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.LinearQuadratic;
using FedPG.Envs.Tabular;
using FedPG.Experiments;
using FedPG.Tests.Build;
using Xunit;

namespace FedPG.Tests.Envs;

public sealed class EnvironmentPagesTests
{
    public static TheoryData<string> Ids => [.. new ExperimentCatalog().Environments.Ids];

    /// <summary>To write a page anew: <c>fedpg env info ID --markdown > docs/environments/ID.md</c>.</summary>
    [Theory]
    [MemberData(nameof(Ids))]
    public void The_page_says_what_the_definition_says(string id)
    {
        string file = Path.Combine(Repository.Root, "docs", "environments", id + ".md");
        Assert.True(File.Exists(file), $"docs/environments/{id}.md is missing; write it with: fedpg env info {id} --markdown");
        Assert.Equal(EnvironmentPage.Of(ExperimentCatalog.Default.Environments.Find(id)!), File.ReadAllText(file).ReplaceLineEndings("\n"));
    }

    /// <summary>Wherever our own solver knows the optimum, the page states it.</summary>
    [Theory]
    [MemberData(nameof(Ids))]
    public void The_page_states_the_optimum_where_it_is_known(string id)
    {
        ConfiguredEnvironment? configured = ExperimentCatalog.Default.Environments.Configure(id, 1, default, EnvironmentKeys.CommandLine,
            new ValidationErrors("defaults"));
        Assert.Equal(
            configured!.Build() is FiniteMdp or LinearQuadraticProblem,
            EnvironmentPage.Of(ExperimentCatalog.Default.Environments.Find(id)!)
                .Contains("computed by our own solver", StringComparison.Ordinal));
    }

    [Fact]
    public void There_is_no_page_of_an_environment_that_is_gone() =>
        Assert.Empty(Directory.GetFiles(Path.Combine(Repository.Root, "docs", "environments"), "*-v*.md")
            .Select(Path.GetFileNameWithoutExtension).Except(new ExperimentCatalog().Environments.Ids));
}
