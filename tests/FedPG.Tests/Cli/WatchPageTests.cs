using System.CommandLine;
using System.Globalization;
using System.Net;
using FedPG.Cli.Train;
using FedPG.Core.Options;
using FedPG.Tests.Cluster.Hosts;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cli;

/// <summary><c>--watch</c>: a page to this machine alone.</summary>
public sealed class WatchPageTests
{
    [Fact]
    public async Task The_page_shows_the_run_and_only_to_who_asks_here()
    {
        using var folder = new TemporaryFolder();
        string port = Ports.Free().ToString(CultureInfo.InvariantCulture);
        using WatchPage page = WatchPage.Of(Parsed("--watch", port))!;
        using var client = new HttpClient();
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Assert.Contains("No round yet", await client.GetStringAsync(page.Address, cancellation), StringComparison.Ordinal);
        RunTesting.Run(RunTesting.Experiment(), folder["run"]);
        page.Show(folder["run"]);
        string shown = await client.GetStringAsync(page.Address, cancellation);
        Assert.Contains("<h1>tiny</h1>", shown, StringComparison.Ordinal);
        Assert.Contains("location.reload()", shown, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(page.Address + "etc/passwd", cancellation)).StatusCode);
        using var other = new HttpRequestMessage(HttpMethod.Get, page.Address) { Headers = { Host = "evil.example:" + port } };
        Assert.False((await client.SendAsync(other, cancellation)).IsSuccessStatusCode);
        InvalidInputException taken = Assert.Throws<InvalidInputException>(() => WatchPage.Of(Parsed("--watch", port)));
        Assert.Contains("is not free", taken.Errors[0].Allowed, StringComparison.Ordinal);
        Assert.Throws<InvalidInputException>(() => WatchPage.Of(Parsed("--watch", "0")));
        Assert.Null(WatchPage.Of(Parsed()));
    }

    private static ParseResult Parsed(params string[] arguments) => new RootCommand { WatchPage.Option }.Parse(arguments);
}
