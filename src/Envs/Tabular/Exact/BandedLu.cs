using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FedPG.Envs.Tabular.Exact;

/// <summary>
/// LU factorisation of a banded matrix without pivoting. I - gamma P has rows that are strictly diagonally dominant, so no pivoting is
/// needed: elements grow by at most a factor of 2. Row i holds columns i - lower ... i + upper at offset i * Width. Not thread-safe.
/// </summary>
internal sealed class BandedLu
{
    private readonly double[] _band;
    private readonly double[] _inverseDiagonal;

    public BandedLu(int size, int lower, int upper)
    {
        (Size, Lower, Upper) = (size, lower, upper);
        Width = lower + upper + 1;
        _band = new double[(long)size * Width];
        _inverseDiagonal = new double[size];
    }

    public int Size { get; }

    public int Lower { get; }

    public int Upper { get; }

    public int Width { get; }

    public void Clear() => Array.Clear(_band);

    /// <summary>The entry in row i and column j, which must lie within the band.</summary>
    public ref double At(int i, int j) => ref _band[((long)i * Width) + (j - i + Lower)];

    /// <summary>Replaces the matrix by its factors.</summary>
    public void Factorize()
    {
        for (int k = 0; k < Size; k++)
        {
            int columns = Math.Min(Upper, Size - 1 - k);
            Span<double> pivotRow = _band.AsSpan((int)(((long)k * Width) + Lower + 1), columns);
            double inverse = 1 / At(k, k);
            _inverseDiagonal[k] = inverse;
            int last = Math.Min(Size - 1, k + Lower);
            for (int i = k + 1; i <= last; i++)
            {
                ref double entry = ref At(i, k);
                if (entry == 0) continue;
                double factor = entry * inverse;
                entry = factor;
                SubtractMultiple(_band.AsSpan((int)(((long)i * Width) + (k + 1 - i + Lower)), columns), pivotRow, factor);
            }
        }
    }

    /// <summary>Solves M X = B in place for m right-hand sides; <paramref name="x"/> is [Size, m] row by row.</summary>
    public void Solve(Span<double> x, int m)
    {
        for (int i = 0; i < Size; i++)
        {
            Span<double> row = x.Slice(i * m, m);
            for (int j = Math.Max(0, i - Lower); j < i; j++) Eliminate(row, x.Slice(j * m, m), At(i, j));
        }
        for (int i = Size - 1; i >= 0; i--)
        {
            Span<double> row = x.Slice(i * m, m);
            int last = Math.Min(Size - 1, i + Upper);
            for (int j = i + 1; j <= last; j++) Eliminate(row, x.Slice(j * m, m), At(i, j));
            double inverse = _inverseDiagonal[i];
            for (int k = 0; k < m; k++) row[k] *= inverse;
        }
    }

    /// <summary>Solves M' x = b in place, [Size].</summary>
    public void SolveTransposed(Span<double> x)
    {
        for (int i = 0; i < Size; i++)
        {
            double value = x[i] *= _inverseDiagonal[i];
            int count = Math.Min(Upper, Size - 1 - i);
            SubtractMultiple(x.Slice(i + 1, count), _band.AsSpan((int)(((long)i * Width) + Lower + 1), count), value);
        }
        for (int i = Size - 1; i > 0; i--)
        {
            int first = Math.Max(0, i - Lower);
            SubtractMultiple(x[first..i], _band.AsSpan((int)(((long)i * Width) + (first - i + Lower)), i - first), x[i]);
        }
    }

    private static void Eliminate(Span<double> row, ReadOnlySpan<double> other, double factor)
    {
        if (factor == 0) return;
        if (row.Length == 1) row[0] -= factor * other[0];
        else SubtractMultiple(row, other, factor);
    }

    /// <summary>
    /// target -= factor * source. Multiplication and subtraction stay two roundings, so that every machine gives the same bits.
    /// </summary>
    private static void SubtractMultiple(Span<double> target, ReadOnlySpan<double> source, double factor)
    {
        int vectors = target.Length / Vector256<double>.Count;
        Span<Vector256<double>> t = MemoryMarshal.Cast<double, Vector256<double>>(target);
        ReadOnlySpan<Vector256<double>> s = MemoryMarshal.Cast<double, Vector256<double>>(source[..target.Length]);
        Vector256<double> f = Vector256.Create(factor);
        for (int k = 0; k < t.Length && k < s.Length; k++) t[k] -= f * s[k];
        for (int k = vectors * Vector256<double>.Count; k < target.Length; k++) target[k] -= factor * source[k];
    }
}
