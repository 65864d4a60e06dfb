using System.Numerics;

namespace FedPG.Policies.Heads;

/// <summary>The probability simplex.</summary>
internal static class Simplex
{
    private const int OnStack = 128;

    /// <summary>
    /// Euclidean projection of every group of numbers onto the simplex, in place: x becomes max(x - tau, 0) with the tau that makes the sum
    /// 1, found by sorting (Held, Wolfe and Crowder 1974). Components below tau become exactly 0.
    /// </summary>
    /// <param name="values">Groups one after another; finite numbers. A group with a number that is not finite is left alone.</param>
    /// <param name="size">The numbers of a group, 1 or more; divides the length.</param>
    /// <exception cref="ArgumentException">The length is no multiple of the size.</exception>
    public static void Project<T>(Span<T> values, int size)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (values.Length % size != 0) throw new ArgumentException($"{values.Length} numbers are not groups of {size}", nameof(values));
        Span<double> sorted = size <= OnStack ? stackalloc double[size] : new double[size];
        for (int first = 0; first < values.Length; first += size)
        {
            Span<T> group = values.Slice(first, size);
            double shift = Shift(group, sorted);
            if (!double.IsFinite(shift)) continue;
            for (int k = 0; k < size; k++) group[k] = T.CreateTruncating(Math.Max(double.CreateTruncating(group[k]) - shift, 0));
        }
    }

    /// <summary>tau: the mean excess over 1 of the largest numbers, as many of them as stay above it.</summary>
    private static double Shift<T>(ReadOnlySpan<T> group, Span<double> sorted)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int k = 0; k < group.Length; k++) sorted[k] = -double.CreateTruncating(group[k]);
        sorted.Sort();
        double sum = 0, shift = double.NaN;
        for (int k = 0; k < sorted.Length; k++)
        {
            double value = -sorted[k];
            sum += value;
            double candidate = (sum - 1) / (k + 1);
            if (value <= candidate && k > 0) break;
            shift = candidate;
        }
        return shift;
    }
}
