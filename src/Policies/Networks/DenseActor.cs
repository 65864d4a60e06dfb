using System.Numerics;
using System.Runtime.Intrinsics;

namespace FedPG.Policies.Networks;

/// <summary>
/// A <see cref="DenseNetwork"/> that acts: the same layers as in torch, without a graph, without a call a layer, and for exactly the
/// observations there are. An operation of torch costs microseconds whatever its size, and a rollout needs eight a step; here a step of 30
/// observations through two layers of 64 takes as long as two such calls. Every output adds up its products in one order, so an
/// observation's bits do not depend on the others it is evaluated with. They may differ from torch's in the last places, as products of
/// another order do: log pi of a gradient is torch's.
/// </summary>
internal sealed unsafe class DenseActor<T> : IActor<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly int Lanes = Vector512<T>.Count;
    private readonly DenseNetwork _network;
    private readonly ParameterSlice[] _slices;
    private readonly T[][] _weights, _biases;
    private readonly int[] _padded;
    private readonly int _width;
    private T[] _first = [], _second = [];

    /// <summary>Makes room for the layers.</summary>
    /// <param name="network">The network.</param>
    /// <param name="layout">What lies where in a row: the network's parameters first, in their order.</param>
    public DenseActor(DenseNetwork network, ParameterLayout layout)
    {
        _network = network;
        _slices = [.. layout.Slices.Take((2 * network.Layers) + (network.Embedded > 0 ? 2 : 0))];
        _padded = [.. network.Sizes.Select(size => (size + Lanes - 1) / Lanes * Lanes)];
        _width = _padded[1..].Max();
        _weights = [.. Enumerable.Range(0, network.Layers).Select(layer => new T[network.Sizes[layer] * _padded[layer + 1]])];
        _biases = [.. Enumerable.Range(0, network.Layers).Select(layer => new T[_padded[layer + 1]])];
    }

    /// <inheritdoc/>
    public void SetParameters(ReadOnlySpan<T> theta)
    {
        for (int layer = 0; layer < _network.Layers; layer++)
        {
            (int inputs, int outputs) = (_network.Sizes[layer], _network.Sizes[layer + 1]);
            ReadOnlySpan<T> weights = In(theta, 2 * layer);
            for (int k = 0; k < inputs; k++) weights.Slice(k * outputs, outputs).CopyTo(_weights[layer].AsSpan(k * _padded[layer + 1]));
            In(theta, (2 * layer) + 1).CopyTo(_biases[layer]);
        }
        if (_network.Embedded == 0) return;
        ReadOnlySpan<T> seen = In(theta, 2 * _network.Layers), vector = In(theta, (2 * _network.Layers) + 1);
        Span<T> bias = _biases[0].AsSpan(0, _network.Sizes[1]);
        for (int k = 0; k < vector.Length; k++)
        {
            for (int o = 0; o < bias.Length; o++) bias[o] += vector[k] * seen[(k * bias.Length) + o];
        }
    }

    /// <summary>A parameter in a row.</summary>
    private ReadOnlySpan<T> In(ReadOnlySpan<T> theta, int index) => theta.Slice(_slices[index].Offset, _slices[index].Length);

    /// <inheritdoc/>
    public void Heads(ReadOnlySpan<T> observations, int count, Span<T> heads)
    {
        int outputs = _network.Sizes[^1];
        if (_first.Length < count * _width) (_first, _second) = (new T[count * _width], new T[count * _width]);
        fixed (T* seen = observations, first = _first, second = _second)
        {
            T* x = seen, y = first;
            int stride = _network.Sizes[0];
            for (int layer = 0; layer < _network.Layers; layer++)
            {
                int padded = _padded[layer + 1];
                fixed (T* weights = _weights[layer], bias = _biases[layer]) Multiply(
                    x, stride, count, _network.Sizes[layer], weights, bias, padded, y);
                if (layer < _network.Layers - 1) Activations.Apply(_network.Activation, new Span<T>(y, count * padded));
                x = y;
                y = x == first ? second : first;
                stride = padded;
            }
            for (int r = 0; r < count; r++) new ReadOnlySpan<T>(x + (r * stride), outputs).CopyTo(heads.Slice(r * outputs, outputs));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Managed memory only.
    }

    /// <summary>y = x W + b, four rows and two vectors of outputs at a time: eight sums, as many as keep two multipliers busy.</summary>
    private static void Multiply(T* x, int stride, int rows, int inputs, T* weights, T* bias, int padded, T* y)
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
}
