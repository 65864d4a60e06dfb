using System.Numerics;
using System.Runtime.Intrinsics;

namespace FedPG.Policies.Networks;

/// <summary>
/// The products of dense layers in memory. Every sum is added up in one order, so that a row's bits do not depend on the others. Widths are
/// padded to whole vectors. Stateless.
/// </summary>
internal static unsafe class DenseKernels<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly int Lanes = Vector512<T>.Count;

    /// <summary>A width with whole vectors.</summary>
    public static int Padded(int size) => (size + Lanes - 1) / Lanes * Lanes;

    /// <summary>y = x W + b, four rows and two vectors of outputs at a time: eight sums, as many as keep two multipliers busy.</summary>
    public static void Multiply(T* x, int stride, int rows, int inputs, T* weights, T* bias, int padded, T* y)
    {
        for (int r = 0; r < rows; r += 4)
        {
            // Rows past the end are the last one again: computed anew and written to the same place.
            int r1 = Math.Min(r + 1, rows - 1), r2 = Math.Min(r + 2, rows - 1), r3 = Math.Min(r + 3, rows - 1);
            T* x0 = x + (r * stride), x1 = x + (r1 * stride), x2 = x + (r2 * stride), x3 = x + (r3 * stride);
            T* y0 = y + (r * padded), y1 = y + (r1 * padded), y2 = y + (r2 * padded), y3 = y + (r3 * padded);
            int o = 0;
            for (; o + (2 * Lanes) <= padded; o += 2 * Lanes)
            {
                Vector512<T> left = Vector512.Load(bias + o), right = Vector512.Load(bias + o + Lanes);
                (Vector512<T> l0, Vector512<T> l1, Vector512<T> l2, Vector512<T> l3) = (left, left, left, left);
                (Vector512<T> q0, Vector512<T> q1, Vector512<T> q2, Vector512<T> q3) = (right, right, right, right);
                T* w = weights + o;
                for (int k = 0; k < inputs; k++, w += padded)
                {
                    Vector512<T> wl = Vector512.Load(w), wr = Vector512.Load(w + Lanes), s = Vector512.Create(x0[k]);
                    l0 = Activations.MultiplyAdd(s, wl, l0);
                    q0 = Activations.MultiplyAdd(s, wr, q0);
                    s = Vector512.Create(x1[k]);
                    l1 = Activations.MultiplyAdd(s, wl, l1);
                    q1 = Activations.MultiplyAdd(s, wr, q1);
                    s = Vector512.Create(x2[k]);
                    l2 = Activations.MultiplyAdd(s, wl, l2);
                    q2 = Activations.MultiplyAdd(s, wr, q2);
                    s = Vector512.Create(x3[k]);
                    l3 = Activations.MultiplyAdd(s, wl, l3);
                    q3 = Activations.MultiplyAdd(s, wr, q3);
                }
                l0.Store(y0 + o);
                q0.Store(y0 + o + Lanes);
                l1.Store(y1 + o);
                q1.Store(y1 + o + Lanes);
                l2.Store(y2 + o);
                q2.Store(y2 + o + Lanes);
                l3.Store(y3 + o);
                q3.Store(y3 + o + Lanes);
            }
            for (; o < padded; o += Lanes)
            {
                Vector512<T> s0 = Vector512.Load(bias + o);
                (Vector512<T> s1, Vector512<T> s2, Vector512<T> s3) = (s0, s0, s0);
                T* w = weights + o;
                for (int k = 0; k < inputs; k++, w += padded)
                {
                    Vector512<T> column = Vector512.Load(w);
                    s0 = Activations.MultiplyAdd(Vector512.Create(x0[k]), column, s0);
                    s1 = Activations.MultiplyAdd(Vector512.Create(x1[k]), column, s1);
                    s2 = Activations.MultiplyAdd(Vector512.Create(x2[k]), column, s2);
                    s3 = Activations.MultiplyAdd(Vector512.Create(x3[k]), column, s3);
                }
                s0.Store(y0 + o);
                s1.Store(y1 + o);
                s2.Store(y2 + o);
                s3.Store(y3 + o);
            }
        }
    }

    /// <summary>
    /// g = x^T y, the gradient of weights: four inputs and two vectors of outputs at a time, summed over rows in their order.
    /// </summary>
    /// <param name="x">[rows, inputs], a row every <paramref name="stride"/> numbers.</param>
    /// <param name="stride">From row to row of x.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="inputs">Inputs.</param>
    /// <param name="y">[rows, padded].</param>
    /// <param name="padded">The outputs, padded.</param>
    /// <param name="g">[inputs, padded], overwritten.</param>
    public static void TransposedMultiply(T* x, int stride, int rows, int inputs, T* y, int padded, T* g)
    {
        for (int i = 0; i < inputs; i += 4)
        {
            // Inputs past the end are the last one again: computed anew and written to the same place.
            int i1 = Math.Min(i + 1, inputs - 1), i2 = Math.Min(i + 2, inputs - 1), i3 = Math.Min(i + 3, inputs - 1);
            T* g0 = g + (i * padded), g1 = g + (i1 * padded), g2 = g + (i2 * padded), g3 = g + (i3 * padded);
            int o = 0;
            for (; o + (2 * Lanes) <= padded; o += 2 * Lanes)
            {
                Vector512<T> l0 = default, l1 = default, l2 = default, l3 = default;
                Vector512<T> q0 = default, q1 = default, q2 = default, q3 = default;
                T* from = x, by = y + o;
                for (int r = 0; r < rows; r++, from += stride, by += padded)
                {
                    Vector512<T> left = Vector512.Load(by), right = Vector512.Load(by + Lanes), s = Vector512.Create(from[i]);
                    l0 = Activations.MultiplyAdd(s, left, l0);
                    q0 = Activations.MultiplyAdd(s, right, q0);
                    s = Vector512.Create(from[i1]);
                    l1 = Activations.MultiplyAdd(s, left, l1);
                    q1 = Activations.MultiplyAdd(s, right, q1);
                    s = Vector512.Create(from[i2]);
                    l2 = Activations.MultiplyAdd(s, left, l2);
                    q2 = Activations.MultiplyAdd(s, right, q2);
                    s = Vector512.Create(from[i3]);
                    l3 = Activations.MultiplyAdd(s, left, l3);
                    q3 = Activations.MultiplyAdd(s, right, q3);
                }
                l0.Store(g0 + o);
                q0.Store(g0 + o + Lanes);
                l1.Store(g1 + o);
                q1.Store(g1 + o + Lanes);
                l2.Store(g2 + o);
                q2.Store(g2 + o + Lanes);
                l3.Store(g3 + o);
                q3.Store(g3 + o + Lanes);
            }
            for (; o < padded; o += Lanes)
            {
                Vector512<T> s0 = default, s1 = default, s2 = default, s3 = default;
                T* from = x, by = y + o;
                for (int r = 0; r < rows; r++, from += stride, by += padded)
                {
                    Vector512<T> column = Vector512.Load(by);
                    s0 = Activations.MultiplyAdd(Vector512.Create(from[i]), column, s0);
                    s1 = Activations.MultiplyAdd(Vector512.Create(from[i1]), column, s1);
                    s2 = Activations.MultiplyAdd(Vector512.Create(from[i2]), column, s2);
                    s3 = Activations.MultiplyAdd(Vector512.Create(from[i3]), column, s3);
                }
                s0.Store(g0 + o);
                s1.Store(g1 + o);
                s2.Store(g2 + o);
                s3.Store(g3 + o);
            }
        }
    }
}
