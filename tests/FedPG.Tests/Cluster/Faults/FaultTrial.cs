using FedPG.Tests.Cluster.Hosts;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cluster.Faults;

/// <summary>
/// A run on a cluster of real processes that something happens to, and that has to end in the bits of a run in one process.
/// </summary>
internal sealed class FaultTrial : IDisposable
{
    /// <summary>No step of a test takes as long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>From a fault to the end of the round that it fell into, in time that the machine had for it.</summary>
    public static readonly TimeSpan Recovery = TimeSpan.FromSeconds(5);

    /// <summary>For trials in which nobody may be given up for being silent, however busy the machine is, in seconds.</summary>
    public const int Endless = 600;

    /// <summary>For trials in which somebody falls silent, in seconds.</summary>
    public const int Short = 3;

    public const int Seed = 3, Agents = 8, LocalSteps = 3;
    private readonly FaultBasis _basis;
    private readonly TemporaryFolder _folder = new();
    private readonly List<HostProcess> _processes = [];
    private readonly ITestHost _home;
    private readonly string[] _cluster;
    private readonly string _experiment;

    /// <summary>Prepares a run; nothing is started.</summary>
    /// <param name="basis">What the tests share.</param>
    /// <param name="rounds">T.</param>
    /// <param name="home">The host of the process that trains; this machine unless told otherwise.</param>
    /// <param name="membership">What keeps the list of members; the process that trains unless told otherwise.</param>
    /// <param name="patience">How long others may be silent, in seconds. A process that has ended is noticed at once all the same.</param>
    public FaultTrial(FaultBasis basis, int rounds, ITestHost? home = null, string? membership = null, int patience = Endless)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The signals are those of Linux.");
        (_basis, _home, Rounds) = (basis, home ?? ThisMachine.Instance, rounds);
        Gate = new Gate(_folder["gate"]);
        Port = Ports.Free();
        _cluster = ["--cluster", membership ?? $"{_home.Address}:{Port}", "--patience", $"{patience}"];
        _experiment = $$"""
            { "seed": {{Seed}}, "environment": { "id": "{{Gate.EnvironmentId}}", "agents": {{Agents}}, "options": { "heterogeneity": 1 } },
              "policy": { "kind": "neural-softmax", "hidden": [8] }, "gradient": { "horizon": 8, "trajectories": 2 },
              "federation": { "algorithm": "fast-fedpg", "memory": "fresh", "rounds": {{rounds}}, "localSteps": {{LocalSteps}},
                "localStepSize": 0.1 },
              "checkpointEvery": 5, "evaluationEpisodes": 4 }
            """;
        File.WriteAllText(_folder["e.json"], _experiment);
    }

    public int Rounds { get; }

    /// <summary>Where workers wait when a test says so.</summary>
    public Gate Gate { get; }

    /// <summary>What <c>--cluster</c> is given.</summary>
    public string Address => _cluster[1];

    /// <summary>The port of the process that trains.</summary>
    public int Port { get; }

    public string Run => _folder["run"];

    public int RoundsDone => RunTesting.RoundsOf(Run);

    /// <summary>The process that trains, started last.</summary>
    public HostProcess Server { get; private set; } = null!;

    /// <summary>Starts the process that trains.</summary>
    public void Train(int workers = 1) => Server = StartServer("train", "e.json", "--out", "run", "--workers", $"{workers}");

    /// <summary>Goes on with the run.</summary>
    public void Resume(int workers = 1) => Server = StartServer("train", "--resume", "run", "--workers", $"{workers}");

    /// <summary>Starts a worker that offers one core.</summary>
    public HostProcess StartWorker(ITestHost? host = null, int? port = null, bool outbound = false)
    {
        host ??= ThisMachine.Instance;
        string[] at = [.. port is null ? [] : new[] { "--port", $"{port}" }, .. outbound ? ["--outbound"] : Array.Empty<string>()];
        return Keep(FedpgProcess.Start(
            host, $"worker {_processes.Count}", _folder.FullPath, Gate.Variables,
            ["worker", .. _cluster, "--listen", $"{host.Address}", .. at, "--threads", "1", "--plugin", _basis.Plugin]));
    }

    /// <summary>Has whoever computes a batch wait there.</summary>
    public Gate.Hold Hold(int agent, int round, int batch) => Gate.Set(Seed, agent, round, batch);

    /// <summary>Waits until a worker waits, and tells which.</summary>
    public HostProcess WaitForHolder(Gate.Hold hold)
    {
        Server.WaitFor(() => hold.IsReached, Patience, "worker at the gate");
        return _processes.Single(p => p.Id == hold.Process);
    }

    /// <summary>Waits for a round.</summary>
    public void WaitForRound(int round) => Server.WaitForRound(Run, round, Patience);

    /// <summary>Waits until so many workers have joined, those that did so again included.</summary>
    public void WaitForJoins(int number) =>
        Server.WaitFor(() => Server.Text.Split("has joined").Length > number, Patience, $"join {number}");

    /// <summary>Does something bad, and asserts that the round it falls into ends soon all the same.</summary>
    /// <returns>How long that took.</returns>
    public TimeSpan Survive(Action fault)
    {
        int before = RoundsDone;
        fault();
        TimeSpan taken = Server.WaitForRound(Run, before + 1, Patience);
        TestContext.Current.SendDiagnosticMessage($"recovery in {taken.TotalSeconds:F2} s");
        Assert.True(taken < Recovery, $"round {before + 1} ended {taken.TotalSeconds:F2} s after the fault:\n{Server.Text}");
        return taken;
    }

    /// <summary>Waits for the end of the run and asserts that nobody can tell it from one in one process.</summary>
    public void AssertSameBits()
    {
        Assert.True(Server.WaitForExit(Patience) == 0, Server.Text);
        Assert.Equal(Enumerable.Range(0, Rounds + 1).Select(t => (long)t), new CsvFile(Path.Combine(Run, "metrics.csv")).Whole("round"));
        Assert.Equal(_basis.BitsOf(_experiment), RunTesting.Bits(Run));
        RunTesting.AssertNothingHalfWritten(Run);
    }

    public void Dispose()
    {
        foreach (HostProcess process in _processes) process.Dispose();
        _folder.Dispose();
    }

    private HostProcess StartServer(params string[] arguments) => Keep(FedpgProcess.Start(
        _home, "train", _folder.FullPath, null, [.. arguments, .. _cluster, "--listen", $"{_home.Address}", "--port", $"{Port}",
            "--threads", "1", "--plugin", _basis.Plugin]));

    private HostProcess Keep(HostProcess process)
    {
        _processes.Add(process);
        return process;
    }
}
