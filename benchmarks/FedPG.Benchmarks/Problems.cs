using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Experiments;
using FedPG.Experiments.Reading;

namespace FedPG.Benchmarks;

/// <summary>What is measured on: environments, and experiments on a slippery gridworld of 10 x 10 cells.</summary>
internal static class Problems
{
    /// <summary>Agents of an experiment.</summary>
    public const int Agents = 16;

    /// <summary>A finite MDP of the registry for one agent.</summary>
    /// <param name="id">The environment.</param>
    /// <param name="options">Its options, as JSON.</param>
    public static FiniteMdp Mdp(string id, string options = "{}")
    {
        var errors = new ValidationErrors(id);
        ConfiguredEnvironment? configured = ExperimentCatalog.Default.Environments.Configure(id, 1, JsonDocument.Parse(options).RootElement,
            EnvironmentKeys.CommandLine, errors);
        errors.ThrowIfAny();
        return (FiniteMdp)configured!.Build();
    }

    /// <summary>A square gridworld.</summary>
    /// <param name="side">Its side: S is the square of it.</param>
    public static FiniteMdp Grid(int side) =>
        Mdp("GridWorld-v0", $$"""{ "width": {{side}}, "height": {{side}}, "slip": 0.1, "discount": 0.95 }""");

    /// <summary>Fast-FedPG, float32, no rounds.</summary>
    /// <param name="policy">The policy section, as JSON.</param>
    public static Experiment Experiment(string policy) => ExperimentReader.Default.Read(JsonDocument.Parse($$"""
        {
          "name": "benchmark", "dtype": "float32",
          "environment": { "id": "GridWorld-v0", "agents": {{Agents}}, "options": { "width": 10, "height": 10, "slip": 0.1,
            "discount": 0.95, "goals": "boundary" } },
          "policy": {{policy}},
          "gradient": { "estimator": "gpomdp", "horizon": 50, "trajectories": 32, "baseline": "none" },
          "federation": { "algorithm": "fast-fedpg", "rounds": 0, "localSteps": 10, "localStepSize": 0.01 }
        }
        """).RootElement, "benchmark", Environment.CurrentDirectory, []);

    /// <summary>The policy section of an h-h network.</summary>
    public static string Network(int width) => $$"""{ "kind": "neural-softmax", "hidden": [{{width}}, {{width}}] }""";
}
