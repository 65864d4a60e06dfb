using static TorchSharp.torch;

namespace FedPG.Policies.Tabular;

/// <summary>
/// A stochastic policy over listed states: rows Theta [n, d] in, log pi(a|s) [n, S, A] out, all rows in the same few operations. It starts
/// uniform. An instance serves one thread.
/// </summary>
public abstract class TabularPolicy : Policy
{
    /// <summary>Creates the policy.</summary>
    /// <param name="kind">The kind, as experiment files name it.</param>
    /// <param name="states">S.</param>
    /// <param name="actions">A.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    /// <param name="layout">What lies where in a row.</param>
    protected TabularPolicy(string kind, int states, int actions, TensorFormat format, ParameterLayout layout)
        : base(kind, format, layout) => (States, Actions) = (states, actions);

    /// <summary>The number of states S.</summary>
    public int States { get; }

    /// <summary>The number of actions A.</summary>
    public int Actions { get; }

    /// <summary>log pi(a|s), [n, S, A], for rows [n, d]; differentiable in the rows.</summary>
    public virtual Tensor forward(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return First(rows.shape[0], LogProbabilities([.. Split(Twinned(rows))]));
    }

    /// <summary>
    /// Evaluates the policy for a block of rows and keeps what its backward pass needs. Call within a dispose scope, in any
    /// gradient mode; the rows must not change, and no other rows be evaluated, before <see cref="PolicyEvaluation.Backward"/> has run.
    /// </summary>
    /// <param name="rows">Theta, [n, d].</param>
    public virtual PolicyEvaluation Evaluate(Tensor rows) => Record(rows, LogProbabilities);

    /// <summary>log pi [n, S, A] from the parameters in layout order, each [n, ...shape].</summary>
    protected abstract Tensor LogProbabilities(IReadOnlyList<Tensor> parameters);
}
