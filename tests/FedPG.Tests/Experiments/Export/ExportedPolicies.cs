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
    private const string Start = """
        { "seed": 3, "dtype": "float64", "evaluateEvery": 100, "evaluationEpisodes": 2, "objective": "reward",
        """;

    private const string Sampled = """
          "gradient": { "horizon": 8, "trajectories": 2 }, "federation": { "rounds": 2, "localSteps": 2, "localStepSize": 0.3 } }
        """;

    private static readonly Dictionary<string, string> Documents = new()
    {
        ["table"] = Start + """ "environment": { "id": "FrozenLake-v1", "agents": 2 }, "policy": { "kind": "tabular-softmax", "context": "agent" },""" + Sampled,
        ["listed network"] = Start + """ "environment": { "id": "FrozenLake-v1", "agents": 2 }, "policy": { "kind": "neural-softmax", "hidden": [6] },""" + Sampled,
        ["box to choices"] = Start + """ "environment": { "id": "CartPole-v1", "agents": 3 }, "policy": { "kind": "neural-softmax", "hidden": [7, 5], "activation": "relu", "context": "agent" },""" + Sampled,
        ["state to choices"] = Start + """ "environment": { "id": "GridWorld-v0", "agents": 3, "stepped": true, "options": { "rows": 3, "columns": 4 } }, "policy": { "kind": "neural-softmax", "hidden": [6], "context": "task" },""" + Sampled,
        ["log-linear"] = Start + """ "environment": { "id": "CartPole-v1", "agents": 2 }, "policy": { "kind": "log-linear" },""" + Sampled,
        ["gaussian"] = Start + """ "environment": { "id": "Pendulum-v1", "agents": 2 }, "policy": { "kind": "gaussian", "hidden": [6], "context": "agent" },""" + Sampled,
        ["gain"] = Start + """ "environment": { "id": "LinearQuadratic-v0", "agents": 2 }, "policy": { "kind": "linear" }, "gradient": { "estimator": "exact" }, "federation": { "rounds": 2, "localSteps": 2, "localStepSize": 0.001 } }""",
        ["single precision"] = Start.Replace("float64", "float32", StringComparison.Ordinal) + """ "environment": { "id": "CartPole-v1", "agents": 2 }, "policy": { "kind": "neural-softmax", "hidden": [8] },""" + Sampled,
        ["fourier values"] = Values("fourier"),
        ["coordinate values"] = Values("coordinates"),
        ["random values"] = Values("random"),
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

    private static string Values(string features) => Start + $$"""
        "environment": { "id": "CartPole-v1", "agents": 2 }, "policy": { "kind": "action-values", "features": "{{features}}", "featureOrder": 2 },
        "federation": { "algorithm": "qavg", "rounds": 2, "localSteps": 3, "localStepSize": 0.3 } }
        """;
}
