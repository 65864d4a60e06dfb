using System.Globalization;
using System.Net;
using FedPG.Cluster.Hosting;
using FedPG.Cluster.Membership;
using FedPG.Cluster.Server;
using FedPG.Cluster.Wire;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Federation.Execution;
using FedPG.Tests.Cli;
using FedPG.Tests.Cluster.Hosts;
using FedPG.Tests.Experiments.Runs;
using TorchSharp;
using Xunit;

namespace FedPG.Tests.Cluster;

/// <summary>
/// Clusters of real processes compete for cores and must find each other dead within seconds: one of
/// these tests at a time, beside tests of other kinds.
/// </summary>
[CollectionDefinition(Name)]
public sealed class ClusterGroup
{
    public const string Name = "cluster";
}

/// <summary>A cluster on this machine: a port of its own, and the workers that were started.</summary>
internal sealed class LocalCluster : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private readonly TemporaryFolder _folder;
    private readonly int _port = Ports.Free();
    private readonly List<Fedpg.Started> _workers = [];
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private ClusterServer? _server;

    public LocalCluster(TemporaryFolder folder) => _folder = folder;

    /// <summary>What <c>--cluster</c> is given.</summary>
    public string Address => $"127.0.0.1:{_port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Starts workers of one thread each until there are so many.</summary>
    public void StartWorkers(int workers)
    {
        while (_workers.Count < workers) StartWorker();
    }

    public Fedpg.Started StartWorker(params string[] more) => StartWorker(new Dictionary<string, string>(), more);

    /// <summary>The same with variables of its environment.</summary>
    public Fedpg.Started StartWorker(IReadOnlyDictionary<string, string> environment, params string[] more)
    {
        Fedpg.Started worker =
            Fedpg.Start(_folder.FullPath, environment, ["worker", "--cluster", Address, "--threads", "1", .. more]);
        _workers.Add(worker);
        return worker;
    }

    /// <summary>Runs an experiment of the folder when so many workers are there.</summary>
    public string Train(string run, int workers, params string[] arguments)
    {
        using Fedpg.Started training = StartTraining(run, workers, arguments);
        Outcome outcome = training.Wait();
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        return _folder[run];
    }

    /// <summary>
    /// The same with this process as the one that trains: where tests differ in what is trained only, nobody has to start anew each time.
    /// </summary>
    public string TrainHere(string run, int workers, Experiment experiment, int? blockSize = null)
    {
        Here(workers, blockSize, execution => TrainingRun.Start(experiment, execution, _folder[run], [], Sink.None, TimeProvider.System));
        return _folder[run];
    }

    /// <summary>Goes on with a run, with this process as the one that trains.</summary>
    public void ResumeHere(string run, int workers) =>
        Here(workers, null,
            execution => TrainingRun.Resume(_folder[run], ExperimentReader.Default, _ => execution, Sink.None, TimeProvider.System)!);

    public Fedpg.Started StartTraining(string run, int workers, params string[] arguments) =>
        Fedpg.Start(_folder.FullPath, TrainArguments(run, workers, arguments));

    public void Dispose()
    {
        _server?.Dispose();
        _stop.Dispose();
        foreach (Fedpg.Started worker in _workers) worker.Dispose();
    }

    /// <summary>Runs are done one after another by one server, as workers wait for the next of them.</summary>
    private void Here(int workers, int? blockSize, Func<ExecutionOptions, TrainingRun> open)
    {
        _stop.CancelAfter(Patience);
        // Plug-ins that other tests have loaded into this process are not needed.
        _server ??= ClusterServer.Start(
            new ClusterSettings(ClusterAddress.Parse(Address), "fedpg", IPAddress.Loopback, _port, ""), _ => { }, TimeProvider.System,
            Software.Own() with { Plugins = [] }, _stop.Token);
        using TrainingRun run =
            open(new ExecutionOptions(1, torch.CPU) { CreateAgents = setup => _server.CreateAgents(setup, workers, blockSize, null) });
        Assert.Equal("finished", run.Run(_stop.Token).Status);
    }

    private string[] TrainArguments(string run, int workers, string[] arguments) =>
        ["train", .. arguments, "--out", run, "--threads", "1", "--cluster", Address, "--workers",
            workers.ToString(CultureInfo.InvariantCulture)];
}

/// <summary>A run of half a second in one process and of a few on a cluster: long enough for something to happen in it.</summary>
internal static class SlowRun
{
    private static readonly string[] Assignments = ["federation.rounds=60", "gradient.trajectories=400", "environment.agents=8"];

    /// <summary>What <c>train</c> is given in a folder that is prepared.</summary>
    public static string[] Arguments => ["e.json", .. Assignments.SelectMany(a => (string[])["--set", a])];

    /// <summary>Writes the experiment into a folder, and gives the bits of the run in this process.</summary>
    public static string Prepare(TemporaryFolder folder)
    {
        File.WriteAllText(folder["e.json"], RunTesting.Tiny);
        RunTesting.Run(RunTesting.Experiment(Assignments), folder["local"]);
        return RunTesting.Bits(folder["local"]);
    }
}
