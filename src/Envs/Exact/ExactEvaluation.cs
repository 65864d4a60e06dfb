namespace FedPG.Envs.Exact;

/// <summary>
/// A policy's exact evaluation on one kernel: (I - gamma P_pi) is factorised once, and then serves the values of every cost (Eq. (8)) and
/// the occupancy. The work arrays are reused from policy to policy. Not thread-safe: one instance a worker.
/// </summary>
public sealed class ExactEvaluation
{
    private readonly TransitionKernel _kernel;
    private readonly double _discount;
    private readonly BandOrdering _ordering;
    private readonly BandedLu _lu;
    private readonly double[] _policy;
    private readonly double[] _permuted;

    /// <summary>Prepares the evaluation of policies on a kernel.</summary>
    /// <param name="kernel">P.</param>
    /// <param name="discount">gamma in [0, 1).</param>
    public ExactEvaluation(TransitionKernel kernel, double discount)
        : this(kernel, discount, BandOrdering.Of(kernel)) { }

    private ExactEvaluation(TransitionKernel kernel, double discount, BandOrdering ordering)
    {
        (_kernel, _discount, _ordering) = (kernel, discount, ordering);
        _lu = new BandedLu(kernel.States, ordering.Lower, ordering.Upper);
        _policy = new double[kernel.RowCount];
        _permuted = new double[kernel.States];
    }

    /// <summary>The kernel P.</summary>
    public TransitionKernel Kernel => _kernel;

    /// <summary>gamma, in [0, 1).</summary>
    public double Discount => _discount;

    /// <summary>The multiplications that one factorisation takes.</summary>
    public double FactorisationCost => (double)_lu.Size * (_lu.Lower + 1) * (_lu.Upper + 1);

    /// <summary>Another instance for another thread, without ordering the states again.</summary>
    public ExactEvaluation Clone() => new(_kernel, _discount, _ordering);

    /// <summary>Factorises I - gamma P_pi for a policy.</summary>
    /// <param name="policy">pi(a|s), [S, A] row by row.</param>
    public void SetPolicy(ReadOnlySpan<double> policy)
    {
        policy.CopyTo(_policy);
        _lu.Clear();
        int[] position = _ordering.Position;
        for (int s = 0; s < _kernel.States; s++)
        {
            int i = position[s];
            _lu.At(i, i) += 1;
            for (int a = 0; a < _kernel.Actions; a++)
            {
                int row = (s * _kernel.Actions) + a;
                double weight = _discount * policy[row];
                ReadOnlySpan<int> next = _kernel.Next(row);
                ReadOnlySpan<double> probability = _kernel.Probabilities(row);
                for (int k = 0; k < next.Length; k++) _lu.At(i, position[next[k]]) -= weight * probability[k];
            }
        }
        _lu.Factorize();
    }

    /// <summary>The occupancy d(s) = sum over t of gamma^t P(s_t = s), not normalised: it sums to 1 / (1 - gamma).</summary>
    /// <param name="initial">rho, [S]; any other vector gives (I - gamma P_pi')^-1 times it.</param>
    /// <param name="occupancy">d, [S]; may be the same memory.</param>
    public void Occupancy(ReadOnlySpan<double> initial, Span<double> occupancy)
    {
        for (int i = 0; i < _permuted.Length; i++) _permuted[i] = initial[_ordering.State[i]];
        _lu.SolveTransposed(_permuted);
        for (int i = 0; i < _permuted.Length; i++) occupancy[_ordering.State[i]] = _permuted[i];
    }

    /// <summary>The state values of a cost: V = (I - gamma P_pi)^-1 c_pi, Eq. (8).</summary>
    /// <param name="costs">c(s, a), [S, A].</param>
    /// <param name="values">V, [S].</param>
    public void StateValues(ReadOnlySpan<double> costs, Span<double> values)
    {
        int actions = _kernel.Actions;
        for (int s = 0; s < _kernel.States; s++)
        {
            double sum = 0;
            for (int a = 0; a < actions; a++) sum += _policy[(s * actions) + a] * costs[(s * actions) + a];
            values[s] = sum;
        }
        Solve(values, values);
    }

    /// <summary>(I - gamma P_pi)^-1 b, for a function b of the state.</summary>
    /// <param name="right">b, [S].</param>
    /// <param name="solution">The solution, [S]; may be the same memory.</param>
    public void Solve(ReadOnlySpan<double> right, Span<double> solution)
    {
        for (int i = 0; i < _permuted.Length; i++) _permuted[i] = right[_ordering.State[i]];
        _lu.Solve(_permuted, 1);
        for (int i = 0; i < _permuted.Length; i++) solution[_ordering.State[i]] = _permuted[i];
    }

    /// <summary>The action values Q(s,a) = c(s,a) + gamma sum over s' of P(s'|s,a) V(s').</summary>
    /// <param name="costs">c(s, a), [S, A].</param>
    /// <param name="values">V, [S].</param>
    /// <param name="actionValues">Q, [S, A].</param>
    public void ActionValues(ReadOnlySpan<double> costs, ReadOnlySpan<double> values, Span<double> actionValues)
    {
        for (int row = 0; row < _kernel.RowCount; row++)
            actionValues[row] = costs[row] + (_discount * _kernel.Expectation(row, values));
    }
}
