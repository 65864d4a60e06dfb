namespace FedPG.Envs.Tabular.Exact.Sparse;

/// <summary>
/// Where everything lies when I - gamma P_pi of one kernel is factorised in an <see cref="EliminationOrder"/>: the same for every policy,
/// so it is worked out once and shared. Values are one array: S diagonal entries, then the rows of L, then the rows of U. Immutable.
/// </summary>
internal sealed class EliminationPlan
{
    /// <summary>Lays out an order.</summary>
    /// <param name="kernel">P.</param>
    /// <param name="order">The order of its states.</param>
    public EliminationPlan(TransitionKernel kernel, EliminationOrder order)
    {
        int n = kernel.States;
        (Kernel, State, Cost) = (kernel, order.State, order.Cost);
        (LowerStarts, UpperStarts) = (new int[n + 1], new int[n + 1]);
        foreach (int[] row in order.Later)
        {
            foreach (int j in row) LowerStarts[j + 1]++;
        }
        for (int i = 0; i < n; i++)
        {
            LowerStarts[i + 1] += LowerStarts[i];
            UpperStarts[i + 1] = UpperStarts[i] + order.Later[i].Length;
        }
        (LowerColumns, UpperColumns) = (new int[LowerStarts[n]], new int[UpperStarts[n]]);
        int[] filled = LowerStarts[..n];
        for (int i = 0; i < n; i++)
        {
            order.Later[i].CopyTo(UpperColumns, UpperStarts[i]);
            // Rows of L come out ascending, as i ascends.
            foreach (int j in order.Later[i]) LowerColumns[filled[j]++] = i;
        }
        Entries = EntryPlaces();
    }

    /// <summary>P.</summary>
    public TransitionKernel Kernel { get; }

    /// <summary>S.</summary>
    public int Size => State.Length;

    /// <summary>The state at each place, [S].</summary>
    public int[] State { get; }

    /// <summary>The multiplications of one factorisation.</summary>
    public double Cost { get; }

    /// <summary>Where the rows of L begin among its entries, [S + 1].</summary>
    public int[] LowerStarts { get; }

    /// <summary>Where the rows of U begin among its entries, [S + 1].</summary>
    public int[] UpperStarts { get; }

    /// <summary>The columns of L's entries, ascending within a row.</summary>
    public int[] LowerColumns { get; }

    /// <summary>The columns of U's entries, ascending within a row, without the diagonal.</summary>
    public int[] UpperColumns { get; }

    /// <summary>The place among the values of each of the kernel's entries, in the kernel's order.</summary>
    public int[] Entries { get; }

    /// <summary>How many values there are.</summary>
    public int ValueCount => Size + LowerColumns.Length + UpperColumns.Length;

    private int[] EntryPlaces()
    {
        int[] position = new int[Size], places = new int[Kernel.EntryCount];
        for (int i = 0; i < Size; i++) position[State[i]] = i;
        int count = 0;
        for (int row = 0; row < Kernel.RowCount; row++)
        {
            int i = position[row / Kernel.Actions];
            foreach (int next in Kernel.Next(row)) places[count++] = PlaceOf(i, position[next]);
        }
        return places;
    }

    private int PlaceOf(int i, int j)
    {
        if (i == j) return i;
        return j < i
            ? Size + Array.BinarySearch(LowerColumns, LowerStarts[i], LowerStarts[i + 1] - LowerStarts[i], j)
            : Size + LowerColumns.Length + Array.BinarySearch(UpperColumns, UpperStarts[i], UpperStarts[i + 1] - UpperStarts[i], j);
    }
}
