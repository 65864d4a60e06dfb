using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Federation;
using FedPG.Federation.Execution;
using TorchSharp;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

/// <summary>Small experiments, and runs of them in this process.</summary>
internal static class RunTesting
{
    /// <summary>The experiment that tests vary: five states, no terminal ones, so that every trajectory has the full length.</summary>
    public const string Tiny = """
        {
          "name": "tiny", "seed": 3, "dtype": "float32", "objective": "regret",
          "environment": { "id": "RandomMdp-v0", "agents": 4, "options": { "states": 5, "actions": 3 } },
          "policy": { "kind": "tabular-softmax" },
          "gradient": { "estimator": "gpomdp", "horizon": 5, "trajectories": 3, "baseline": "leave-one-out" },
          "federation": { "algorithm": "fast-fedpg", "rounds": 4, "localSteps": 3, "localStepSize": 0.5, "memory": "reuse" },
          "evaluateEvery": 1, "checkpointEvery": 2
        }
        """;

    public const string Neural = """policy={"kind":"neural-softmax","hidden":[6,5]}""";

    public static Experiment Experiment(params string[] assignments) =>
        ExperimentReader.Default.Read(JsonDocuments.Parse(System.Text.Encoding.UTF8.GetBytes(Tiny), "tiny.json"), "tiny.json",
            Environment.CurrentDirectory, assignments);

    public static TrainingRun Start(
        Experiment experiment, string folder, IRoundSink? sink = null, int threads = 1, int? block = null, TimeProvider? time = null) =>
        TrainingRun.Start(
            experiment, Execution(threads, block), folder, new JsonObject { ["fedpg"] = "test" }, sink ?? Sink.None,
            time ?? TimeProvider.System);

    public static TrainingRun? Resume(string folder, IRoundSink? sink = null, int threads = 1, int? block = null,
        ResumeChanges? changes = null) =>
        TrainingRun.Resume(
            folder, ExperimentReader.Default, _ => Execution(threads, block), sink ?? Sink.None, TimeProvider.System, changes: changes);

    public static RunSummary Run(Experiment experiment, string folder, int threads = 1, int? block = null)
    {
        using TrainingRun run = Start(experiment, folder, threads: threads, block: block);
        return run.Run(TestContext.Current.CancellationToken);
    }

    /// <summary>Runs until the given round is done, as if Ctrl+C came then.</summary>
    public static void RunUntil(int round, Experiment experiment, string folder, int threads = 1, int? block = null)
    {
        using var stop = new CancellationTokenSource();
        using TrainingRun run = Start(experiment, folder, new Sink(report => StopAt(report, round, stop)), threads, block);
        Assert.Equal("cancelled", run.Run(stop.Token).Status);
    }

    /// <summary>Resumes, and stops again when the given round is done; null to run to the end.</summary>
    public static void ResumeUntil(
        int? round, string folder, int threads = 1, int? block = null, ResumeChanges? changes = null)
    {
        using var stop = new CancellationTokenSource();
        using TrainingRun? run = Resume(folder, new Sink(report => StopAt(report, round, stop)), threads, block, changes);
        Assert.NotNull(run);
        Assert.Equal(round is null ? "finished" : "cancelled", run.Run(stop.Token).Status);
    }

    /// <summary>All that must not depend on threads, blocks and stops: the logs without the seconds, and the policy.</summary>
    public static string Bits(string folder) => string.Join("\n\n",
        new CsvFile(Path.Combine(folder, "metrics.csv")).Without("seconds"),
        File.ReadAllText(Path.Combine(folder, "agents.csv")),
        File.ReadAllText(Path.Combine(folder, "exchange.csv")),
        File.ReadAllText(Path.Combine(folder, "policy", "manifest.json")),
        string.Join('\n', Directory.EnumerateFiles(Path.Combine(folder, "policy"), "*.bin").Order(StringComparer.Ordinal)
            .Select(file => Convert.ToHexString(File.ReadAllBytes(file)))));

    /// <summary>
    /// The law of runs: neither threads nor blocks of agents nor stops change a bit. One run goes through by itself; the others are stopped
    /// after a round, begun with blocks of one agent on three threads and ended with other blocks on other threads.
    /// </summary>
    /// <param name="experiment">With checkpoints, and more rounds than the last stop.</param>
    /// <param name="folder">Where the runs are written: <c>whole</c>, and <c>stopped-ROUND</c>.</param>
    /// <param name="stops">After which rounds runs are stopped; one that is stopped after round 2 if empty.</param>
    /// <returns>The bits of the run.</returns>
    public static string AssertSameBits(Experiment experiment, TemporaryFolder folder, params int[] stops)
    {
        Run(experiment, folder["whole"]);
        string expected = Bits(folder["whole"]);
        foreach (int stop in stops.Length == 0 ? [2] : stops)
        {
            string stopped = folder[$"stopped-{stop}"];
            RunUntil(stop, experiment, stopped, threads: 3, block: 1);
            ResumeUntil(null, stopped, threads: 2, block: stop % 2 == 0 ? 2 : 4);
            Assert.True(expected == Bits(stopped), $"other bits with threads, blocks and a stop after round {stop}");
        }
        return expected;
    }

    /// <summary>The last round that a run, which may go on meanwhile, has written down; -1 where there is none yet.</summary>
    public static int RoundsOf(string folder)
    {
        string metrics = Path.Combine(folder, "metrics.csv");
        if (!File.Exists(metrics)) return -1;
        using var stream = new FileStream(metrics, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        // The first line holds the names, the second round 0.
        return reader.ReadToEnd().Count(c => c == '\n') - 2;
    }

    public static JsonElement Json(string path) => JsonDocuments.Parse(File.ReadAllBytes(path), path);

    public static void AssertNothingHalfWritten(string folder) =>
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder, "*.tmp", SearchOption.AllDirectories));

    public static ExecutionOptions Execution(int threads = 1, int? block = null) => new(threads, torch.CPU, block);

    private static void StopAt(RoundReport report, int? round, CancellationTokenSource stop)
    {
        if (report.Round == round) stop.Cancel();
    }
}

/// <summary>A sink that hands every report to a function.</summary>
internal sealed class Sink(Action<RoundReport> report) : IRoundSink
{
    public static Sink None { get; } = new(_ => { });

    public void Report(RoundReport round) => report(round);
}
