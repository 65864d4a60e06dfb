using System.Text.Json;
using FedPG.Federation.Experiment;

namespace FedPG.Cli;

/// <summary>
/// A benchmark workload: the Fast-FedPG loop of 16 agents with goals around a 10 x 10 gridworld, H = 10, GPOMDP without baseline from 32
/// trajectories of 50 steps a gradient, the memory from a batch of its own (H + 1 batches a round), float32.
/// </summary>
/// <param name="Name">W1 or W2.</param>
/// <param name="Policy">The policy section.</param>
/// <param name="StepSize">eta.</param>
/// <param name="Rounds">Rounds that are timed.</param>
/// <param name="WarmUpRounds">Rounds that are not, for the compiler.</param>
internal sealed record BenchWorkload(string Name, string Policy, double StepSize, int Rounds, int WarmUpRounds)
{
    public static IReadOnlyDictionary<string, BenchWorkload> All { get; } = new Dictionary<string, BenchWorkload>
    {
        ["W1"] = new("W1", """{ "kind": "tabular-softmax" }""", 1.0, 400, 200),
        ["W2"] = new("W2", """{ "kind": "neural-softmax", "hidden": [64, 64], "activation": "tanh" }""", 0.002, 100, 50),
    };

    public Experiment Experiment(int rounds)
    {
        string json = $$"""
            {
              "name": "{{Name}}", "dtype": "float32",
              "environment": { "id": "GridWorld-v0", "agents": 16, "options": { "width": 10, "height": 10, "slip": 0.1, "discount": 0.95, "goals": "boundary" } },
              "policy": {{Policy}},
              "gradient": { "estimator": "gpomdp", "horizon": 50, "trajectories": 32, "baseline": "none" },
              "federation": { "algorithm": "fast-fedpg", "rounds": {{rounds}}, "localSteps": 10, "localStepSize": {{StepSize.ToString(System.Globalization.CultureInfo.InvariantCulture)}}, "memory": "fresh" },
              "evaluateEvery": 1000000, "checkpointEvery": 0
            }
            """;
        return ExperimentReader.Default.Read(JsonDocument.Parse(json).RootElement, Name, Environment.CurrentDirectory, []);
    }
}
