namespace FedPG.Envs.LinearQuadratic;

/// <summary>The matrices of one agent as arrays, for steps that allocate nothing. Immutable.</summary>
/// <param name="agent">The agent.</param>
internal sealed class LinearQuadraticDynamics(LinearQuadraticAgent agent)
{
    private readonly double[] _a = MatrixRows.Of(agent.A), _b = MatrixRows.Of(agent.B);
    private readonly double[] _q = MatrixRows.Of(agent.Q), _r = MatrixRows.Of(agent.R);

    /// <summary>Takes a step: x becomes A x + B u.</summary>
    /// <param name="x">The state, [m], replaced by the next one.</param>
    /// <param name="u">The control, [k].</param>
    /// <param name="next">Room for a state, [m].</param>
    /// <returns>The cost of the step, x'Qx + u'Ru of the state before it.</returns>
    public double Step(Span<double> x, ReadOnlySpan<double> u, Span<double> next)
    {
        double cost = MatrixRows.Form(_q, x) + MatrixRows.Form(_r, u);
        MatrixRows.Multiply(_a, x, next);
        for (int i = 0; i < next.Length; i++)
        {
            for (int j = 0; j < u.Length; j++) next[i] += _b[(i * u.Length) + j] * u[j];
        }
        next.CopyTo(x);
        return cost;
    }
}
