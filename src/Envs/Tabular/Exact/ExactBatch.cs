using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using FedPG.Envs.Tabular.Exact.Sparse;

namespace FedPG.Envs.Tabular.Exact;

/// <summary>
/// Exact evaluations of the policies of eight agents at once, on a kernel that they share and whose factors are sparse: every operation
/// works on eight agents, each in its lane of a vector. Results have the bits that <see cref="ExactEvaluation"/> gives one agent. Arrays
/// have the agent as their last index. Not thread-safe.
/// </summary>
internal sealed class ExactBatch
{
    private readonly SparseLu<Vector512<double>, EightLanes> _lu;
    private readonly TransitionKernel _kernel;
    private readonly double _discount;
    private readonly AlignedArray<Vector512<double>> _policy, _occupancy, _values, _actionValues;

    private ExactBatch(EliminationPlan plan, double discount)
    {
        (_kernel, _discount, _lu) = (plan.Kernel, discount, new SparseLu<Vector512<double>, EightLanes>(plan, discount));
        (_policy, _actionValues) = (new(_kernel.RowCount), new(_kernel.RowCount));
        (_occupancy, _values) = (new(_kernel.States), new(_kernel.States));
    }

    /// <summary>How many agents.</summary>
    public static int Lanes => EightLanes.Count;

    /// <summary>pi(a|s), [S, A, 8]: what <see cref="Evaluate"/> reads.</summary>
    public Span<double> Policy => Numbers(_policy);

    /// <summary>d(s), [S, 8], not normalised.</summary>
    public ReadOnlySpan<double> Occupancy => Numbers(_occupancy);

    /// <summary>V(s), [S, 8].</summary>
    public ReadOnlySpan<double> Values => Numbers(_values);

    /// <summary>Q(s, a), [S, A, 8].</summary>
    public ReadOnlySpan<double> ActionValues => Numbers(_actionValues);

    /// <summary>A batch on an evaluation's kernel; null where that is not solved by sparse factors.</summary>
    /// <param name="evaluation">The evaluation; not used by the batch.</param>
    public static ExactBatch? On(ExactEvaluation evaluation)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        return evaluation.Plan is { } plan ? new ExactBatch(plan, evaluation.Discount) : null;
    }

    /// <summary>Evaluates the policies.</summary>
    /// <param name="initial">rho, [S].</param>
    /// <param name="costs">c(s, a), [S, A, 8].</param>
    public void Evaluate(ReadOnlySpan<double> initial, ReadOnlySpan<double> costs)
    {
        ReadOnlySpan<Vector512<double>> cost = MemoryMarshal.Cast<double, Vector512<double>>(costs);
        Span<Vector512<double>> policy = _policy.Span, occupancy = _occupancy.Span;
        Span<Vector512<double>> values = _values.Span, actionValues = _actionValues.Span;
        _lu.SetPolicy(policy);
        for (int s = 0; s < occupancy.Length; s++) occupancy[s] = Vector512.Create(initial[s]);
        _lu.SolveTransposed(occupancy);
        for (int s = 0; s < values.Length; s++)
        {
            Vector512<double> sum = default;
            for (int row = s * _kernel.Actions; row < (s + 1) * _kernel.Actions; row++) sum += policy[row] * cost[row];
            values[s] = sum;
        }
        _lu.Solve(values);
        Vector512<double> discount = Vector512.Create(_discount);
        for (int row = 0; row < actionValues.Length; row++)
        {
            ReadOnlySpan<int> next = _kernel.Next(row);
            ReadOnlySpan<double> probabilities = _kernel.Probabilities(row);
            Vector512<double> expected = default;
            for (int k = 0; k < next.Length; k++) expected += Vector512.Create(probabilities[k]) * values[next[k]];
            actionValues[row] = cost[row] + (discount * expected);
        }
    }

    private static Span<double> Numbers(AlignedArray<Vector512<double>> vectors) =>
        MemoryMarshal.Cast<Vector512<double>, double>(vectors.Span);
}
