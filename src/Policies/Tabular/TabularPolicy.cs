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
    /// <param name="contexts">What it is told of each agent; null (the default) for nothing.</param>
    protected TabularPolicy(
        string kind, int states, int actions, TensorFormat format, ParameterLayout layout, AgentContexts? contexts = null)
        : base(kind, format, layout, contexts) => (States, Actions) = (states, actions);

    /// <summary>The number of states S.</summary>
    public int States { get; }

    /// <summary>The number of actions A.</summary>
    public int Actions { get; }

    /// <summary>log pi(a|s), [n, S, A], for rows [n, d]; differentiable in the rows.</summary>
    public virtual Tensor forward(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        RequireServed(rows);
        return First(rows.shape[0], LogProbabilities([.. Split(Twinned(rows))]));
    }

    /// <summary>
    /// Evaluates the policy for a block of rows and keeps what its backward pass needs. Call within a dispose scope, in any
    /// gradient mode; the rows must not change, and no other rows be evaluated, before <see cref="PolicyEvaluation.Backward"/> has run.
    /// </summary>
    /// <param name="rows">Theta, [n, d].</param>
    public virtual PolicyEvaluation Evaluate(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        RequireServed(rows);
        return Record(rows, LogProbabilities);
    }

    /// <summary>log pi(a|s), [n, S, A], of rows that are some agents', whoever is served; differentiable in the rows.</summary>
    /// <param name="rows">Theta, [n, d].</param>
    /// <param name="agents">The agent of each row, [n].</param>
    public Tensor forward(Tensor rows, IReadOnlyList<int> agents)
    {
        if (Contexts is null) return forward(rows);
        IReadOnlyList<int> before = Served!;
        Serve(agents);
        try
        {
            return forward(rows);
        }
        finally
        {
            Serve(before);
        }
    }

    /// <summary>log pi [n, S, A] from the parameters in layout order, each [n, ...shape].</summary>
    protected abstract Tensor LogProbabilities(IReadOnlyList<Tensor> parameters);
}
