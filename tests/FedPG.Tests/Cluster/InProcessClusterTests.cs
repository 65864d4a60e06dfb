using System.Net;
using FedPG.Cluster.Hosting;
using FedPG.Cluster.Membership;
using FedPG.Cluster.Server;
using FedPG.Cluster.Wire;
using FedPG.Cluster.Worker;
using FedPG.Experiments;
using FedPG.Experiments.Runs;
using FedPG.Federation.Execution;
using FedPG.Tests.Cluster.Hosts;
using FedPG.Tests.Experiments.Runs;
using TorchSharp;
using Xunit;

namespace FedPG.Tests.Cluster;

/// <summary>Server and workers on the real engine, in this process: what needs a look inside.</summary>
[Collection(ClusterGroup.Name)]
public sealed class InProcessClusterTests
{
    private static readonly string[] Compressed = ["federation.agentTopK=3", "federation.serverTopK=2"];
    private static readonly Software Same = new("test", "test", []);

    [Fact]
    public async Task A_worker_of_another_version_is_refused_with_both_named()
    {
        ClusterSettings settings = Settings();
        using ClusterServer server = ClusterServer.Start(settings, _ => { }, TimeProvider.System, Same,
            TestContext.Current.CancellationToken);
        var worker = new ClusterWorker(settings with { Port = null }, 1, _ => { }, TimeProvider.System, new WorkerPlace(),
            Same with { Version = "other" });
        string? refusal = await worker.RunAsync(TestContext.Current.CancellationToken);
        Assert.Contains("FedPG.Torch other, and the run is of FedPG.Torch test", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fedavg", "full", 4, 1)]
    [InlineData("fedavg", "float16", 4, 2)]
    [InlineData("fedlin", "full", 4, 4)]
    [InlineData("fedlin", "float16", 3, 1)]
    public async Task Measured_bytes_are_the_documented_ones(string algorithm, string messages, int agents, int workers)
    {
        // A block an agent, so that each agent's vectors come up alone; what goes down crosses once a
        // worker. With fedlin, entries that are compressed.
        Experiment experiment = RunTesting.Experiment([$"federation.algorithm={algorithm}", $"federation.messages={messages}",
            $"environment.agents={agents}", .. algorithm == "fedlin" ? Compressed : []]);
        using var folder = new TemporaryFolder();
        (ClusterStatus status, RunSummary summary) = await TrainAsync(experiment, folder["run"], blockSize: 1, workers);
        // What the last round sends is for a round that does not come: it waits with the server, unless
        // the last checkpoint asks agents for what they keep.
        var exchange = new CsvFile(Path.Combine(folder["run"], "exchange.csv"));
        long last = exchange.Rows.Zip(exchange.Whole("bytes")).Where(r => r.First[0] == "4" && r.First[2] == "down").Sum(r => r.Second);
        long waiting = algorithm == "fedavg" ? last : 0;
        Assert.Equal(summary.BytesUp, status.BytesReceived);
        Assert.Equal((summary.BytesDown - waiting) / agents * workers, status.BytesSent);
    }

    private static async Task<(ClusterStatus Status, RunSummary Summary)> TrainAsync(Experiment experiment, string folder,
        int? blockSize, int workers)
    {
        ClusterSettings settings = Settings();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<string?>[] running = [.. Enumerable.Range(0, workers)
            .Select(_ =>
                new ClusterWorker(settings with { Port = null }, 1, _ => { }, TimeProvider.System, new WorkerPlace(), Same).RunAsync(
                    stop.Token))];
        try
        {
            return await Task.Run(() =>
            {
                using ClusterServer server = ClusterServer.Start(settings, _ => { }, TimeProvider.System, Same, stop.Token);
                var execution = new ExecutionOptions(1,
                    torch.CPU) { CreateAgents = setup => server.CreateAgents(setup, workers, blockSize, null) };
                using TrainingRun run = TrainingRun.Start(experiment, execution, folder, [], Sink.None, TimeProvider.System);
                RunSummary summary = run.Run(stop.Token);
                return (ClusterServer.StatusOf(settings), summary);
            });
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(running);
        }
    }

    private static ClusterSettings Settings()
    {
        int port = Ports.Free();
        return new ClusterSettings(ClusterAddress.Parse($"127.0.0.1:{port}"), "test", IPAddress.Loopback, port, "");
    }
}
