using System.Numerics;

namespace FedPG.Envs.Tabular;

/// <summary>
/// Walker's alias tables (Vose 1991) of many distributions side by side: one 32-bit number picks an outcome with one comparison, however
/// many outcomes there are. Rows are padded to a power of two, <see cref="Columns"/>; the upper bits of the number choose the column,
/// the others are compared with its threshold. Immutable.
/// </summary>
internal sealed class AliasTable
{
    private AliasTable(int rows, int columns)
    {
        Columns = columns;
        Shift = BitOperations.Log2((uint)columns);
        Splits = new int[rows * columns];
        Targets = new int[2 * rows * columns];
    }

    /// <summary>The padded number of outcomes of a row, a power of two.</summary>
    public int Columns { get; }

    /// <summary>log2 of <see cref="Columns"/>.</summary>
    public int Shift { get; }

    /// <summary>
    /// A column's own outcome is taken when the lower bits, shifted up, are at most this, both as <see cref="Ordered"/> has them.
    /// </summary>
    public int[] Splits { get; }

    /// <summary>For column k: the own outcome at 2k, the alias at 2k + 1, both times the stride of the creation.</summary>
    public int[] Targets { get; }

    /// <summary>The most columns of all rows together, 3 GiB of tables.</summary>
    public const long MaxEntries = 1L << 28;

    /// <summary>An unsigned number as a signed one of the same order, for hardware that compares signed ones.</summary>
    public static int Ordered(uint number) => (int)(number ^ 0x80000000u);

    /// <summary>The outcome that a number picks from a row.</summary>
    public int Draw(int row, uint number)
    {
        ulong shifted = (ulong)number << Shift;
        int k = (row * Columns) + (int)(shifted >> 32);
        return Targets[(2 * k) + (Ordered((uint)shifted) > Splits[k] ? 1 : 0)];
    }

    /// <summary>Builds the tables.</summary>
    /// <param name="rows">The number of distributions.</param>
    /// <param name="longest">The most outcomes any of them has.</param>
    /// <param name="stride">What outcomes are multiplied with, to save that in the loop.</param>
    /// <param name="outcomes">The outcomes and probabilities of a row; both spans empty for a row that is never drawn.</param>
    public static AliasTable Create(int rows, int longest, int stride, RowReader outcomes)
    {
        var table = new AliasTable(rows, (int)BitOperations.RoundUpToPowerOf2((uint)longest));
        var small = new Stack<int>();
        var large = new Stack<int>();
        double[] scaled = new double[table.Columns];
        for (int row = 0; row < rows; row++)
        {
            outcomes(row, out ReadOnlySpan<int> targets, out ReadOnlySpan<double> probabilities);
            table.Fill(row, stride, targets, probabilities, scaled, small, large);
        }
        return table;
    }

    /// <summary>Gives the outcomes and probabilities of one row.</summary>
    public delegate void RowReader(int row, out ReadOnlySpan<int> targets, out ReadOnlySpan<double> probabilities);

    private void Fill(
        int row, int stride, ReadOnlySpan<int> targets, ReadOnlySpan<double> probabilities, double[] scaled, Stack<int> small,
        Stack<int> large)
    {
        if (targets.IsEmpty) return;
        double sum = 0;
        foreach (double p in probabilities) sum += p;
        for (int k = 0; k < Columns; k++)
        {
            scaled[k] = k < targets.Length ? probabilities[k] / sum * Columns : 0;
            (scaled[k] < 1 ? small : large).Push(k);
        }
        while (small.TryPop(out int less))
        {
            // Rounding can leave a column with nobody to borrow from; it is full but for rounding.
            if (!large.TryPop(out int more))
            {
                Set(row, less, 1, less, less, targets, stride);
                continue;
            }
            Set(row, less, scaled[less], less, more, targets, stride);
            scaled[more] -= 1 - scaled[less];
            (scaled[more] < 1 ? small : large).Push(more);
        }
        while (large.TryPop(out int full)) Set(row, full, 1, full, full, targets, stride);
    }

    private void Set(int row, int column, double share, int own, int alias, ReadOnlySpan<int> targets, int stride)
    {
        int k = (row * Columns) + column;
        int aliasTarget = targets[Math.Min(alias, targets.Length - 1)] * stride;
        bool padding = own >= targets.Length || share * 4294967296.0 < 1;
        Splits[k] = Ordered((uint)Math.Clamp((long)(share * 4294967296.0) - 1, 0, uint.MaxValue));
        Targets[2 * k] = padding ? aliasTarget : targets[own] * stride;
        Targets[(2 * k) + 1] = aliasTarget;
    }
}
