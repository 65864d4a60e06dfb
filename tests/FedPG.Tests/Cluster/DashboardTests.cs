using System.Globalization;
using System.Text.Json;
using FedPG.Tests.Build;
using FedPG.Tests.Cli;
using FedPG.Tests.Cluster.Hosts;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cluster;

/// <summary>The dashboard of the engine, as a program of its own that looks on.</summary>
[Collection(ClusterGroup.Name)]
public sealed class DashboardTests
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

    [Fact]
    public async Task It_shows_the_members_of_a_cluster_and_changes_no_bit_of_the_run()
    {
        using var folder = new TemporaryFolder();
        using var cluster = new LocalCluster(folder);
        File.WriteAllText(folder["e.json"], RunTesting.Tiny);
        RunTesting.Run(RunTesting.Experiment("federation.rounds=3000", "checkpointEvery=0"), folder["local"]);
        cluster.StartWorkers(1);
        using Fedpg.Started training = cluster.StartTraining("run", 1, "e.json", "--set", "federation.rounds=3000", "--set",
            "checkpointEvery=0");
        training.WaitUntil(() => RunTesting.RoundsOf(folder["run"]) >= 1);
        string port = Ports.Free().ToString(CultureInfo.InvariantCulture);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = TimeSpan.FromSeconds(5) };
        using (Fedpg.Started dashboard = Start(folder, "--cluster", cluster.Address, "--web-port", port))
        {
            string page = await UntilAsync(client, "", text => text.Contains("<html", StringComparison.OrdinalIgnoreCase));
            Assert.Contains("Orleans", page, StringComparison.Ordinal);
            // The process that trains, the worker, and the dashboard itself.
            string counters = await UntilAsync(client, "DashboardCounters",
                text => text.StartsWith('{') && JsonDocument.Parse(text).RootElement.GetProperty("hosts").GetArrayLength() == 3);
            Assert.Contains("fedpg", counters, StringComparison.OrdinalIgnoreCase);
        }
        Outcome outcome = training.Wait();
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.Equal(RunTesting.Bits(folder["local"]), RunTesting.Bits(folder["run"]));
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
