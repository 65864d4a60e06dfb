using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FedPG.Policies.Heads;

/// <summary>
/// exp of every element, with bits that depend on the element alone: always the same vector code, the last few elements padded. torch's
/// goes through MKL's vector mathematics, which takes 12 nanoseconds an element for tables of this size (measured), and this less than one.
/// </summary>
internal static class Exponentials
{
    /// <summary>results[k] = exp(values[k]).</summary>
    /// <param name="values">The arguments.</param>
    /// <param name="results">As many numbers.</param>
    public static void Of(ReadOnlySpan<float> values, Span<float> results)
    {
        int k = 0;
        for (; k + Vector256<float>.Count <= values.Length; k += Vector256<float>.Count)
            Exp(Vector256.Create(values[k..])).CopyTo(results[k..]);
        if (k == values.Length) return;
        Span<float> rest = stackalloc float[Vector256<float>.Count];
        rest.Clear();
        values[k..].CopyTo(rest);
        Exp(Vector256.Create<float>(rest)).CopyTo(rest);
        rest[..(values.Length - k)].CopyTo(results[k..]);
    }

    /// <summary>results[k] = exp(values[k]).</summary>
    /// <param name="values">The arguments.</param>
    /// <param name="results">As many numbers.</param>
    public static void Of(ReadOnlySpan<double> values, Span<double> results)
    {
        int k = 0;
        for (; k + Vector256<double>.Count <= values.Length; k += Vector256<double>.Count)
            Vector256.Exp(Vector256.Create(values[k..])).CopyTo(results[k..]);
        if (k == values.Length) return;
        Span<double> rest = stackalloc double[Vector256<double>.Count];
        rest.Clear();
        values[k..].CopyTo(rest);
        Vector256.Exp(Vector256.Create<double>(rest)).CopyTo(rest);
        rest[..(values.Length - k)].CopyTo(results[k..]);
    }

    /// <summary>results[k] = exp(values[k]) of either type.</summary>
    /// <param name="values">The arguments.</param>
    /// <param name="results">As many numbers; may be the same memory.</param>
    internal static void Of<T>(ReadOnlySpan<T> values, Span<T> results)
        where T : unmanaged
    {
        if (typeof(T) == typeof(double)) Of(MemoryMarshal.Cast<T, double>(values), MemoryMarshal.Cast<T, double>(results));
        else Of(MemoryMarshal.Cast<T, float>(values), MemoryMarshal.Cast<T, float>(results));
    }

    /// <summary>exp of a vector of either type.</summary>
    internal static Vector256<T> Of<T>(Vector256<T> values) =>
        typeof(T) == typeof(double) ? Vector256.Exp(values.AsDouble()).As<double, T>() : Exp(values.AsSingle()).As<float, T>();

    /// <summary>The library's single-precision exp has 1.0000001 at 0; a policy that is sure must have the probability 1.</summary>
    private static Vector256<float> Exp(Vector256<float> values) =>
        Vector256.ConditionalSelect(Vector256.Equals(values, Vector256<float>.Zero), Vector256<float>.One, Vector256.Exp(values));
}
