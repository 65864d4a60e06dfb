using System.Numerics;
using System.Runtime.InteropServices;

namespace FedPG.Federation.Optimizers;

/// <summary>
/// The passes of local optimisers over memory, in vectors. An element's bits do not depend on where it stands. Stateless.
/// </summary>
internal static class OptimizerSums
{
    /// <summary>||g||^2 in double precision, four sums side by side, in one order on every machine.</summary>
    public static double SquaredNorm<T>(ReadOnlySpan<T> g)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (double s0, double s1, double s2, double s3) = (0, 0, 0, 0);
        int k = 0;
        for (; k + 4 <= g.Length; k += 4)
        {
            (double a, double b) = (double.CreateTruncating(g[k]), double.CreateTruncating(g[k + 1]));
            (double c, double d) = (double.CreateTruncating(g[k + 2]), double.CreateTruncating(g[k + 3]));
            (s0, s1, s2, s3) = (s0 + (a * a), s1 + (b * b), s2 + (c * c), s3 + (d * d));
        }
        for (; k < g.Length; k++) s0 += double.CreateTruncating(g[k]) * double.CreateTruncating(g[k]);
        return (s0 + s1) + (s2 + s3);
    }

    /// <summary>m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, theta -= rate m / (sqrt(v scale) + eps).</summary>
    /// <param name="theta">[d].</param>
    /// <param name="g">[d].</param>
    /// <param name="m">[d].</param>
    /// <param name="v">[d].</param>
    /// <param name="betas">beta1 and beta2.</param>
    /// <param name="rate">eta / (1 - beta1^k).</param>
    /// <param name="scale">1 / (1 - beta2^k).</param>
    /// <param name="epsilon">eps.</param>
    public static void AdamStep<T>(
        Span<T> theta, ReadOnlySpan<T> g, Span<T> m, Span<T> v, (double First, double Second) betas, double rate, double scale,
        double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (T b1, T c1) = (T.CreateTruncating(betas.First), T.CreateTruncating(1 - betas.First));
        (T b2, T c2) = (T.CreateTruncating(betas.Second), T.CreateTruncating(1 - betas.Second));
        (T step, T unbiased, T eps) = (T.CreateTruncating(rate), T.CreateTruncating(scale), T.CreateTruncating(epsilon));
        ref T rt = ref MemoryMarshal.GetReference(theta), rg = ref MemoryMarshal.GetReference(g[..theta.Length]);
        ref T rm = ref MemoryMarshal.GetReference(m[..theta.Length]), rv = ref MemoryMarshal.GetReference(v[..theta.Length]);
        int k = 0;
        for (; k + Vector<T>.Count <= theta.Length; k += Vector<T>.Count)
        {
            nuint at = (nuint)k;
            Vector<T> x = Vector.LoadUnsafe(ref rg, at);
            Vector<T> first = (Vector.LoadUnsafe(ref rm, at) * b1) + (x * c1);
            Vector<T> second = (Vector.LoadUnsafe(ref rv, at) * b2) + (x * x * c2);
            first.StoreUnsafe(ref rm, at);
            second.StoreUnsafe(ref rv, at);
            Vector<T> root = Vector.SquareRoot(second * unbiased) + new Vector<T>(eps);
            (Vector.LoadUnsafe(ref rt, at) - (first * step / root)).StoreUnsafe(ref rt, at);
        }
        for (; k < theta.Length; k++)
        {
            m[k] = (m[k] * b1) + (g[k] * c1);
            v[k] = (v[k] * b2) + (g[k] * g[k] * c2);
            theta[k] -= m[k] * step / (T.Sqrt(v[k] * unbiased) + eps);
        }
    }

    /// <summary>theta -= eta (own g + old m) / (sqrt(v scale) + eps) with moments that stay; scale 0 divides by 1.</summary>
    public static void SharedStep<T>(
        Span<T> theta, ReadOnlySpan<T> g, ReadOnlySpan<T> m, ReadOnlySpan<T> v, double own, double old, double eta, double scale,
        double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (T c, T b, T step) = (T.CreateTruncating(own), T.CreateTruncating(old), T.CreateTruncating(eta));
        (T unbiased, T eps) = (T.CreateTruncating(scale), T.CreateTruncating(epsilon));
        for (int k = 0; k < theta.Length; k++)
        {
            T divisor = scale == 0 ? T.One : T.Sqrt(v[k] * unbiased) + eps;
            theta[k] -= step * ((c * g[k]) + (b * m[k])) / divisor;
        }
    }
}
