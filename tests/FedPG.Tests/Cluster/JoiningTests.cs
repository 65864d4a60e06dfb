using System.Net;
using System.Net.Sockets;
using FedPG.Tests.Cli;
using FedPG.Tests.Experiments.Plugins;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cluster;

/// <summary>Who may join, what is said to those who may not, and what a cluster tells of itself.</summary>
[Collection(ClusterGroup.Name)]
public sealed class JoiningTests
{
    [Fact]
    public void A_worker_without_the_secret_is_refused_and_one_with_it_works()
    {
        using var folder = new TemporaryFolder();
        using var cluster = new LocalCluster(folder);
        File.WriteAllText(folder["e.json"], RunTesting.Tiny);
        File.WriteAllText(folder["secret"], "open sesame");
        using Fedpg.Started training = cluster.StartTraining("run", 1, "e.json", "--secret-file", "secret");
        Outcome refused = cluster.StartWorker().Wait();
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("its secret is not the server's", refused.Errors, StringComparison.Ordinal);
        Outcome stranger = Fedpg.Run(folder.FullPath, "cluster", "status", "--cluster", cluster.Address);
        Assert.Equal(2, stranger.ExitCode);
        Assert.Contains("its secret is not the server's", stranger.Errors, StringComparison.Ordinal);
        Outcome outbound = cluster.StartWorker("--outbound").Wait();
        Assert.Equal(1, outbound.ExitCode);
        Assert.Contains("its secret is not the server's", outbound.Errors, StringComparison.Ordinal);
        cluster.StartWorker("--secret-file", "secret");
        Outcome outcome = training.Wait();
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.Contains("is refused", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_worker_without_the_plugin_of_the_run_or_with_another_limit_of_messages_is_refused_and_told_how_to_do_better()
    {
        using var folder = new TemporaryFolder();
        using var cluster = new LocalCluster(folder);
        File.WriteAllText(folder["e.json"], RunTesting.Tiny);
        using Fedpg.Started training = cluster.StartTraining("run", 1, "e.json", "--plugin", SamplePlugin.File);
        Outcome refused = cluster.StartWorker().Wait();
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("--plugin Orchard.dll", refused.Errors, StringComparison.Ordinal);
        refused = cluster.StartWorker("--message-limit", "1", "--plugin", SamplePlugin.File).Wait();
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("its --message-limit is 1 MiB, and the run's is 256", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_runs_at_one_address_are_one_too_many_even_when_they_start_together()
    {
        using var folder = new TemporaryFolder();
        using var cluster = new LocalCluster(folder);
        File.WriteAllText(folder["e.json"], RunTesting.Tiny);
        using Fedpg.Started first = cluster.StartTraining("first", 1, "e.json"), second = cluster.StartTraining("second", 1, "e.json");
        Task<Outcome>[] both = [Task.Run(first.Wait, TestContext.Current.CancellationToken),
            Task.Run(second.Wait, TestContext.Current.CancellationToken)];
        Task<Outcome> refused = await Task.WhenAny(both);
        Outcome outcome = await refused;
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains($"fedpg: cannot listen at {cluster.Address}: another process does", outcome.Errors, StringComparison.Ordinal);
        cluster.StartWorker();
        Assert.Equal(0, (await (refused == both[0] ? both[1] : both[0])).ExitCode);
        Assert.False(Directory.Exists(folder[refused == both[0] ? "first" : "second"]));
    }

    [Fact]
    public void A_port_that_a_worker_cannot_have_is_named()
    {
        using var folder = new TemporaryFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        Outcome outcome = Fedpg.Run(folder.FullPath, "worker", "--port", $"{((IPEndPoint)taken.LocalEndpoint).Port}");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains($"fedpg: cannot listen at {taken.LocalEndpoint}: another process does", outcome.Errors, StringComparison.Ordinal);
        Outcome foreign = Fedpg.Run(folder.FullPath, "worker", "--listen", "192.0.2.1");
        Assert.Equal(1, foreign.ExitCode);
        Assert.Contains("this machine does not have that address", foreign.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Status_names_the_run_its_workers_and_their_blocks()
    {
        using var folder = new TemporaryFolder();
        using var cluster = new LocalCluster(folder);
        File.WriteAllText(folder["e.json"], RunTesting.Tiny);
        cluster.StartWorkers(2);
        using Fedpg.Started training = cluster.StartTraining("run", 2, "e.json", "--set", "federation.rounds=100000");
        training.WaitUntil(() => RunTesting.RoundsOf(folder["run"]) >= 5);
        Outcome outcome = Fedpg.Run(folder.FullPath, "cluster", "status", "--cluster", cluster.Address, "--json");
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        File.WriteAllText(folder["status.json"], outcome.Output);
        System.Text.Json.JsonElement status = RunTesting.Json(folder["status.json"]);
        Assert.Equal("tiny", status.GetProperty("run").GetString());
        Assert.Equal(2, status.GetProperty("workers").GetArrayLength());
        Assert.Equal(status.GetProperty("blocks").GetInt32(),
            status.GetProperty("workers").EnumerateArray().Sum(w => w.GetProperty("blocks").GetInt32()));
        Assert.True(status.GetProperty("roundsPerSecond").GetDouble() > 0);
    }

    [Fact]
    public void Wrong_options_are_bad_input_before_anything_is_opened()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(folder["full"]).FullName, "x"), "");
        foreach ((string[] arguments, string said) in new (string[], string)[]
        {
            (["train", "--workers", "2"], "--workers: means nothing without --cluster"),
            (["train", "--cluster", "ftp://x"], "--cluster"),
            (["worker", "--listen", "0.0.0.0"], "--listen"),
            (["train", "--cluster", "localhost", "--sites", "a:0"], "--sites"),
            (["worker", "--state", "x"], "--state"),
            (["worker", "--site", "a", "--state", "/dev/null/x"], "--state: /dev/null/x; must be a folder that can be written"),
            (["worker", "--cluster", "192.0.2.1"], "--listen: 127.0.0.1; must be an address at which 192.0.2.1 reaches this machine"),
            (["train", "--cluster", "localhost:24999", "--out", "full"], "--out: full; is not empty"),
            (["train", "--cluster", "192.0.2.1"], "--listen: 127.0.0.1; must be the address that --cluster says this process is at"),
        })
        {
            Outcome outcome = Fedpg.Run(folder.FullPath, arguments);
            Assert.Equal(2, outcome.ExitCode);
            Assert.Contains(said, outcome.Errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", outcome.Errors, StringComparison.Ordinal);
        }
    }
}
