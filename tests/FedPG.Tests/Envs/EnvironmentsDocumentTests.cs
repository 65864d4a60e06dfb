using FedPG.Tests.Build;
using Xunit;

namespace FedPG.Tests.Envs;

public sealed class EnvironmentsDocumentTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "environments", "README.md"));

    [Fact]
    public void The_page_leads_to_every_environment() =>
        Assert.All(EnvTesting.AllIds, id => Assert.Contains($"[{id}]({id}.md)", Text, StringComparison.Ordinal));
}
