using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FedPG.Policies.Networks;

/// <summary>The functions between layers, in vectors. An element's bits do not depend on where it stands.</summary>
internal static class Activations
{
    /// <summary>Beyond this the hyperbolic tangent is 1 in single precision.</summary>
    private const float Saturation = 9.5f;

    /// <summary>a * b + c, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> MultiplyAdd<T>(Vector512<T> a, Vector512<T> b, Vector512<T> c) =>
        typeof(T) == typeof(float)
            ? Vector512.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
            : Vector512.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();

    /// <summary>The activation of numbers.</summary>
    /// <param name="activation">Which.</param>
    /// <param name="x">The numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Of<T>(Activation activation, Vector512<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        activation == Activation.Relu ? Vector512.Max(x, Vector512<T>.Zero)
        : typeof(T) == typeof(float) ? Tanh(x.AsSingle()).As<float, T>() : Tanh(x.AsDouble()).As<double, T>();

    /// <summary>The derivative where the activation is y.</summary>
    /// <param name="activation">Which.</param>
    /// <param name="y">What came out.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Derivative<T>(Activation activation, Vector512<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        activation == Activation.Relu ? Vector512.ConditionalSelect(
            Vector512.GreaterThan(y, Vector512<T>.Zero), Vector512<T>.One, Vector512<T>.Zero)
        : Vector512<T>.One - (y * y);

    /// <summary>
    /// tanh x = 1 - 2 / (exp(2x) + 1), absolute error below 2e-7. exp z = 2^n exp r with z = n log 2 + r and |r| at most log(2) / 2, where
    /// the Taylor polynomial of degree 7 leaves 6e-9. NaN stays NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Tanh(Vector512<float> x)
    {
        // log 2 in two parts, the first of few bits, so that n times it is exact.
        const float log2High = 0.693359375f, log2Low = -2.12194440e-4f;
        Vector512<float> one = Vector512<float>.One;
        // Max and Min by comparison: the built-in ones need more than one instruction for their promises on zeros.
        Vector512<float> z = x + x, most = Vector512.Create(2 * Saturation);
        z = Vector512.ConditionalSelect(Vector512.GreaterThan(z, most), most, z);
        z = Vector512.ConditionalSelect(Vector512.LessThan(z, -most), -most, z);
        Vector512<float> n = Vector512.Round(z * 1.44269504f);
        Vector512<float> r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-log2High), z);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-log2Low), r);
        Vector512<float> p = Vector512.Create(1f / 5040);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 720));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 120));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 24));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 6));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.5f));
        p = Vector512.FusedMultiplyAdd(p, r, one);
        p = Vector512.FusedMultiplyAdd(p, r, one);
        Vector512<float> power = Vector512.ShiftLeft(Vector512.ConvertToInt32Native(n) + Vector512.Create(127), 23).AsSingle();
        Vector512<float> half = Reciprocal(Vector512.FusedMultiplyAdd(p, power, one));
        return one - (half + half);
    }

    /// <summary>
    /// 1 / x for x from 1 to 2^30, good to 2^-23: where there is an estimate to 14 bits, one step of Newton's is quicker than a division.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Reciprocal(Vector512<float> x)
    {
        if (!Avx512F.IsSupported) return Vector512<float>.One / x;
        Vector512<float> estimate = Avx512F.Reciprocal14(x);
        return Vector512.FusedMultiplyAdd(estimate, Vector512.FusedMultiplyAdd(-x, estimate, Vector512<float>.One), estimate);
    }

    /// <summary>tanh x = 1 - 2 / (exp(2x) + 1); exp is the runtime's, good to the last places, and an infinite one gives 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<double> Tanh(Vector512<double> x) =>
        Vector512<double>.One - (Vector512.Create(2.0) / (Vector512.Exp(x + x) + Vector512<double>.One));

    /// <summary>Applies an activation in place.</summary>
    /// <param name="activation">Which.</param>
    /// <param name="values">A whole number of vectors.</param>
    public static void Apply<T>(Activation activation, Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (ref Vector512<T> vector in MemoryMarshal.Cast<T, Vector512<T>>(values)) vector = Of(activation, vector);
    }
}
