using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Evaluation.Episodic;
using FedPG.Federation.Setup;
using FedPG.Federation.Threads;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Tabular;

namespace FedPG.Federation.Families;

/// <summary>Environments that are known by their episodes alone: gradients and objectives are estimated.</summary>
internal sealed class EpisodicFamily : ProblemFamily
{
    /// <inheritdoc/>
    public override string Name => "episodic";

    /// <inheritdoc/>
    public override Type EnvironmentType => typeof(EpisodicEnvironment);

    /// <inheritdoc/>
    public override Type PolicyType => typeof(EpisodicPolicy);

    /// <inheritdoc/>
    public override Evaluator CreateEvaluator(TrainingSetup setup, Policy policy, WorkerPool pool)
    {
        ArgumentNullException.ThrowIfNull(setup);
        var environment = (EpisodicEnvironment)setup.Environment;
        return policy is ObservationStateValues values
            ? new ReturnErrorEvaluator(environment, setup.Objective, values, setup.Seed, setup.EvaluationEpisodes, pool)
            : new RolloutEvaluator(environment, setup.Objective, (EpisodicPolicy)policy, setup.Seed, setup.EvaluationEpisodes, pool);
    }

    /// <inheritdoc/>
    public override string ObjectiveKindOf(TrainingSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        return setup.PolicyKind == StateValues.Kind ? ObjectiveKind.SquaredReturnError : base.ObjectiveKindOf(setup);
    }

    /// <inheritdoc/>
    public override IReadOnlyCollection<string>? PolicyKindsOf(AlgorithmNeeds needs)
    {
        ArgumentNullException.ThrowIfNull(needs);
        return needs.AnyPolicyWhereEpisodic ? null : base.PolicyKindsOf(needs);
    }

    /// <inheritdoc/>
    /// <remarks>Combinations of several whole numbers are numbered where there are not too many.</remarks>
    public override string ActionsBeyondPolicies(FederatedEnvironment environment) =>
        environment is EpisodicEnvironment { ActionSpace: MultiDiscrete several }
            ? $", whose actions {several} have more than {FlatActions.MaxCombinations} combinations"
            : "";

    /// <inheritdoc/>
    public override FederatedEnvironment? AsEpisodic(FederatedEnvironment environment) => null;

    /// <inheritdoc/>
    public override bool KeepsBatches(Policy policy) => policy is not EpisodicPolicy { HasDivergences: false };

    /// <inheritdoc/>
    public override int MaxEpisodeLength(TrainingSetup setup)
    {
        using EpisodicPolicy policy = PolicyOf(setup);
        return policy.MaxSteps;
    }

    /// <inheritdoc/>
    public override PlayedEpisodes Play(EpisodeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        TrainingSetup setup = request.Setup;
        using var player = new RolloutEvaluator(
            (EpisodicEnvironment)setup.Environment, setup.Objective, PolicyOf(setup), setup.Seed, request.Episodes, request.Pool,
            request.Length, StreamPurpose.Episodes)
        {
            Greedy = request.Greedy,
        };
        return new PlayedEpisodes(player.Evaluate(request.Theta, null, request.OwnRows).AgentEpisodes!, player.Length);
    }

    private static EpisodicPolicy PolicyOf(TrainingSetup setup) =>
        (EpisodicPolicy)setup.CreatePolicy(new TensorFormat(setup.Dtype, TorchSharp.torch.CPU));
}
