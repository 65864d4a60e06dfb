namespace FedPG.Envs.Tabular.Exact.Sparse;

/// <summary>
/// Where everything lies when I - gamma P_pi of one kernel is factorised in an <see cref="EliminationOrder"/>: the same for every policy,
/// so it is worked out once and shared. Values are one array: S diagonal entries, then the rows of L, then the rows of U. Immutable.
/// </summary>
internal sealed class EliminationPlan
{
    private readonly int[] _firstEntries;

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
        Position = new int[n];
        for (int i = 0; i < n; i++) Position[State[i]] = i;
        _firstEntries = new int[kernel.RowCount];
        Entries = EntryPlaces();
    }

    /// <summary>P.</summary>
    public TransitionKernel Kernel { get; }

    /// <summary>S.</summary>
    public int Size => State.Length;

    /// <summary>The state at each place, [S].</summary>
    public int[] State { get; }

    /// <summary>The place of each state, [S].</summary>
    public int[] Position { get; }

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

    /// <summary>
    /// The place among the values of each of the kernel's entries, in the kernel's order. Those that lie outside of the factors, as they
    /// leave a component (<see cref="ComponentPlan"/>), have the last one.
    /// </summary>
    public int[] Entries { get; }

    /// <summary>How many of the kernel's entries lie outside of the factors.</summary>
    public int Leaving { get; private set; }

    /// <summary>How many values there are.</summary>
    public int ValueCount => Size + LowerColumns.Length + UpperColumns.Length + (Leaving > 0 ? 1 : 0);

    /// <summary>The first entry of a row of the kernel.</summary>
    public int FirstEntry(int row) => _firstEntries[row];

    /// <summary>Whether an entry of the kernel lies outside of the factors.</summary>
    public bool IsLeaving(int entry) => Entries[entry] == Size + LowerColumns.Length + UpperColumns.Length;

    private int[] EntryPlaces()
    {
        int[] places = new int[Kernel.EntryCount];
        int count = 0, outside = Size + LowerColumns.Length + UpperColumns.Length;
        for (int row = 0; row < Kernel.RowCount; row++)
        {
            _firstEntries[row] = count;
            int i = Position[row / Kernel.Actions];
            foreach (int next in Kernel.Next(row))
            {
                int place = PlaceOf(i, Position[next]);
                if (place < 0) Leaving++;
                places[count++] = place < 0 ? outside : place;
            }
        }
        return places;
    }

    /// <summary>The place of an entry; below 0 where there is none.</summary>
    private int PlaceOf(int i, int j)
    {
        if (i == j) return i;
        int found = j < i
            ? Array.BinarySearch(LowerColumns, LowerStarts[i], LowerStarts[i + 1] - LowerStarts[i], j)
            : Array.BinarySearch(UpperColumns, UpperStarts[i], UpperStarts[i + 1] - UpperStarts[i], j);
        if (found < 0) return -1;
        return j < i ? Size + found : Size + LowerColumns.Length + found;
    }
}
