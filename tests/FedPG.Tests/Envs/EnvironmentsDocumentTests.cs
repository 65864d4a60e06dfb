using FedPG.Tests.Build;
using Xunit;

namespace FedPG.Tests.Envs;

public sealed class EnvironmentsDocumentTests
{
    private static readonly string Text = string.Concat(((string[])["README.md", "MiniGrid.md"]).Select(
        page => File.ReadAllText(Path.Combine(Repository.Root, "docs", "environments", page))));

    [Fact]
    public void The_page_leads_to_every_environment() =>
        Assert.All(EnvTesting.AllIds, id => Assert.Contains($"[{id}]({id}.md)", Text, StringComparison.Ordinal));
}
