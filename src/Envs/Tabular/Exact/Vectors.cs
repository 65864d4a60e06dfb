using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FedPG.Envs.Tabular.Exact;

/// <summary>
/// Operations on vectors in four lanes with separate roundings of products and sums, so that every machine gives the same bits.
/// </summary>
internal static class Vectors
{
    /// <summary>The inner product.</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        ReadOnlySpan<Vector256<double>> x = MemoryMarshal.Cast<double, Vector256<double>>(a);
        ReadOnlySpan<Vector256<double>> y = MemoryMarshal.Cast<double, Vector256<double>>(b[..a.Length]);
        Vector256<double> even = default, odd = default;
        int k = 0;
        for (; k + 1 < x.Length && k + 1 < y.Length; k += 2)
        {
            even += x[k] * y[k];
            odd += x[k + 1] * y[k + 1];
        }
        double sum = Vector256.Sum(even + odd);
        for (int i = k * Vector256<double>.Count; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    /// <summary>target += factor * source.</summary>
    public static void AddMultiple(Span<double> target, double factor, ReadOnlySpan<double> source)
    {
        Span<Vector256<double>> t = MemoryMarshal.Cast<double, Vector256<double>>(target);
        ReadOnlySpan<Vector256<double>> s = MemoryMarshal.Cast<double, Vector256<double>>(source[..target.Length]);
        Vector256<double> f = Vector256.Create(factor);
        for (int k = 0; k < t.Length && k < s.Length; k++) t[k] += f * s[k];
        for (int i = t.Length * Vector256<double>.Count; i < target.Length; i++) target[i] += factor * source[i];
    }

    /// <summary>target += factor * source, and then the inner product of target with another vector, which may be target itself.</summary>
    public static double AddMultipleAndDot(Span<double> target, double factor, ReadOnlySpan<double> source, ReadOnlySpan<double> other)
    {
        Span<Vector256<double>> t = MemoryMarshal.Cast<double, Vector256<double>>(target);
        ReadOnlySpan<Vector256<double>> s = MemoryMarshal.Cast<double, Vector256<double>>(source[..target.Length]);
        ReadOnlySpan<Vector256<double>> o = MemoryMarshal.Cast<double, Vector256<double>>(other[..target.Length]);
        Vector256<double> f = Vector256.Create(factor), even = default, odd = default;
        int k = 0;
        for (; k + 1 < t.Length && k + 1 < s.Length && k + 1 < o.Length; k += 2)
        {
            Vector256<double> first = t[k] + (f * s[k]), second = t[k + 1] + (f * s[k + 1]);
            (t[k], t[k + 1]) = (first, second);
            even += o[k] * first;
            odd += o[k + 1] * second;
        }
        double sum = Vector256.Sum(even + odd);
        for (int i = k * Vector256<double>.Count; i < target.Length; i++)
        {
            target[i] += factor * source[i];
            sum += other[i] * target[i];
        }
        return sum;
    }

    /// <summary>target *= factor.</summary>
    public static void Scale(Span<double> target, double factor)
    {
        for (int i = 0; i < target.Length; i++) target[i] *= factor;
    }
}
