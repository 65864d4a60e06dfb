using System.Globalization;
using System.Text.Json;
using FedPG.Tests.Build;
using FedPG.Tests.Cli;
using FedPG.Tests.Cluster.Faults;
using FedPG.Tests.Cluster.Hosts;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cluster;

/// <summary>The dashboard of the engine, as a program of its own that looks on.</summary>
[Collection(ClusterGroup.Name)]
public sealed class DashboardTests(FaultBasis basis)
{
    private static string Program
    {
        get
        {
            string configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}",
                StringComparison.Ordinal) ? "Release" : "Debug";
            return Path.Combine(Repository.Root, "src", "Dashboard", "bin", configuration, "net10.0", "fedpg-dashboard.dll");
        }
    }

    /// <summary>The run waits in the middle of a round until the page has been seen, and ends while the dashboard looks on.</summary>
    [Fact]
    public async Task It_shows_the_members_of_a_cluster_and_changes_no_bit_of_the_run()
    {
        using var folder = new TemporaryFolder();
        using var trial = new FaultTrial(basis, rounds: 12);
        trial.StartWorker();
        Gate.Hold hold = trial.Hold(agent: 3, round: 2, batch: 1);
        trial.Train();
        trial.WaitForHolder(hold);
        string port = Ports.Free().ToString(CultureInfo.InvariantCulture);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = TimeSpan.FromSeconds(5) };
        using Fedpg.Started dashboard = Start(folder, "--cluster", trial.Address, "--web-port", port);
        string page = await UntilAsync(client, "", text => text.Contains("<html", StringComparison.OrdinalIgnoreCase));
        Assert.Contains("Orleans", page, StringComparison.Ordinal);
        // The process that trains, the worker, and the dashboard itself.
        string counters = await UntilAsync(client, "DashboardCounters",
            text => text.StartsWith('{') && JsonDocument.Parse(text).RootElement.GetProperty("hosts").GetArrayLength() == 3);
        Assert.Contains("fedpg", counters, StringComparison.OrdinalIgnoreCase);
        hold.Open();
        trial.AssertSameBits();
    }

    [Theory]
    [InlineData("--cluster", "ftp://x")]
    [InlineData("--listen", "here")]
    public void Wrong_options_are_bad_input(string option, string value)
    {
        using var folder = new TemporaryFolder();
        using Fedpg.Started dashboard = Start(folder, option, value);
        Outcome outcome = dashboard.Wait();
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(option, outcome.Errors, StringComparison.Ordinal);
    }

    private static Fedpg.Started Start(TemporaryFolder folder, params string[] arguments) =>
        Fedpg.Start(folder.FullPath, new Dictionary<string, string>(), arguments, Program);

    private static async Task<string> UntilAsync(HttpClient client, string path, Func<string, bool> isThere)
    {
        string last = "";
        for (int k = 0; k < 300; k++)
        {
            try
            {
                last = await client.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
                if (isThere(last)) return last;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                last = e.Message;
            }
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        throw new InvalidOperationException($"{path}: {last}");
    }
}
