namespace FedPG.Envs.Tabular.Exact.Sparse;

/// <summary>
/// LU factorisation of I - gamma P_pi, for the policies of as many agents as there are lanes, in the places of a plan; no pivoting, as the
/// rows are diagonally dominant. A row is finished in a dense work row: the earlier rows it depends on are subtracted one after another, so
/// only what is not zero is touched, and the inner loop is one product and one difference in every lane. Not thread-safe.
/// </summary>
internal sealed unsafe class SparseLu<T, TLanes>
    where T : unmanaged
    where TLanes : ILanes<T>
{
    private readonly EliminationPlan _plan;
    private readonly double _discount;
    private readonly AlignedArray<T> _values, _row, _x;

    /// <summary>Allocates the values.</summary>
    /// <param name="plan">Where they lie.</param>
    /// <param name="discount">gamma.</param>
    public SparseLu(EliminationPlan plan, double discount)
    {
        (_plan, _discount) = (plan, discount);
        (_values, _row, _x) = (new AlignedArray<T>(plan.ValueCount), new AlignedArray<T>(plan.Size), new AlignedArray<T>(plan.Size));
    }

    /// <summary>Assembles and factorises the matrices of policies.</summary>
    /// <param name="policy">pi(a|s), [S, A].</param>
    public void SetPolicy(ReadOnlySpan<T> policy)
    {
        TransitionKernel kernel = _plan.Kernel;
        Span<T> values = _values.Span;
        values.Clear();
        values[.._plan.Size].Fill(TLanes.Of(1));
        int entry = 0;
        T discount = TLanes.Of(_discount);
        for (int row = 0; row < kernel.RowCount; row++)
        {
            T weight = TLanes.Multiply(discount, policy[row]);
            foreach (double probability in kernel.Probabilities(row))
            {
                ref T value = ref values[_plan.Entries[entry++]];
                value = TLanes.SubtractProduct(value, weight, TLanes.Of(probability));
            }
        }
        Factorize();
    }

    /// <summary>Solves M x = b in place, [S].</summary>
    public void Solve(Span<T> b)
    {
        Enter(b);
        Solve(_x.Span, 0, _plan.Size);
        Leave(b);
    }

    /// <summary>Solves M' x = b in place, [S].</summary>
    public void SolveTransposed(Span<T> b)
    {
        Enter(b);
        SolveTransposed(_x.Span, 0, _plan.Size);
        Leave(b);
    }

    /// <summary>Solves M x = b in place for places that no entry of the factors joins to others.</summary>
    /// <param name="values">x by place, [S].</param>
    /// <param name="from">The first place.</param>
    /// <param name="to">The place behind the last.</param>
    public void Solve(Span<T> values, int from, int to)
    {
        T* diagonal = _values.Pointer, lower = diagonal + _plan.Size, upper = lower + _plan.LowerColumns.Length;
        fixed (T* x = values)
        fixed (int* lowerColumns = _plan.LowerColumns, upperColumns = _plan.UpperColumns)
        fixed (int* lowerStarts = _plan.LowerStarts, upperStarts = _plan.UpperStarts)
        {
            for (int i = from; i < to; i++)
            {
                T value = x[i];
                for (int k = lowerStarts[i]; k < lowerStarts[i + 1]; k++)
                    value = TLanes.SubtractProduct(value, lower[k], x[lowerColumns[k]]);
                x[i] = value;
            }
            for (int i = to - 1; i >= from; i--)
            {
                T value = x[i];
                for (int k = upperStarts[i]; k < upperStarts[i + 1]; k++)
                    value = TLanes.SubtractProduct(value, upper[k], x[upperColumns[k]]);
                x[i] = TLanes.Multiply(value, diagonal[i]);
            }
        }
        GC.KeepAlive(this);
    }

    /// <summary>Solves M' x = b in place for places that no entry of the factors joins to others.</summary>
    /// <param name="values">x by place, [S].</param>
    /// <param name="from">The first place.</param>
    /// <param name="to">The place behind the last.</param>
    public void SolveTransposed(Span<T> values, int from, int to)
    {
        T* diagonal = _values.Pointer, lower = diagonal + _plan.Size, upper = lower + _plan.LowerColumns.Length;
        fixed (T* x = values)
        fixed (int* lowerColumns = _plan.LowerColumns, upperColumns = _plan.UpperColumns)
        fixed (int* lowerStarts = _plan.LowerStarts, upperStarts = _plan.UpperStarts)
        {
            for (int i = from; i < to; i++)
            {
                T value = x[i] = TLanes.Multiply(x[i], diagonal[i]);
                SubtractMultiple(x, upper, upperColumns, upperStarts[i], upperStarts[i + 1], value);
            }
            for (int i = to - 1; i >= from; i--) SubtractMultiple(x, lower, lowerColumns, lowerStarts[i], lowerStarts[i + 1], x[i]);
        }
        GC.KeepAlive(this);
    }

    /// <summary>Replaces the matrix by its factors; the diagonal by its reciprocals.</summary>
    private void Factorize()
    {
        int n = _plan.Size;
        T* row = _row.Pointer, diagonal = _values.Pointer, lower = diagonal + n, upper = lower + _plan.LowerColumns.Length;
        fixed (int* lowerColumns = _plan.LowerColumns, upperColumns = _plan.UpperColumns)
        fixed (int* lowerStarts = _plan.LowerStarts, upperStarts = _plan.UpperStarts)
        {
            for (int i = 0; i < n; i++)
            {
                (int firstLower, int endLower) = (lowerStarts[i], lowerStarts[i + 1]);
                (int firstUpper, int endUpper) = (upperStarts[i], upperStarts[i + 1]);
                row[i] = diagonal[i];
                for (int k = firstLower; k < endLower; k++) row[lowerColumns[k]] = lower[k];
                for (int k = firstUpper; k < endUpper; k++) row[upperColumns[k]] = upper[k];
                for (int k = firstLower; k < endLower; k++)
                {
                    int pivot = lowerColumns[k];
                    T factor = lower[k] = TLanes.Multiply(row[pivot], diagonal[pivot]);
                    SubtractMultiple(row, upper, upperColumns, upperStarts[pivot], upperStarts[pivot + 1], factor);
                }
                diagonal[i] = TLanes.Reciprocal(row[i]);
                for (int k = firstUpper; k < endUpper; k++) upper[k] = row[upperColumns[k]];
            }
        }
        GC.KeepAlive(this);
    }

    /// <summary>x[columns[k]] -= values[k] factor for a row's entries, whose columns all differ.</summary>
    private static void SubtractMultiple(T* x, T* values, int* columns, int from, int to, T factor)
    {
        for (int k = from; k < to; k++)
        {
            T* target = x + columns[k];
            *target = TLanes.SubtractProduct(*target, values[k], factor);
        }
    }

    private void Enter(ReadOnlySpan<T> b)
    {
        Span<T> x = _x.Span;
        for (int i = 0; i < x.Length; i++) x[i] = b[_plan.State[i]];
    }

    private void Leave(Span<T> b)
    {
        ReadOnlySpan<T> x = _x.Span;
        for (int i = 0; i < x.Length; i++) b[_plan.State[i]] = x[i];
    }
}
