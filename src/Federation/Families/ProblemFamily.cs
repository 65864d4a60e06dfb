using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Tabular.Exact;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Setup;
using FedPG.Federation.Threads;
using FedPG.Policies;

namespace FedPG.Federation.Families;

/// <summary>
/// A kind of problem: what an environment, the policies that act in it, the estimators of their gradients and the evaluator of their worth
/// have in common. The kind of an environment is asked here and nowhere else. Immutable and thread-safe.
/// </summary>
internal abstract class ProblemFamily
{
    /// <summary>All families, each with its own type of environment.</summary>
    public static IReadOnlyList<ProblemFamily> All { get; } = [new TabularFamily(), new EpisodicFamily(), new LinearQuadraticFamily()];

    /// <summary>The name: <c>tabular</c>, <c>episodic</c> or <c>linear-quadratic</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The type of its environments.</summary>
    public abstract Type EnvironmentType { get; }

    /// <summary>The type of the policies that policy gradients train in it.</summary>
    public abstract Type PolicyType { get; }

    /// <summary>Whether episodes can be played for an evaluation (<see cref="Play"/>).</summary>
    public virtual bool PlaysEpisodes => true;

    /// <summary>The family of an environment.</summary>
    /// <param name="environment">The environment.</param>
    /// <exception cref="NotSupportedException">It belongs to none.</exception>
    public static ProblemFamily Of(FederatedEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return Find(environment) ?? throw new NotSupportedException($"{environment.GetType().Name} belongs to no family of problems");
    }

    /// <summary>The family of an environment; null where it belongs to none.</summary>
    /// <param name="environment">The environment; null where it is not known.</param>
    public static ProblemFamily? Find(FederatedEnvironment? environment) =>
        All.FirstOrDefault(family => family.EnvironmentType.IsInstanceOfType(environment));

    /// <summary>Makes the evaluator of an experiment.</summary>
    /// <param name="setup">The experiment.</param>
    /// <param name="policy">A policy instance of the evaluator's own; disposed with it.</param>
    /// <param name="pool">Threads to use while no agents run; not disposed.</param>
    public abstract Evaluator CreateEvaluator(TrainingSetup setup, Policy policy, WorkerPool pool);

    /// <summary>The exact problem of an experiment, for diagnosis.</summary>
    /// <param name="setup">The experiment.</param>
    /// <param name="temperature">tau.</param>
    /// <returns>
    /// Null for an environment that is known by its trajectories alone, and for parameters that policy gradients do not train; the caller
    /// disposes it.
    /// </returns>
    public virtual KnownProblem? CreateProblem(TrainingSetup setup, double temperature) => null;

    /// <summary>The least expected discounted costs of an environment: of the average of its agents, and of each alone.</summary>
    /// <param name="environment">An environment of this family.</param>
    /// <param name="objective">What is minimised.</param>
    /// <returns>Null where they are not known exactly.</returns>
    internal virtual MdpOptima? OptimaOf(FederatedEnvironment environment, Objective objective) => null;

    /// <summary>What the objective of an experiment is, as <c>summary.json</c> names it: a word of <see cref="ObjectiveKind"/>.</summary>
    /// <param name="setup">The experiment.</param>
    public virtual string ObjectiveKindOf(TrainingSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        return setup.Objective == Objective.Regret ? ObjectiveKind.Regret : ObjectiveKind.Reward;
    }

    /// <summary>
    /// The kinds of policies that an algorithm works with here, the default first; null for all that policy gradients train.
    /// </summary>
    /// <param name="needs">What the algorithm cannot do without.</param>
    public virtual IReadOnlyCollection<string>? PolicyKindsOf(AlgorithmNeeds needs)
    {
        ArgumentNullException.ThrowIfNull(needs);
        return needs.PolicyKinds;
    }

    /// <summary>Why an algorithm cannot run in an environment of this family, as "needs ..."; null where it can.</summary>
    /// <param name="needs">What the algorithm cannot do without.</param>
    /// <param name="environment">The environment.</param>
    public virtual string? RefusalOf(AlgorithmNeeds needs, FederatedEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(needs);
        ArgumentNullException.ThrowIfNull(environment);
        return needs.TabularStates ? $"needs an environment whose states are listed, which {environment.Name} is not" : null;
    }

    /// <summary>
    /// What of an environment's actions no policy can choose, as ", whose actions ..."; empty where there is nothing to say.
    /// </summary>
    /// <param name="environment">The environment.</param>
    public virtual string ActionsBeyondPolicies(FederatedEnvironment environment) => "";

    /// <summary>The environment as one that is known by its episodes alone; null where it is one already.</summary>
    /// <param name="environment">The environment.</param>
    public virtual FederatedEnvironment? AsEpisodic(FederatedEnvironment environment) => EpisodicEnvironment.Of(environment);

    /// <summary>Whether a policy gives what batches for several local steps need, divergences of policies.</summary>
    /// <param name="policy">A policy of this family.</param>
    public virtual bool KeepsBatches(Policy policy) => true;

    /// <summary>The most steps of an episode that random numbers exist for.</summary>
    /// <param name="setup">The experiment.</param>
    /// <exception cref="NotSupportedException">No episodes are played in this family.</exception>
    public virtual int MaxEpisodeLength(TrainingSetup setup) => throw NoEpisodes();

    /// <summary>Plays episodes of a policy, from random numbers that training never used.</summary>
    /// <param name="request">What to play.</param>
    /// <exception cref="NotSupportedException">No episodes are played in this family.</exception>
    public virtual PlayedEpisodes Play(EpisodeRequest request) => throw NoEpisodes();

    private NotSupportedException NoEpisodes() => new($"no episodes are played in {Name} problems");
}
