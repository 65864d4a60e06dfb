using System.Text.Json.Nodes;
using FedPG.Envs;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Oracles;
using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Federation.Experiment;

/// <summary>An experiment whose file was read without a fault: everything a run needs, and the file it came from with all defaults.</summary>
public sealed record Experiment
{
    /// <summary>The name that run folders get.</summary>
    public required string Name { get; init; }

    /// <summary>The seed of every random number, 0 to 2^53.</summary>
    public required long Seed { get; init; }

    /// <summary>The type of all tensors.</summary>
    public required ScalarType Dtype { get; init; }

    /// <summary>What is minimised.</summary>
    public required Objective Objective { get; init; }

    /// <summary>The environment, made for all agents.</summary>
    public required EnvironmentInstance Environment { get; init; }

    /// <summary>The environment, where its states are listed.</summary>
    /// <exception cref="InvalidOperationException">They are not.</exception>
    public FiniteMdp Mdp => Environment as FiniteMdp ?? throw new InvalidOperationException($"the states of {Environment.Name} cannot be listed");

    /// <summary>The kind of policy, as the file names it.</summary>
    public required string PolicyKind { get; init; }

    /// <summary>Makes an independent instance of the policy.</summary>
    public required Func<TensorFormat, Policy> CreatePolicy { get; init; }

    /// <summary>theta_0, [d], where the file gives one; null for the policy's own, which is uniform.</summary>
    public double[]? InitialParameters { get; init; }

    /// <summary>The name of the estimator.</summary>
    public required string Estimator { get; init; }

    /// <summary>Prepares the maker of oracles for blocks of agents.</summary>
    public required Func<EnvironmentInstance, Func<OracleSetup, IOracle>> PrepareOracles { get; init; }

    /// <summary>tau by rounds.</summary>
    public required EntropySchedule Entropy { get; init; }

    /// <summary>The name of the algorithm.</summary>
    public required string AlgorithmName { get; init; }

    /// <summary>The settings every algorithm has.</summary>
    public required FederationOptions Federation { get; init; }

    /// <summary>Makes the algorithm.</summary>
    public required Func<Algorithm> CreateAlgorithm { get; init; }

    /// <summary>Rounds between two evaluations; round 0 and the last are always evaluated.</summary>
    public required int EvaluateEvery { get; init; }

    /// <summary>Episodes an agent that an evaluation plays where the objective can only be estimated; at least 2.</summary>
    public int EvaluationEpisodes { get; init; } = ExperimentReader.DefaultEvaluationEpisodes;

    /// <summary>Rounds between two diagnoses of the theory's constants, the last round included; 0 for never.</summary>
    public int DiagnoseEvery { get; init; }

    /// <summary>Rounds between two checkpoints; 0 for none but the last.</summary>
    public required int CheckpointEvery { get; init; }

    /// <summary>The whole file with all defaults written out; read again, it gives this experiment.</summary>
    public required JsonObject Resolved { get; init; }
}
