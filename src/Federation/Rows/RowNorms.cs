using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using FedPG.Policies.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Rows;

/// <summary>Distances of rows from a vector, in double precision and in one order of summation whatever the number of rows.</summary>
internal static class RowNorms
{
    /// <summary>sums[i] += ||rows[i] - centre||^2, where i is active.</summary>
    public static void AddSquaredDistances(Tensor rows, Tensor centre, double[] sums, bool[]? active = null)
    {
        if (rows.device_type != DeviceType.CPU)
        {
            using IDisposable scope = NewDisposeScope();
            Tensor differences = (rows - centre).to(ScalarType.Float64);
            ReadOnlySpan<double> squares = (differences * differences).sum(1).cpu().Span<double>();
            for (int i = 0; i < sums.Length; i++)
            {
                if (active is null || active[i]) sums[i] += squares[i];
            }
        }
        else if (rows.dtype == ScalarType.Float64)
        {
            Add(rows.Span<double>(), centre.Span<double>(), sums, active, OfDoubles);
        }
        else
        {
            Add(rows.Span<float>(), centre.Span<float>(), sums, active, OfSingles);
        }
    }

    /// <summary>norms[i] = ||rows[i] - centre||; 0 where i is not active.</summary>
    public static void Distances(Tensor rows, Tensor centre, double[] norms, bool[]? active = null)
    {
        Array.Clear(norms);
        AddSquaredDistances(rows, centre, norms, active);
        for (int i = 0; i < norms.Length; i++) norms[i] = Math.Sqrt(norms[i]);
    }

    private static void Add<T>(ReadOnlySpan<T> rows, ReadOnlySpan<T> centre, double[] sums, bool[]? active, SquaredDistance<T> distance)
    {
        for (int i = 0; i < sums.Length; i++)
        {
            if (active is null || active[i]) sums[i] += distance(rows.Slice(i * centre.Length, centre.Length), centre);
        }
    }

    private delegate double SquaredDistance<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b);

    // Eight sums side by side, always: short chains of additions, and one order of summation on every machine.
    private static double OfSingles(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Vector256<double> lower = default, upper = default;
        int k = 0;
        for (; k + Vector256<float>.Count <= a.Length; k += Vector256<float>.Count)
        {
            Vector256<float> difference = Vector256.LoadUnsafe(in MemoryMarshal.GetReference(a), (nuint)k)
                - Vector256.LoadUnsafe(in MemoryMarshal.GetReference(b), (nuint)k);
            (Vector256<double> low, Vector256<double> high) = Vector256.Widen(difference);
            lower += low * low;
            upper += high * high;
        }
        double rest = 0;
        for (; k < a.Length; k++) rest += (double)(a[k] - b[k]) * (a[k] - b[k]);
        return Vector256.Sum(lower + upper) + rest;
    }

    private static double OfDoubles(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        Vector256<double> lower = default, upper = default;
        int k = 0;
        for (; k + (2 * Vector256<double>.Count) <= a.Length; k += 2 * Vector256<double>.Count)
        {
            Vector256<double> low = Vector256.LoadUnsafe(in MemoryMarshal.GetReference(a), (nuint)k)
                - Vector256.LoadUnsafe(in MemoryMarshal.GetReference(b), (nuint)k);
            Vector256<double> high = Vector256.LoadUnsafe(in MemoryMarshal.GetReference(a), (nuint)k + 4)
                - Vector256.LoadUnsafe(in MemoryMarshal.GetReference(b), (nuint)k + 4);
            lower += low * low;
            upper += high * high;
        }
        double rest = 0;
        for (; k < a.Length; k++) rest += (a[k] - b[k]) * (a[k] - b[k]);
        return Vector256.Sum(lower + upper) + rest;
    }
}
