using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using FedPG.Experiments;
using FedPG.Federation;
using FedPG.Federation.Families;
using FedPG.Federation.Threads;
using static TorchSharp.torch;

namespace FedPG.Cli.Bench;

/// <summary>
/// Times workloads that are over when something is learnt (<see cref="LearningWorkload"/>). A repeat is a seed: 1, 2 and so on. What counts
/// is the training loop: the exchange before round 0, evaluations and start-up do not, nor does a first run of another seed, for the
/// compiler.
/// </summary>
internal static class LearningBench
{
    private const int WarmUpSeed = 99, WarmUpRounds = 24;

    /// <summary>Trains once a seed.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="bench">Threads, and how many seeds.</param>
    /// <returns>
    /// Training steps a second of the clock and of the processors, the median over all seeds; env-steps and seconds until the threshold,
    /// the median over the seeds that reached it; each run.
    /// </returns>
    public static JsonObject Measure(LearningWorkload workload, BenchSettings bench)
    {
        using var pool = new WorkerPool(bench.Execution.Threads);
        _ = Learn(workload, bench, pool, WarmUpSeed, WarmUpRounds);
        Learnt[] runs = [.. Enumerable.Range(1, bench.Repeats).Select(seed => Learn(workload, bench, pool, seed, rounds: null))];
        Learnt[] reached = [.. runs.Where(run => run.Reached)];
        var result = new JsonObject { ["workload"] = workload.Name };
        Spread.Of([.. runs.Select(run => run.EnvSteps / run.Seconds)]).WriteTo(result, "stepsPerSecond", "", 0);
        result["repeats"] = runs.Length;
        Spread.Of([.. runs.Select(run => run.EnvSteps / run.CpuSeconds)]).WriteTo(result, "stepsPerCpuSecond", "cpu", 0);
        (result["threshold"], result["reached"]) = (workload.Threshold, reached.Length);
        if (reached.Length > 0)
        {
            Spread.Of([.. reached.Select(run => (double)run.EnvSteps)]).WriteTo(result, "envStepsToThreshold", "envSteps", 0);
            Spread.Of([.. reached.Select(run => run.Seconds)]).WriteTo(result, "secondsToThreshold", "seconds", 3);
            Spread.Of([.. reached.Select(run => run.CpuSeconds)]).WriteTo(result, "cpuSecondsToThreshold", "cpuSeconds", 3);
        }
        result["runs"] = new JsonArray([.. runs.Select(run => (JsonNode)new JsonObject
        {
            ["seed"] = run.Seed,
            ["reached"] = run.Reached,
            ["envSteps"] = run.EnvSteps,
            ["seconds"] = Math.Round(run.Seconds, 3),
            ["cpuSeconds"] = Math.Round(run.CpuSeconds, 3),
            ["figure"] = run.Figure,
        })]);
        return result;
    }

    /// <summary>A result, as people read it.</summary>
    /// <param name="result">Of <see cref="Measure"/>.</param>
    /// <param name="threads">Its threads.</param>
    public static IEnumerable<string> Lines(JsonObject result, int threads)
    {
        yield return string.Create(CultureInfo.InvariantCulture,
            $"{result["workload"]}  {threads} threads  {Thousands("stepsPerSecond")} k training steps/s "
                + $"(median of {result["repeats"]} seeds, {Thousands("minimum")} to {Thousands("maximum")}); "
                + $"{Thousands("stepsPerCpuSecond")} k a CPU second");
        yield return result["secondsToThreshold"] is { } seconds
            ? string.Create(CultureInfo.InvariantCulture,
                $"    {result["threshold"]} reached by {result["reached"]} of {result["repeats"]} seeds: "
                    + $"{Thousands("envStepsToThreshold")} k env-steps ({Thousands("envStepsMinimum")} to {Thousands("envStepsMaximum")}), "
                    + $"{(double)seconds:F2} s ({(double)result["secondsMinimum"]!:F2} to {(double)result["secondsMaximum"]!:F2})")
            : $"    {result["threshold"]} reached by none of {result["repeats"]} seeds";

        string Thousands(string key) => ((double)result[key]! / 1e3).ToString("F1", CultureInfo.InvariantCulture);
    }

    private static Learnt Learn(LearningWorkload workload, BenchSettings bench, WorkerPool pool, int seed, int? rounds)
    {
        Experiment experiment = workload.Experiment(seed);
        using var federation = new TrainingLoop(experiment, bench.Execution, TimeProvider.System);
        var clock = new TrainingClock();
        double worst = double.NegativeInfinity;
        while (federation.EnvSteps < workload.MostSteps && !(rounds <= federation.RoundsDone))
        {
            clock.Start();
            federation.Step(clock, checkpoint: null);
            clock.Stop();
            if (federation.RoundsDone % workload.RoundsBetween != 0) continue;
            worst = WorstOf(workload, experiment, federation, pool);
            if (worst >= workload.Threshold) break;
        }
        return new Learnt(seed, worst >= workload.Threshold, federation.EnvSteps, clock.Seconds, clock.CpuSeconds, worst);
    }

    private static double WorstOf(LearningWorkload workload, Experiment experiment, TrainingLoop federation, WorkerPool pool)
    {
        using var noGrad = no_grad();
        var request = new EpisodeRequest(experiment, federation.Server.Theta, workload.Episodes, pool) { Greedy = workload.Greedy };
        return ProblemFamily.Of(experiment.Environment).Play(request).Agents.Min(workload.Figure);
    }

    /// <summary>What a seed came to.</summary>
    /// <param name="Seed">The seed.</param>
    /// <param name="Reached">Whether the threshold was reached.</param>
    /// <param name="EnvSteps">Training steps of all agents until then, or until it was given up.</param>
    /// <param name="Seconds">Seconds of training.</param>
    /// <param name="CpuSeconds">The same of all processors, of all threads of this process.</param>
    /// <param name="Figure">The worst agent's figure at the last look.</param>
    private sealed record Learnt(int Seed, bool Reached, long EnvSteps, double Seconds, double CpuSeconds, double Figure);

    /// <summary>Adds up the time between starts and stops; what comes before the report of round 0 is left out.</summary>
    private sealed class TrainingClock : IRoundSink
    {
        private long _started;
        private TimeSpan _cpuStarted;

        public double Seconds { get; private set; }

        public double CpuSeconds { get; private set; }

        public void Start() => (_started, _cpuStarted) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);

        public void Stop()
        {
            Seconds += Stopwatch.GetElapsedTime(_started).TotalSeconds;
            CpuSeconds += (Environment.CpuUsage.TotalTime - _cpuStarted).TotalSeconds;
        }

        public void Report(RoundReport report)
        {
            if (report.Round == 0) Start();
        }
    }
}
