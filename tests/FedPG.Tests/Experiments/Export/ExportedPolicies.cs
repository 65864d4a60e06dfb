using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Training;
using FedPG.Experiments;
using Xunit;

namespace FedPG.Tests.Experiments.Export;

/// <summary>A trained policy of each kind that can be exported, by a few rounds that move all parameters.</summary>
internal static class ExportedPolicies
{
    private const string Sampled = """
        "gradient": { "horizon": 8, "trajectories": 2 }, "federation": { "rounds": 2, "localSteps": 2, "localStepSize": 0.3 }
        """;

    private const string Exact = """
        "gradient": { "estimator": "exact" }, "federation": { "rounds": 2, "localSteps": 2, "localStepSize": 0.001 }
        """;

    private const string Critic = """
        "gradient": { "estimator": "ppo", "horizon": 16, "trajectories": 2 }, "federation": { "rounds": 2, "localSteps": 1 }
        """;

    private const string ActionValues = """
        "federation": { "algorithm": "qavg", "rounds": 2, "localSteps": 3, "localStepSize": 0.3 }
        """;

    private static readonly Dictionary<string, string> Documents = new()
    {
        ["table"] = Document(
            """{ "id": "FrozenLake-v1", "agents": 2 }""",
            """{ "kind": "tabular-softmax", "context": "agent" }""", Sampled),
        ["listed network"] = Document(
            """{ "id": "FrozenLake-v1", "agents": 2 }""",
            """{ "kind": "neural-softmax", "hidden": [6] }""", Sampled),
        ["box to choices"] = Document(
            """{ "id": "CartPole-v1", "agents": 3 }""",
            """{ "kind": "neural-softmax", "hidden": [7, 5], "activation": "relu", "context": "agent" }""", Sampled),
        ["state to choices"] = Document(
            """{ "id": "GridWorld-v0", "agents": 3, "stepped": true, "options": { "height": 3, "width": 4 } }""",
            """{ "kind": "neural-softmax", "hidden": [6], "context": "task" }""", Sampled),
        ["log-linear"] = Document(
            """{ "id": "CartPole-v1", "agents": 2 }""",
            """{ "kind": "log-linear" }""", Sampled),
        ["gaussian"] = Document(
            """{ "id": "Pendulum-v1", "agents": 2 }""",
            """{ "kind": "gaussian", "hidden": [6], "context": "agent" }""", Sampled),
        ["gain"] = Document(
            """{ "id": "LinearQuadratic-v0", "agents": 2 }""",
            """{ "kind": "linear" }""", Exact),
        ["critic beside"] = Document(
            """{ "id": "CartPole-v1", "agents": 2 }""",
            """{ "kind": "neural-softmax", "hidden": [5], "critic": "own" }""", Critic),
        ["critic shared"] = Document(
            """{ "id": "Pendulum-v1", "agents": 2 }""",
            """{ "kind": "gaussian", "hidden": [5], "critic": "shared" }""", Critic),
        ["fourier values"] = Document(
            """{ "id": "CartPole-v1", "agents": 2 }""",
            """{ "kind": "action-values", "features": "fourier", "featureOrder": 2 }""", ActionValues),
        ["coordinate values"] = Document(
            """{ "id": "CartPole-v1", "agents": 2 }""",
            """{ "kind": "action-values", "features": "coordinates" }""", ActionValues),
        ["random values"] = Document(
            """{ "id": "CartPole-v1", "agents": 2 }""",
            """{ "kind": "action-values", "features": "random" }""", ActionValues),
        ["single precision"] = Document(
            """{ "id": "CartPole-v1", "agents": 2 }""",
            """{ "kind": "neural-softmax", "hidden": [8] }""", Sampled, "float32"),
    };

    /// <summary>The names of the policies.</summary>
    public static TheoryData<string> Names => [.. Documents.Keys];

    /// <summary>A policy.</summary>
    /// <param name="name">Its name.</param>
    public static TrainedPolicy Of(string name)
    {
        byte[] text = System.Text.Encoding.UTF8.GetBytes(Documents[name]);
        Experiment experiment = ExperimentReader.Default.Read(JsonDocuments.Parse(text, name), name, Environment.CurrentDirectory, []);
        using var trainer = new FederatedTrainer(experiment);
        return trainer.Run(cancellationToken: TestContext.Current.CancellationToken).Policy;
    }

    /// <summary>Observations of a space, each of as many numbers as it has.</summary>
    public static double[][] Observations(Space space) => space switch
    {
        Discrete states => [.. Enumerable.Range(0, states.Count).Select(s => (double[])[s])],
        MultiDiscrete several => [.. Enumerable.Range(0, 5).Select(t => several.Counts.Select(count => (double)(t % count)).ToArray())],
        _ => [.. Enumerable.Range(0, 5).Select(t => Enumerable.Range(0, space.Size).Select(k => 0.7 * Math.Sin((5 * t) + k)).ToArray())],
    };

    private static string Document(string environment, string policy, string training, string dtype = "float64") => $$"""
        {
          "seed": 3, "dtype": "{{dtype}}", "evaluateEvery": 100, "evaluationEpisodes": 2, "objective": "reward",
          "environment": {{environment}}, "policy": {{policy}}, {{training}}
        }
        """;
}
