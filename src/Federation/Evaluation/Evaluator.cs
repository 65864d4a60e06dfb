using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.LinearQuadratic;
using FedPG.Envs.Tabular;
using FedPG.Federation.Setup;
using FedPG.Federation.Threads;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.LinearQuadratic;
using FedPG.Policies.Tabular;
using static TorchSharp.torch;

namespace FedPG.Federation.Evaluation;

/// <summary>
/// Evaluates the server's policy outside the federation: it knows every agent's rewards and dynamics, or may step every agent's environment, which a
/// simulation can. Not thread-safe.
/// </summary>
public abstract class Evaluator : IDisposable
{
    /// <summary>The optimum of the mean of the agents' objectives; null where unknown.</summary>
    public abstract double? Optimal { get; }

    /// <summary>J of the uniform policy, the mean over agents; null where there is none.</summary>
    public abstract double? Uniform { get; }

    /// <summary>Each agent's own optimum, [N]; null where unknown.</summary>
    public abstract double[]? AgentOptima { get; }

    /// <summary>Whether objectives are estimates, which come with a standard error.</summary>
    public virtual bool IsEstimate => false;

    /// <summary>What the objective of an experiment is, as <c>summary.json</c> names it: a word of <see cref="ObjectiveKind"/>.</summary>
    /// <param name="experiment">The experiment.</param>
    public static string ObjectiveKindOf(TrainingSetup experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        if (experiment.PolicyKind == StateValues.Kind) return experiment.Environment is FiniteMdp ? ObjectiveKind.SquaredValueError : ObjectiveKind.SquaredReturnError;
        return experiment.Objective == Objective.Regret ? ObjectiveKind.Regret : ObjectiveKind.Reward;
    }

    /// <summary>The evaluator of an experiment.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="policy">A policy instance of the evaluator's own; disposed with it.</param>
    /// <param name="pool">Threads to use while no agents run; not disposed.</param>
    /// <exception cref="NotSupportedException">There is none for this type of environment.</exception>
    public static Evaluator Create(TrainingSetup experiment, Policy policy, WorkerPool pool)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return experiment.Environment switch
        {
            FiniteMdp mdp when policy is StateValues values => new ValueErrorEvaluator(mdp, experiment.Objective, values),
            FiniteMdp mdp => new ExactEvaluator(mdp, experiment.Objective, (TabularPolicy)policy),
            LinearQuadraticProblem problem => new LinearQuadraticEvaluator(problem, (LinearPolicy)policy),
            EpisodicEnvironment stepped when policy is ObservationStateValues values => new ReturnErrorEvaluator(stepped, experiment.Objective, values, experiment.Seed, experiment.EvaluationEpisodes, pool),
            EpisodicEnvironment stepped => new RolloutEvaluator(stepped, experiment.Objective, (EpisodicPolicy)policy, experiment.Seed, experiment.EvaluationEpisodes, pool),
            _ => throw new NotSupportedException($"nothing evaluates {experiment.Environment.GetType().Name}"),
        };
    }

    /// <summary>Evaluates parameters.</summary>
    /// <param name="theta">thetabar, [d].</param>
    /// <param name="temperature">The current tau; null for an experiment without entropy.</param>
    public abstract EvaluationResult Evaluate(Tensor theta, double? temperature);

    /// <inheritdoc/>
    public abstract void Dispose();
}
