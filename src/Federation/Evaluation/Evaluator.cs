using FedPG.Envs;
using FedPG.Envs.LinearQuadratic;
using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Federation.Evaluation;

/// <summary>
/// Evaluates the server's policy outside the federation: it knows every agent's rewards and dynamics, which a simulation has. Not thread-safe.
/// </summary>
public abstract class Evaluator : IDisposable
{
    /// <summary>The optimum of the mean of the agents' objectives; null where unknown.</summary>
    public abstract double? Optimal { get; }

    /// <summary>J of the uniform policy, the mean over agents; null where there is none.</summary>
    public abstract double? Uniform { get; }

    /// <summary>Each agent's own optimum, [N]; null where unknown.</summary>
    public abstract double[]? AgentOptima { get; }

    /// <summary>What the objective is, where it is no expected discounted cost of a policy: "squared-value-error"; else null.</summary>
    public virtual string? Measure => null;

    /// <summary>The evaluator of an environment.</summary>
    /// <param name="environment">The instance for all agents.</param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="policy">A policy instance of the evaluator's own; disposed with it.</param>
    /// <exception cref="NotSupportedException">There is none for this type of environment.</exception>
    public static Evaluator Create(EnvironmentInstance environment, Objective objective, Policy policy) => environment switch
    {
        FiniteMdp mdp when policy is StateValues values => new ValueErrorEvaluator(mdp, objective, values),
        FiniteMdp mdp => new ExactEvaluator(mdp, objective, (FinitePolicy)policy),
        LinearQuadraticProblem problem => new LinearQuadraticEvaluator(problem, (LinearPolicy)policy),
        _ => throw new NotSupportedException($"nothing evaluates {environment?.GetType().Name}"),
    };

    /// <summary>Evaluates parameters.</summary>
    /// <param name="theta">thetabar, [d].</param>
    /// <param name="temperature">The current tau; null for an experiment without entropy.</param>
    public abstract Evaluation Evaluate(Tensor theta, double? temperature);

    /// <inheritdoc/>
    public abstract void Dispose();
}
