using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using FedPG.Cli.Common;
using FedPG.Core.Options;
using FedPG.Envs.Episodic;
using FedPG.Experiments;
using FedPG.Experiments.Runs;
using FedPG.Federation;
using FedPG.Federation.Execution;

namespace FedPG.Cli.Bench;

/// <summary><c>fedpg bench</c>: whole workloads, timed over their training loop, median of several runs.</summary>
internal static class BenchCommand
{
    private const int DefaultRepeats = 5, MaxRepeats = 1000;

    private static readonly string[] Large = ["W2-1024", "W4-4096"];
    private static readonly string[] Names = [.. BenchWorkload.All.Keys.Except(Large), .. GradientBench.Sides.Keys,
        .. LearningWorkload.All.Keys, .. Large];

    /// <summary>What takes minutes, or all memory.</summary>
    private static readonly string[] NotByDefault = [.. LearningWorkload.All.Keys, .. Large];

    private static readonly Argument<string[]> Workloads = new("WORKLOAD")
    {
        Description =
            $"Which ones: {string.Join(", ", Names)} (default: all but {string.Join(", ", NotByDefault)}); or {GrowthBench.Allowed}.",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private static readonly Option<int> Threads = CommonOptions.Threads("Threads that run agents (default: all cores).");
    private static readonly Option<int> Repeats = new("--repeats")
    {
        Description = "Repeats that medians are taken of; of W5 and W6 seeds, from 1 on (default: 5).",
        HelpName = "N",
        DefaultValueFactory = _ => DefaultRepeats,
    };
    private static readonly Option<string> Device = Devices.Option("Where tensors live; trajectories are played on the CPU.");
    private static readonly Option<int?> BlockSize = CommonOptions.BlockSize();
    private static readonly Option<string?> Floor = new("--floor")
    {
        Description =
            "Measure nothing: the least time of each workload's gradients on a device with these limits, from bytes and operations. "
                + $"LIMITS is {DeviceLimits.Allowed}.", HelpName = "LIMITS",
    };

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "One JSON document on stdout: a list with one object a workload.",
    };

    public static Command Create()
    {
        var command = new Command("bench", "Times whole training workloads, exact gradients (W3), and PPO until a threshold (W5, W6).")
        {
            Workloads, Threads, BlockSize, Repeats, Device, Floor, Json,
        };
        CommonOptions.RequireWhole(Repeats, MaxRepeats, $"must be a whole number from 1 to {MaxRepeats}");
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        DeviceLimits? limits = parsed.GetValue(Floor) is { } floor ? DeviceLimits.Parse(Floor.Name, floor) : null;
        string[] names = parsed.GetValue(Workloads) is { Length: > 0 } given
            ? given
            : limits is null ? [.. Names.Except(NotByDefault)] : [.. BenchWorkload.All.Keys];
        ValidationError[] errors = [.. names.Where(n => !Names.Contains(n) && !GrowthBench.Has(n))
            .Select(n => new ValidationError("WORKLOAD", "", n, $"must be one of {string.Join(", ", Names)}, or {GrowthBench.Allowed}"))];
        if (errors.Length > 0) throw new InvalidInputException(errors);
        if (limits is not null && names.Where(n => !BenchWorkload.All.ContainsKey(n)).ToArray() is { Length: > 0 } without)
            throw new InvalidInputException(
                [
                    .. without.Select(n => new ValidationError("WORKLOAD", "", n,
                        $"has no floor here; {string.Join(", ", BenchWorkload.All.Keys)} have"))]);
        var settings =
            new BenchSettings(new ExecutionOptions(parsed.GetValue(Threads), Devices.Resolve(parsed.GetValue(Device)!),
                parsed.GetValue(BlockSize)), parsed.GetValue(Repeats));
        var results = new JsonArray();
        foreach (string name in names)
        {
            PeakMemory.Reset();
            JsonObject result = limits is not null ? WorkloadFloor.Of(BenchWorkload.All[name], settings.Execution, limits)
                : GradientBench.Sides.ContainsKey(name) ? GradientBench.Measure(name, settings)
                : LearningWorkload.All.TryGetValue(name, out LearningWorkload? learning) ? LearningBench.Measure(learning, settings)
                : GrowthBench.Has(name) ? GrowthBench.Measure(name, settings)
                : Measure(BenchWorkload.All[name], settings);
            result["threads"] = settings.Execution.Threads;
            if (limits is null)
            {
                result["device"] = settings.Execution.Device.type.ToString().ToLowerInvariant();
                result["peakMemoryMiB"] = PeakMemory.MiB;
            }
            results.Add((JsonNode)result);
            if (!parsed.GetValue(Json)) Print(name, settings.Execution.Threads, result);
        }
        if (parsed.GetValue(Json)) Console.WriteLine(results.ToJsonString(RunFolder.JsonOptions));
        return ExitCode.Ok;
    }

    private static void Print(string name, int threads, JsonObject result)
    {
        if (result["boundBy"] is { } bound)
        {
            string parts = string.Join(", ", result["floorMilliseconds"]!.AsObject()
                .Select(part => FormattableString.Invariant($"{part.Key} {(double)part.Value!:G3}")));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name}  at most {(double)result["stepsPerSecondAtMost"]! / 1e6:G3} M env-steps/s, bound by {bound}; "
                    + $"{(double)result["stepsPerSecondInTurn"]! / 1e6:G3} M where device, link and host take turns"));
            Console.WriteLine($"    milliseconds of the gradients of {result["agents"]} agents: {parts}");
            return;
        }
        if (result["runs"] is not null)
        {
            foreach (string line in LearningBench.Lines(result, threads)) Console.WriteLine(line);
            return;
        }
        if (result["gradients"] is not null)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name}  {threads} threads  {(double)result["milliseconds"]!:F3} ms ({Middle(result, 1, "F3")}) "
                    + $"for the gradients of {result["agents"]} agents, {result["states"]} states, {result["parameters"]} parameters; "
                    + $"at most {result["peakMemoryMiB"]} MiB"));
            return;
        }
        if (result["milliseconds"] is { } milliseconds)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name}  {threads} threads  {(double)milliseconds:F2} ms for the exact gradients of all {result["agents"]} agents "
                    + $"({Middle(result, 1, "F2")})"));
            return;
        }
        Console.WriteLine(FormattableString.Invariant(
            $"{name}  {threads} threads  {(double)result["stepsPerSecond"]! / 1e6:F2} M env-steps/s ({Middle(result, 1e6, "F2")})"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"    environment alone, 1 thread: {(double)result["environmentStepsPerSecond"]! / 1e6:F1} M steps/s; "
                + $"environment and policy, {threads} threads: "
                + $"{(double)result["environmentAndPolicyStepsPerSecond"]! / 1e6:F1} M steps/s"));
    }

    private static string Middle(JsonObject result, double unit, string format) =>
        string.Create(CultureInfo.InvariantCulture,
            $"median of {result["repeats"]}, {((double)result["minimum"]! / unit).ToString(format, CultureInfo.InvariantCulture)} to "
                + $"{((double)result["maximum"]! / unit).ToString(format, CultureInfo.InvariantCulture)}");

    private static JsonObject Measure(BenchWorkload workload, BenchSettings bench)
    {
        _ = Rate(workload, bench.Execution, workload.WarmUpRounds);
        var training = Spread.Of([.. Enumerable.Range(0, bench.Repeats).Select(_ => Rate(workload, bench.Execution, workload.Rounds))]);
        var result = new JsonObject { ["workload"] = workload.Name };
        training.WriteTo(result, "stepsPerSecond", "", 0);
        (result["rounds"], result["repeats"]) = (workload.Rounds, bench.Repeats);
        Experiment experiment = workload.Experiment(0);
        (Spread environment, Spread policy) = workload.Sampling is { } settings
            ? (TabularBench.EnvironmentRate(experiment, settings, bench.Repeats), TabularBench.PolicyRate(experiment, settings, bench))
            : (EpisodicBench.EnvironmentRate((EpisodicEnvironment)experiment.Environment, bench.Repeats),
                EpisodicBench.PolicyRate(experiment, bench));
        environment.WriteTo(result, "environmentStepsPerSecond", "environment", 0);
        policy.WriteTo(result, "environmentAndPolicyStepsPerSecond", "environmentAndPolicy", 0);
        return result;
    }

    private static double Rate(BenchWorkload workload, ExecutionOptions execution, int rounds)
    {
        Experiment experiment = workload.Experiment(rounds);
        using var federation = new TrainingLoop(experiment, execution, TimeProvider.System);
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
