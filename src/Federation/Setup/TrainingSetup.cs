using FedPG.Core.Streams;
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

    /// <summary>
    /// The stages that agents train in before they train in <see cref="Environment"/>, in order; none by default. Evaluations are in
    /// <see cref="Environment"/> throughout.
    /// </summary>
    internal IReadOnlyList<CurriculumStage> Curriculum { get; init; } = [];

    /// <summary>The kind of policy, as the file names it.</summary>
    public required string PolicyKind { get; init; }

    /// <summary>Makes an independent instance of the policy.</summary>
    public required Func<TensorFormat, Policy> CreatePolicy { get; init; }

    /// <summary>
    /// theta_0, [d], where the file gives one; null for the policy's own, which is uniform. Personal parameters stand last, and are where
    /// all agents' start.
    /// </summary>
    public double[]? InitialParameters { get; init; }

    /// <summary>Where each agent's personal parameters start, [N][dp]; null (the default) for where the policy has them start.</summary>
    public IReadOnlyList<double[]>? InitialPersonal { get; init; }

    /// <summary>The estimator of the agents' directions, with its options.</summary>
    public required ConfiguredEstimator Gradient { get; init; }

    /// <summary>tau by rounds.</summary>
    public required EntropySchedule Entropy { get; init; }

    /// <summary>Whether agents have parameters of their own, all or some, by which evaluations judge them; false by default.</summary>
    public bool OwnPolicies { get; init; }

    /// <summary>The settings every algorithm has.</summary>
    public required FederationOptions Federation { get; init; }

    /// <summary>The steps that agents take by themselves after the last round; none by default.</summary>
    public PersonaliseOptions Personalise { get; init; } = PersonaliseOptions.None;

    /// <summary>Makes the algorithm.</summary>
    public required Func<Algorithm> CreateAlgorithm { get; init; }

    /// <summary>Rounds between two evaluations; round 0 and the last are always evaluated.</summary>
    public required int EvaluateEvery { get; init; }

    /// <summary>Episodes an agent that an evaluation plays where the objective can only be estimated; at least 2.</summary>
    public int EvaluationEpisodes { get; init; } = DefaultEvaluationEpisodes;

    /// <summary>The target at which the run ends before its last round; null (the default) for none.</summary>
    public StopAtOptions? StopAt { get; init; }

    /// <summary>Whether the policy with the lowest objective of all evaluations is kept beside the last one; false by default.</summary>
    public bool KeepBest { get; init; }

    /// <summary>Rounds between two diagnoses of the theory's constants, the last round included; 0 for never.</summary>
    public int DiagnoseEvery { get; init; }

    /// <summary>Rounds between two checkpoints; 0 for none but the last.</summary>
    public required int CheckpointEvery { get; init; }

    /// <summary>Makes what measures the theory's constants during training; null for never.</summary>
    internal Func<IDiagnoser>? CreateDiagnoser { get; init; }

    /// <summary>theta_0, [d].</summary>
    /// <param name="policy">An instance of the policy.</param>
    public double[] StartOf(Policy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return InitialParameters ?? policy.InitialParameters(new StreamKey(Seed, StreamPurpose.Initialisation, 0, 0, 0));
    }

    /// <summary>An agent's first personal parameters, [dp].</summary>
    /// <param name="policy">An instance of the policy.</param>
    /// <param name="common">theta_0, [d].</param>
    /// <param name="agent">i, in [0, N).</param>
    public double[] PersonalStartOf(Policy policy, ReadOnlySpan<double> common, int agent)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (InitialPersonal is { } given) return given[agent];
        // A step of its own, so that no agent's stream is that of theta_0.
        return InitialParameters is not null
            ? common[policy.Layout.SharedLength..].ToArray()
            : policy.InitialPersonal(common, new StreamKey(Seed, StreamPurpose.Initialisation, agent, 0, 1));
    }
}
