using static TorchSharp.torch;

namespace FedPG.Federation.Evaluation;

/// <summary>
/// Evaluates policies outside the federation: it knows every agent's rewards and dynamics, or may step every agent's environment, which a
/// simulation can. Not thread-safe.
/// </summary>
internal abstract class Evaluator : IDisposable
{
    /// <summary>
    /// The smallest mean of the agents' objectives that policies of this experiment could reach: the optimum of the average MDP where one
    /// policy serves all agents, the mean of their own optima where each has a policy of its own. Null where unknown.
    /// </summary>
    public abstract double? Optimal { get; }

    /// <summary>J of the uniform policy, the mean over agents; null where there is none.</summary>
    public abstract double? Uniform { get; }

    /// <summary>Each agent's own optimum J_i*, [N]; null where unknown.</summary>
    public abstract double[]? AgentOptima { get; }

    /// <summary>J_i of the uniform policy, [N]; null where unknown, and where there is no uniform policy.</summary>
    public virtual double[]? AgentUniforms => null;

    /// <summary>The mean over agents of J_i(uniform) - J_i*; null where unknown.</summary>
    public double? UniformOwnGap => OwnGaps.Mean(AgentUniforms, AgentOptima);

    /// <summary>Whether objectives are estimates, which come with a standard error.</summary>
    public virtual bool IsEstimate => false;

    /// <summary>The steps after which the episodes of an evaluation are cut; 0 (the default) where nothing is known of episodes.</summary>
    public virtual int EpisodeLength => 0;

    /// <summary>Evaluates parameters.</summary>
    /// <param name="theta">thetabar, [d].</param>
    /// <param name="temperature">The current tau; null for an experiment without entropy.</param>
    /// <param name="ownRows">
    /// Where agents have parameters of their own, those that serve each of them, [N, d]: objectives are judged there, the gradient at
    /// thetabar. Null where thetabar serves all.
    /// </param>
    public EvaluationResult Evaluate(Tensor theta, double? temperature, Tensor? ownRows = null)
    {
        ArgumentNullException.ThrowIfNull(theta);
        return OwnGaps.AddTo(Judge(theta, temperature, ownRows), AgentOptima, AgentUniforms);
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Evaluates parameters, but for what follows from <see cref="AgentOptima"/>.</summary>
    /// <param name="theta">thetabar, [d].</param>
    /// <param name="temperature">The current tau; null for an experiment without entropy.</param>
    /// <param name="ownRows">The parameters that serve each agent, [N, d]; null where thetabar serves all.</param>
    protected abstract EvaluationResult Judge(Tensor theta, double? temperature, Tensor? ownRows);
}
