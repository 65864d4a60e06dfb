using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FedPG.Policies.Observations;

/// <summary>The functions between layers, in vectors. An element's bits do not depend on where it stands.</summary>
internal static class Activations
{
    /// <summary>Beyond this the hyperbolic tangent is 1 in single precision.</summary>
    private const float Saturation = 9.5f;

    /// <summary>a * b + c, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> MultiplyAdd<T>(Vector256<T> a, Vector256<T> b, Vector256<T> c) =>
        typeof(T) == typeof(float)
            ? Vector256.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
            : Vector256.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();

    /// <summary>Applies an activation in place.</summary>
    /// <param name="activation">Which.</param>
    /// <param name="values">A whole number of vectors of 256 bits.</param>
    public static void Apply<T>(Activation activation, Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<Vector256<T>> vectors = MemoryMarshal.Cast<T, Vector256<T>>(values);
        if (activation == Activation.Relu)
        {
            for (int k = 0; k < vectors.Length; k++) vectors[k] = Vector256.Max(vectors[k], Vector256<T>.Zero);
        }
        else
        {
            for (int k = 0; k < vectors.Length; k++)
                vectors[k] = typeof(T) == typeof(float) ? Tanh(vectors[k].AsSingle()).As<float, T>() : Tanh(vectors[k].AsDouble()).As<double, T>();
        }
    }

    /// <summary>
    /// tanh x = 1 - 2 / (exp(2x) + 1), absolute error below 2e-7. exp z = 2^n exp r with z = n log 2 + r and |r| at most log(2) / 2, where the
    /// Taylor polynomial of degree 7 leaves 6e-9. NaN stays NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Tanh(Vector256<float> x)
    {
        // log 2 in two parts, the first of few bits, so that n times it is exact.
        const float log2High = 0.693359375f, log2Low = -2.12194440e-4f;
        Vector256<float> one = Vector256<float>.One;
        // Max and Min by comparison: the built-in ones need more than one instruction for their promises on zeros.
        Vector256<float> z = x + x, most = Vector256.Create(2 * Saturation);
        z = Vector256.ConditionalSelect(Vector256.GreaterThan(z, most), most, z);
        z = Vector256.ConditionalSelect(Vector256.LessThan(z, -most), -most, z);
        Vector256<float> n = Vector256.Round(z * 1.44269504f);
        Vector256<float> r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-log2High), z);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-log2Low), r);
        Vector256<float> p = Vector256.Create(1f / 5040);
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1f / 720));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1f / 120));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1f / 24));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1f / 6));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(0.5f));
        p = Vector256.FusedMultiplyAdd(p, r, one);
        p = Vector256.FusedMultiplyAdd(p, r, one);
        Vector256<float> power = Vector256.ShiftLeft(Vector256.ConvertToInt32Native(n) + Vector256.Create(127), 23).AsSingle();
        return one - (Vector256.Create(2f) / Vector256.FusedMultiplyAdd(p, power, one));
    }

    /// <summary>tanh x = 1 - 2 / (exp(2x) + 1); exp is the runtime's, good to the last places, and an infinite one gives 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<double> Tanh(Vector256<double> x) =>
        Vector256<double>.One - (Vector256.Create(2.0) / (Vector256.Exp(x + x) + Vector256<double>.One));
}
