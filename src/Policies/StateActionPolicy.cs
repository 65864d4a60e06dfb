using static TorchSharp.torch;

namespace FedPG.Policies;

/// <summary>
/// A policy where states cannot be listed, or actions are continuous: it gives log pi of the M pairs of observation and action that each
/// agent met, [n, M], and the gradient of their weighted sum. An instance serves one thread.
/// </summary>
public abstract class StateActionPolicy : Policy
{
    /// <summary>Creates the policy.</summary>
    /// <param name="kind">The kind, as experiment files name it.</param>
    /// <param name="observationSize">The numbers in an observation.</param>
    /// <param name="actionSize">The numbers in an action.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    /// <param name="layout">What lies where in a row.</param>
    /// <param name="contexts">What it is told of each agent, as part of observations; null (the default) for nothing.</param>
    protected StateActionPolicy(
        string kind, int observationSize, int actionSize, TensorFormat format, ParameterLayout layout, AgentContexts? contexts = null)
        : base(kind, format, layout, contexts) => (ObservationSize, ActionSize) = (observationSize, actionSize);

    /// <summary>The numbers in an observation.</summary>
    public int ObservationSize { get; }

    /// <summary>The numbers in an action.</summary>
    public int ActionSize { get; }

    /// <summary>
    /// Evaluates log pi of the pairs met and keeps what its backward pass needs. Call within a dispose scope, in any gradient mode; the
    /// rows must not change before <see cref="PolicyEvaluation.Backward"/>, with weights W [n, M], has run.
    /// </summary>
    /// <param name="rows">Theta, [n, d].</param>
    /// <param name="observations">What each agent met, [n, M, ObservationSize].</param>
    /// <param name="actions">What it did there, [n, M, ActionSize].</param>
    public virtual PolicyEvaluation Evaluate(Tensor rows, Tensor observations, Tensor actions)
    {
        (Tensor met, Tensor done) = (Twinned(observations), Twinned(actions));
        return Record(rows, parameters => LogProbabilities(parameters, met, done));
    }

    /// <summary>log pi [n, M] of pairs, from the parameters in layout order, each [n, ...shape].</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="observations">[n, M, ObservationSize].</param>
    /// <param name="actions">[n, M, ActionSize].</param>
    protected abstract Tensor LogProbabilities(IReadOnlyList<Tensor> parameters, Tensor observations, Tensor actions);
}
