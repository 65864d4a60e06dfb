using FedPG.Envs;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Estimators;
using FedPG.Federation.Schedules;
using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Federation.Setup;

/// <summary>
/// Everything that a training run needs: the environment of all agents, their policy, estimator and algorithm, and the settings of the
/// rounds.
/// </summary>
public record TrainingSetup
{
    /// <summary>Episodes an agent that an evaluation plays, where nothing is said of it.</summary>
    public const int DefaultEvaluationEpisodes = 32;

    /// <summary>The name that run folders get.</summary>
    public required string Name { get; init; }

    /// <summary>The seed of every random number, 0 to 2^53.</summary>
    public required long Seed { get; init; }

    /// <summary>The type of all tensors.</summary>
    public required ScalarType Dtype { get; init; }

    /// <summary>What is minimised.</summary>
    public required Objective Objective { get; init; }

    /// <summary>The environment, made for all agents.</summary>
    public required FederatedEnvironment Environment { get; init; }

    /// <summary>The kind of policy, as the file names it.</summary>
    public required string PolicyKind { get; init; }

    /// <summary>Makes an independent instance of the policy.</summary>
    public required Func<TensorFormat, Policy> CreatePolicy { get; init; }

    /// <summary>theta_0, [d], where the file gives one; null for the policy's own, which is uniform.</summary>
    public double[]? InitialParameters { get; init; }

    /// <summary>The estimator of the agents' directions, with its options.</summary>
    public required ConfiguredEstimator Gradient { get; init; }

    /// <summary>tau by rounds.</summary>
    public required EntropySchedule Entropy { get; init; }

    /// <summary>Whether the algorithm gives every agent parameters of its own, which evaluations then judge; false by default.</summary>
    public bool OwnPolicies { get; init; }

    /// <summary>The settings every algorithm has.</summary>
    public required FederationOptions Federation { get; init; }

    /// <summary>Makes the algorithm.</summary>
    public required Func<Algorithm> CreateAlgorithm { get; init; }

    /// <summary>Rounds between two evaluations; round 0 and the last are always evaluated.</summary>
    public required int EvaluateEvery { get; init; }

    /// <summary>Episodes an agent that an evaluation plays where the objective can only be estimated; at least 2.</summary>
    public int EvaluationEpisodes { get; init; } = DefaultEvaluationEpisodes;

    /// <summary>Rounds between two diagnoses of the theory's constants, the last round included; 0 for never.</summary>
    public int DiagnoseEvery { get; init; }

    /// <summary>Rounds between two checkpoints; 0 for none but the last.</summary>
    public required int CheckpointEvery { get; init; }

    /// <summary>Makes what measures the theory's constants during training; null for never.</summary>
    public Func<IDiagnoser>? CreateDiagnoser { get; init; }
}
