using System.Text.Json;
using FedPG.Envs;
using FedPG.Envs.Returns;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Federation;
using FedPG.Federation.Execution;

namespace FedPG.Cli.Bench;

/// <summary>
/// A benchmark workload: the Fast-FedPG loop with GPOMDP without a baseline from 32 trajectories a gradient, the memory from a batch of its
/// own (H + 1 batches a round), float32.
/// </summary>
/// <param name="Name">
/// W1, W2 or W4; W2-1024, which is W2 with 1,024 agents, or W4-4096, W4 with 128 agents and so 4,096 trajectories at once: work enough for
/// a GPU.
/// </param>
/// <param name="Json">The experiment for a number of rounds.</param>
/// <param name="Sampling">How its trajectories are sampled, where states are listed; else null.</param>
/// <param name="Rounds">Rounds that are timed.</param>
/// <param name="WarmUpRounds">Rounds that are not, for the compiler.</param>
internal sealed record BenchWorkload(string Name, Func<int, string> Json, SamplerSettings? Sampling, int Rounds, int WarmUpRounds)
{
    private const string Network = """{ "kind": "neural-softmax", "hidden": [64, 64], "activation": "tanh" }""";

    public static IReadOnlyDictionary<string, BenchWorkload> All { get; } = new Dictionary<string, BenchWorkload>
    {
        ["W1"] = new("W1", rounds => Grid("W1", """{ "kind": "tabular-softmax" }""", 1.0, rounds), OfGrid, 400, 200),
        ["W2"] = new("W2", rounds => Grid("W2", Network, 0.002, rounds), OfGrid, 100, 50),
        ["W4"] = new("W4", rounds => Poles("W4", rounds, 8), null, 5, 10),
        ["W2-1024"] = new("W2-1024", rounds => Grid("W2-1024", Network, 0.002, rounds, agents: 1024), OfGrid, 3, 2),
        ["W4-4096"] = new("W4-4096", rounds => Poles("W4-4096", rounds, 128), null, 1, 1),
    };

    private static SamplerSettings OfGrid => new(50, 32, ReturnKind.ToGo, Baseline.None, 0, Objective.Regret);

    public Experiment Experiment(int rounds) => Read(Name, Json(rounds));

    /// <summary>Env-steps that a gradient of all agents takes: counted over the first round where trajectories end when they end.</summary>
    /// <param name="execution">Threads for that round; its device is not used.</param>
    public double StepsPerGradient(ExecutionOptions execution)
    {
        Experiment experiment = Experiment(1);
        if (Sampling is { } sampling) return (double)experiment.Environment.AgentNames.Count * sampling.Horizon * sampling.Trajectories;
        using var federation = new TrainingLoop(experiment, execution with { Device = TorchSharp.torch.CPU }, TimeProvider.System);
        var last = new LastReport();
        federation.Run(last, checkpoint: null, CancellationToken.None);
        return (double)(last.Steps - last.Before) / (experiment.Federation.LocalSteps + 1);
    }

    public static Experiment Read(string name, string json) =>
        ExperimentReader.Default.Read(JsonDocument.Parse(json).RootElement, name, Environment.CurrentDirectory, []);

    /// <summary>Agents with goals around a gridworld, H = 10, 50 steps a trajectory.</summary>
    public static string Grid(string name, string policy, double stepSize, int rounds, int agents = 16, int side = 10) =>
        FormattableString.Invariant($$"""
        {
          "name": "{{name}}", "dtype": "float32",
          "environment": { "id": "GridWorld-v0", "agents": {{agents}}, "options": { "width": {{side}},
            "height": {{side}}, "slip": 0.1, "discount": 0.95, "goals": "boundary" } },
          "policy": {{policy}},
          "gradient": { "estimator": "gpomdp", "horizon": 50, "trajectories": 32, "baseline": "none" },
          "federation": { "algorithm": "fast-fedpg", "rounds": {{rounds}}, "localSteps": 10,
            "localStepSize": {{stepSize}}, "memory": "fresh" },
          "evaluateEvery": 1000000, "checkpointEvery": 0
        }
        """);

    /// <summary>
    /// Agents with CartPole-v1, gravity evenly from 8 to 12 and half lengths from 0.8 to 0.3, H = 5, at most 200 steps a trajectory; steps
    /// count while the pole is up.
    /// </summary>
    private static string Poles(string name, int rounds, int agents) => $$"""
        {
          "name": "{{name}}", "dtype": "float32",
          "environment": { "id": "CartPole-v1", "agents": {{agents}}, "options": { "discount": 0.95, "gravity": {{Even(agents, 8, 12)}},
            "length": {{Even(agents, 0.8, 0.3)}} } },
          "policy": {{Network}},
          "gradient": { "estimator": "gpomdp", "horizon": 200, "trajectories": 32, "baseline": "none" },
          "federation": { "algorithm": "fast-fedpg", "rounds": {{rounds}}, "localSteps": 5, "localStepSize": 0.002, "memory": "fresh" },
          "evaluateEvery": 1000000, "checkpointEvery": 0
        }
        """;

    /// <summary>Numbers at equal distances, as JSON.</summary>
    public static string Even(int count, double from, double to) =>
        JsonSerializer.Serialize(Enumerable.Range(0, count).Select(i => from + ((to - from) * i / (count - 1))));

    private sealed class LastReport : IRoundSink
    {
        public long Before { get; private set; }

        public long Steps { get; private set; }

        public void Report(RoundReport report)
        {
            if (report.Round == 0) Before = report.EnvSteps;
            Steps = report.EnvSteps;
        }
    }
}
