using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using FedPG.Envs;
using FedPG.Envs.Options;
using FedPG.Federation;
using FedPG.Federation.Experiment;
using FedPG.Federation.Runs;
using FedPG.Reporting.Statistics;

namespace FedPG.Cli;

/// <summary><c>fedpg bench</c>: whole workloads, timed over their training loop, median of several runs.</summary>
internal static class BenchCommand
{
    private const int DefaultRepeats = 5, MostRepeats = 1000;

    private static readonly string[] Names = [.. BenchWorkload.All.Keys, .. GradientBench.Sides.Keys];

    private static readonly Argument<string[]> Workloads = new("WORKLOAD") { Description = $"Which ones: {string.Join(", ", Names)} (default: all).", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<int> Threads = CommonOptions.Threads("Threads that run agents (default: all cores).");
    private static readonly Option<int> Repeats = new("--repeats") { Description = "Repeats that medians are taken of (default: 5).", HelpName = "N", DefaultValueFactory = _ => DefaultRepeats };
    private static readonly Option<string> Device = Devices.Option("Where tensors live; trajectories are played on the CPU.");
    private static readonly Option<bool> Json = new("--json") { Description = "One JSON document on stdout: a list with one object a workload." };

    public static Command Create()
    {
        var command = new Command("bench", "Times whole training workloads, and exact gradients (W3).") { Workloads, Threads, Repeats, Device, Json };
        CommonOptions.RequireWhole(Repeats, MostRepeats, $"must be a whole number from 1 to {MostRepeats}");
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        string[] names = parsed.GetValue(Workloads) is { Length: > 0 } given ? given : Names;
        Fault[] faults = [.. names.Where(n => !Names.Contains(n) && !GrowthBench.Has(n)).Select(n => new Fault("WORKLOAD", "", n, $"must be one of {string.Join(", ", Names)}, or {GrowthBench.Allowed}"))];
        if (faults.Length > 0) throw new InvalidInputException(faults);
        var settings = new BenchSettings(new ExecutionOptions(parsed.GetValue(Threads), Devices.Resolve(parsed.GetValue(Device)!)), parsed.GetValue(Repeats));
        var results = new JsonArray();
        foreach (string name in names)
        {
            PeakMemory.Reset();
            JsonObject result = GradientBench.Sides.ContainsKey(name) ? GradientBench.Measure(name, settings)
                : GrowthBench.Has(name) ? GrowthBench.Measure(name, settings.Execution)
                : Measure(BenchWorkload.All[name], settings);
            result["threads"] = settings.Execution.Threads;
            result["device"] = settings.Execution.Device.type.ToString().ToLowerInvariant();
            result["peakMemoryMiB"] = PeakMemory.MiB;
            results.Add((JsonNode)result);
            if (!parsed.GetValue(Json)) Print(name, settings.Execution.Threads, result);
        }
        if (parsed.GetValue(Json)) Console.WriteLine(results.ToJsonString(RunFolder.JsonOptions));
        return ExitCode.Ok;
    }

    private static void Print(string name, int threads, JsonObject result)
    {
        if (result["gradients"] is not null)
        {
            Console.WriteLine(FormattableString.Invariant(
                $"{name}  {threads} threads  {(double)result["milliseconds"]!:F3} ms for the gradients of {result["agents"]} agents, {result["states"]} states, {result["parameters"]} parameters; at most {result["peakMemoryMiB"]} MiB"));
            return;
        }
        if (result["milliseconds"] is { } milliseconds)
        {
            Console.WriteLine(FormattableString.Invariant(
                $"{name}  {threads} threads  {(double)milliseconds:F2} ms for the exact gradients of all {result["agents"]} agents (median of {result["repeats"]}, {(double)result["minimum"]!:F2} to {(double)result["maximum"]!:F2})"));
            return;
        }
        Console.WriteLine(FormattableString.Invariant($"{name}  {threads} threads  {(double)result["stepsPerSecond"]! / 1e6:F2} M env-steps/s (median of {result["repeats"]}, {(double)result["minimum"]! / 1e6:F2} to {(double)result["maximum"]! / 1e6:F2})"));
        if (result["environmentStepsPerSecond"] is { } alone)
        {
            Console.WriteLine(FormattableString.Invariant(
                $"    environment alone, 1 thread: {(double)alone / 1e6:F1} M steps/s; environment and policy, {threads} threads: {(double)result["environmentAndPolicyStepsPerSecond"]! / 1e6:F1} M steps/s"));
        }
    }

    private static JsonObject Measure(BenchWorkload workload, BenchSettings bench)
    {
        JsonObject result = MeasureTraining(workload, bench);
        if (workload.Sampling is { } settings)
        {
            Experiment experiment = workload.Experiment(0);
            result["environmentStepsPerSecond"] = Math.Round(FiniteBench.EnvironmentRate(experiment, settings));
            result["environmentAndPolicyStepsPerSecond"] = Math.Round(FiniteBench.PolicyRate(experiment, settings, bench.Execution));
        }
        else if (workload.Experiment(0).Environment is SteppedEnvironment environment)
        {
            result["environmentStepsPerSecond"] = Math.Round(SteppedBench.EnvironmentRate(environment));
            result["environmentAndPolicyStepsPerSecond"] = Math.Round(SteppedBench.PolicyRate(workload.Experiment(0), bench.Execution));
        }
        return result;
    }

    private static JsonObject MeasureTraining(BenchWorkload workload, BenchSettings bench)
    {
        var rates = new List<double>();
        _ = Rate(workload, bench.Execution, workload.WarmUpRounds);
        for (int k = 0; k < bench.Repeats; k++) rates.Add(Rate(workload, bench.Execution, workload.Rounds));
        rates.Sort();
        return new JsonObject
        {
            ["workload"] = workload.Name,
            ["stepsPerSecond"] = Math.Round(Intervals.Median(rates)),
            ["minimum"] = Math.Round(rates[0]),
            ["maximum"] = Math.Round(rates[^1]),
            ["rounds"] = workload.Rounds,
            ["repeats"] = bench.Repeats,
        };
    }

    private static double Rate(BenchWorkload workload, ExecutionOptions execution, int rounds)
    {
        Experiment experiment = workload.Experiment(rounds);
        using var federation = new Federation.Federation(experiment, execution, TimeProvider.System);
        var watch = new RoundClock(rounds);
        federation.Run(watch, checkpoint: null, CancellationToken.None);
        return watch.StepsPerSecond;
    }

    /// <summary>Times from the report of round 0, so that set-up and the first evaluation are left out, to that of the last.</summary>
    private sealed class RoundClock(int rounds) : IRoundSink
    {
        private long _started, _steps;

        public double StepsPerSecond { get; private set; }

        public void Report(RoundReport report)
        {
            if (report.Round == 0) (_started, _steps) = (Stopwatch.GetTimestamp(), report.EnvSteps);
            if (report.Round == rounds) StepsPerSecond = (report.EnvSteps - _steps) / Stopwatch.GetElapsedTime(_started).TotalSeconds;
        }
    }
}
