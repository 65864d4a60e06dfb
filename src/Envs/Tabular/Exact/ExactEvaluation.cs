using FedPG.Envs.Tabular.Exact.Sparse;

namespace FedPG.Envs.Tabular.Exact;

/// <summary>
/// A policy's exact evaluation on one kernel: (I - gamma P_pi) is factorised once, and then serves the values of every cost (Eq. (8)) and
/// the occupancy. Large kernels whose band would be full are solved by iterations to rounding level instead (<see cref="LinearSolver"/>).
/// The work arrays are reused from policy to policy. Not thread-safe: one instance a worker.
/// </summary>
public sealed class ExactEvaluation
{
    private readonly TransitionKernel _kernel;
    private readonly double _discount;
    private readonly IPolicySystem _system;
    private readonly double[] _policy;

    /// <summary>Prepares the evaluation of policies on a kernel.</summary>
    /// <param name="kernel">P.</param>
    /// <param name="discount">gamma in [0, 1).</param>
    /// <param name="solver">How systems are solved; the default depends on the kernel alone.</param>
    /// <exception cref="ArgumentException">The band was asked for, and it does not fit into an array.</exception>
    public ExactEvaluation(TransitionKernel kernel, double discount, LinearSolver solver = LinearSolver.Automatic)
        : this(kernel, discount, CreateSystem(kernel, discount, solver)) { }

    private ExactEvaluation(TransitionKernel kernel, double discount, IPolicySystem system)
    {
        (_kernel, _discount, _system) = (kernel, discount, system);
        _policy = new double[kernel.RowCount];
    }

    /// <summary>The kernel P.</summary>
    public TransitionKernel Kernel => _kernel;

    /// <summary>gamma, in [0, 1).</summary>
    public double Discount => _discount;

    /// <summary>About how many multiplications a policy takes.</summary>
    public double FactorisationCost => _system.Cost;

    /// <summary>How systems are solved.</summary>
    public LinearSolver Solver => _system switch
    {
        SparseSystem => LinearSolver.Sparse,
        BandedSystem => LinearSolver.Banded,
        _ => LinearSolver.Iterative,
    };

    /// <summary>Where the sparse factors lie, for evaluations of several agents at once; null with another solver.</summary>
    internal EliminationPlan? Plan => (_system as SparseSystem)?.Plan;

    /// <summary>
    /// How far the last <see cref="StateValues"/> or <see cref="Solve"/> may be from the true solution in any state, from its residual; 0
    /// for elimination, whose error is rounding alone.
    /// </summary>
    public double ErrorBound => _system.ErrorBound;

    /// <summary>Another instance for another thread, without ordering the states again.</summary>
    public ExactEvaluation Clone() => new(_kernel, _discount, _system.Clone());

    /// <summary>Prepares I - gamma P_pi of a policy: factorises it, or its preconditioner.</summary>
    /// <param name="policy">pi(a|s), [S, A] row by row.</param>
    public void SetPolicy(ReadOnlySpan<double> policy)
    {
        policy.CopyTo(_policy);
        _system.SetPolicy(policy);
    }

    /// <summary>The occupancy d(s) = sum over t of gamma^t P(s_t = s), not normalised: it sums to 1 / (1 - gamma).</summary>
    /// <param name="initial">rho, [S]; any other vector gives (I - gamma P_pi')^-1 times it.</param>
    /// <param name="occupancy">d, [S]; may be the same memory.</param>
    /// <exception cref="ConvergenceException">The iterative solver did not reach its tolerance.</exception>
    public void Occupancy(ReadOnlySpan<double> initial, Span<double> occupancy)
    {
        initial[.._kernel.States].CopyTo(occupancy);
        _system.SolveTransposed(occupancy[.._kernel.States]);
    }

    /// <summary>The state values of a cost: V = (I - gamma P_pi)^-1 c_pi, Eq. (8).</summary>
    /// <param name="costs">c(s, a), [S, A].</param>
    /// <param name="values">V, [S].</param>
    /// <exception cref="ConvergenceException">The iterative solver did not reach its tolerance.</exception>
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
    /// <exception cref="ConvergenceException">The iterative solver did not reach its tolerance.</exception>
    public void Solve(ReadOnlySpan<double> right, Span<double> solution)
    {
        right[.._kernel.States].CopyTo(solution);
        _system.Solve(solution[.._kernel.States]);
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

    private static IPolicySystem CreateSystem(TransitionKernel kernel, double discount, LinearSolver solver)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        if (solver == LinearSolver.Iterative) return new GmresSystem(kernel, discount, GmresSystem.EstimatedCost(kernel, kernel.States));
        if (solver == LinearSolver.Automatic) return KernelPlan.Of(kernel).System(discount);
        int[][] neighbours = StateGraph.Neighbours(kernel);
        if (solver == LinearSolver.Sparse)
            return new SparseSystem(new EliminationPlan(kernel, EliminationOrder.Of(neighbours, double.PositiveInfinity)!), discount);
        BandOrdering band = BandOrdering.Of(kernel, neighbours);
        return band.BandSize <= Array.MaxLength
            ? new BandedSystem(kernel, discount, band)
            : throw new ArgumentException($"a band of {band.BandSize} numbers is more than an array holds", nameof(solver));
    }
}
