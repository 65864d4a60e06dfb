using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Core.Statistics;
using FedPG.Experiments;
using FedPG.Federation;
using FedPG.Policies;

namespace FedPG.Cli.Bench;

/// <summary>
/// Time and memory of a gradient as one size grows: <c>agents=N</c> (a table of 100 states), <c>networks=N</c> (a 64-64 network on 100
/// states), <c>states=S</c> (16 agents with tables), <c>exact=S</c> (the same, exact gradients) and <c>width=h</c> (16 agents with an h-h
/// network on 100 states). A process for each case, for its peak of memory.
/// </summary>
internal static class GrowthBench
{
    private const int LocalSteps = 10;
    private const double WarmUpSeconds = 0.5, Seconds = 0.3;

    private static readonly string[] Kinds = ["agents", "networks", "states", "exact", "width"];

    /// <summary>What is allowed, for messages.</summary>
    public const string Allowed = "agents=N, networks=N, width=h, states=S or exact=S (S a square number)";

    /// <summary>Whether a name is that of a case.</summary>
    public static bool Has(string name) => Read(name) is not null;

    /// <summary>
    /// Trains: rounds of half a second that do not count, one at least, and then as many repeats, each of rounds that take a third of a
    /// second, one at least.
    /// </summary>
    /// <exception cref="InvalidInputException">The rows of the agents alone are more than the memory that is free.</exception>
    public static JsonObject Measure(string name, BenchSettings bench)
    {
        (string kind, int size) = Read(name)!.Value;
        int agents = kind is "agents" or "networks" ? size : 16, side = kind is "states" or "exact" ? (int)Math.Sqrt(size) : 10;
        string policy = kind switch
        {
            "width" => Invariant($$"""{ "kind": "neural-softmax", "hidden": [{{size}}, {{size}}] }"""),
            "networks" => """{ "kind": "neural-softmax", "hidden": [64, 64] }""",
            _ => """{ "kind": "tabular-softmax" }""",
        };
        string json = BenchWorkload.Grid("growth", policy, 0.002, 1_000_000, agents, side);
        if (kind == "exact") json = json.Replace("\"gpomdp\"", "\"exact\"", StringComparison.Ordinal);
        Experiment experiment = BenchWorkload.Read(name, json);
        RequireMemory(name, agents, experiment);
        using var federation = new TrainingLoop(experiment, bench.Execution, TimeProvider.System);
        using var clock = new Clock(bench.Repeats);
        federation.Run(clock, checkpoint: null, clock.Token);
        var result = new JsonObject
        {
            ["workload"] = name,
            ["agents"] = agents,
            ["states"] = side * side,
            ["parameters"] = federation.Layout.Length,
            ["gradients"] = clock.Rounds * (LocalSteps + 1),
            ["repeats"] = bench.Repeats,
        };
        if (kind == "exact") result["products"] = GradientBench.Products(experiment);
        Spread.Of([.. clock.Repeats.Select(round => round / (LocalSteps + 1))]).WriteTo(result, "milliseconds", "", 4);
        return result;
    }

    /// <summary>
    /// An agent has parameters, a memory, a direction and the gradient it is written from. The system would promise the memory, and end the
    /// process when it is written to.
    /// </summary>
    private static void RequireMemory(string name, int agents, Experiment experiment)
    {
        using Policy policy = experiment.CreatePolicy(new TensorFormat(experiment.Dtype, TorchSharp.torch.CPU));
        double needed = 4.0 * agents * policy.Layout.Length * policy.Format.ElementSize;
        // What others have in use is as of the last collection.
        GC.Collect(0);
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        double all = memory.TotalAvailableMemoryBytes, free = all - memory.MemoryLoadBytes;
        if (needed <= free) return;
        throw new InvalidInputException(new ValidationError("WORKLOAD", "", name,
            string.Create(CultureInfo.InvariantCulture,
                $"needs {needed / (1 << 30):F0} GiB for the rows of {agents} agents with {policy.Layout.Length} parameters; "
                    + $"{free / (1 << 30):F1} of {all / (1 << 30):F1} GiB are free")));
    }

    private static (string Kind, int Size)? Read(string name)
    {
        string[] parts = name.Split('=');
        if (parts.Length != 2 || !Kinds.Contains(parts[0])
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int size) || size < 1)
            return null;
        return parts[0] is "states" or "exact" && (int)Math.Sqrt(size) * (int)Math.Sqrt(size) != size ? null : (parts[0], size);
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    /// <summary>Takes the time of every round, and ends the run.</summary>
    private sealed class Clock(int repeats) : IRoundSink, IDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly List<double> _rounds = [];
        private long _last;
        private bool _warm;

        public CancellationToken Token => _end.Token;

        /// <summary>The median milliseconds of a round, for each repeat.</summary>
        public List<double> Repeats { get; } = [];

        /// <summary>The rounds of all repeats.</summary>
        public int Rounds { get; private set; }

        public void Report(RoundReport report)
        {
            if (report.Round > 0)
            {
                _rounds.Add(Stopwatch.GetElapsedTime(_last).TotalMilliseconds);
                if (_rounds.Sum() >= 1000 * (_warm ? Seconds : WarmUpSeconds)) EndRepeat();
            }
            _last = Stopwatch.GetTimestamp();
        }

        public void Dispose() => _end.Dispose();

        private void EndRepeat()
        {
            if (_warm)
            {
                Repeats.Add(Intervals.Median([.. _rounds.Order()]));
                Rounds += _rounds.Count;
            }
            _warm = true;
            _rounds.Clear();
            if (Repeats.Count == repeats) _end.Cancel();
        }
    }
}
