using FedPG.Envs.LinearQuadratic;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Evaluation.LinearQuadratic;
using FedPG.Federation.Setup;
using FedPG.Federation.Threads;
using FedPG.Policies;
using FedPG.Policies.LinearQuadratic;

namespace FedPG.Federation.Families;

/// <summary>
/// Linear systems with quadratic costs: everything is known in closed form, and no episodes are played for an evaluation.
/// </summary>
internal sealed class LinearQuadraticFamily : ProblemFamily
{
    /// <inheritdoc/>
    public override string Name => "linear-quadratic";

    /// <inheritdoc/>
    public override Type EnvironmentType => typeof(LinearQuadraticProblem);

    /// <inheritdoc/>
    public override Type PolicyType => typeof(LinearPolicy);

    /// <inheritdoc/>
    public override bool PlaysEpisodes => false;

    /// <inheritdoc/>
    public override Evaluator CreateEvaluator(TrainingSetup setup, Policy policy, WorkerPool pool)
    {
        ArgumentNullException.ThrowIfNull(setup);
        return new LinearQuadraticEvaluator((LinearQuadraticProblem)setup.Environment, (LinearPolicy)policy, setup.OwnPolicies);
    }

    /// <inheritdoc/>
    public override KnownProblem? CreateProblem(TrainingSetup setup, double temperature)
    {
        ArgumentNullException.ThrowIfNull(setup);
        using Policy policy = setup.CreatePolicy(TensorFormat.Float64);
        return policy is LinearPolicy linear
            ? new LinearQuadraticKnown((LinearQuadraticProblem)setup.Environment, linear.StandardDeviation)
            : null;
    }
}
