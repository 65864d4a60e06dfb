using System.Numerics;
using System.Runtime.Intrinsics;

namespace FedPG.Policies.Networks;

/// <summary>
/// A <see cref="DenseNetwork"/> that learns, without torch: for x_0 = seen, z_l = x_l W_l + b_l, x_l+1 = f(z_l) and weights D of the
/// outputs,
/// <para>D_L = D, dW_l = x_l^T D_l, db_l = sum of rows of D_l, D_l-1 = (D_l W_l^T) f'(x_l).</para>
/// An operation of torch costs microseconds whatever its size, and an update of a small network needs about fifty; this one needs none, and
/// one agent's bits do not depend on the others. Arrays are kept from call to call.
/// </summary>
/// <param name="network">The network.</param>
internal sealed unsafe class DenseTraining<T>(DenseNetwork network) : IHeadTraining<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int[] _sizes = [.. network.Sizes];
    private readonly int[] _padded = [.. network.Sizes.Select(DenseKernels<T>.Padded)];
    private readonly T[][] _weights = Arrays(network, (layer, n) => n[layer] * DenseKernels<T>.Padded(n[layer + 1]));
    private readonly T[][] _transposed = Arrays(network, (layer, n) => n[layer + 1] * DenseKernels<T>.Padded(n[layer]));
    private readonly T[][] _biases = Arrays(network, (layer, n) => DenseKernels<T>.Padded(n[layer + 1]));
    private readonly T[][] _slopes = Arrays(network, (layer, n) => n[layer] * DenseKernels<T>.Padded(n[layer + 1]));
    private readonly T[] _none = new T[network.Sizes.Max(DenseKernels<T>.Padded)];
    private readonly T[][] _activations = [.. Enumerable.Range(0, network.Layers).Select(_ => Array.Empty<T>())];
    private T[] _upper = [], _lower = [];
    private int _count;

    /// <summary>Whether the derivatives by what is seen are asked for, too; false by default.</summary>
    public bool GivesSlopesOfInputs { get; set; }

    /// <inheritdoc/>
    public void Forward(ReadOnlySpan<T> theta, ReadOnlySpan<T> seen, int count, Span<T> outputs)
    {
        SetParameters(theta);
        MakeRoom(count);
        _count = count;
        int last = network.Layers - 1, size = _sizes[^1];
        fixed (T* input = seen)
        {
            T* x = input;
            int stride = _sizes[0];
            for (int layer = 0; layer <= last; layer++)
            {
                int padded = _padded[layer + 1];
                fixed (T* weights = _weights[layer], bias = _biases[layer], y = _activations[layer])
                {
                    DenseKernels<T>.Multiply(x, stride, count, _sizes[layer], weights, bias, padded, y);
                    if (layer < last) Activations.Apply(network.Activation, new Span<T>(y, count * padded));
                }
                if (layer == last) break;
                stride = padded;
                // These arrays are pinned for good: the pointer outlives the block.
                fixed (T* y = _activations[layer]) x = y;
            }
        }
        ReadOnlySpan<T> results = _activations[last];
        for (int r = 0; r < count; r++) results.Slice(r * _padded[^1], size).CopyTo(outputs.Slice(r * size, size));
    }

    /// <inheritdoc/>
    public void Backward(ReadOnlySpan<T> seen, ReadOnlySpan<T> weights, Span<T> gradient) => Backward(seen, weights, gradient, []);

    /// <summary>The same, and the derivatives by what was seen.</summary>
    /// <param name="seen">The same as in the latest <see cref="Forward"/>.</param>
    /// <param name="weights">[count, outputs].</param>
    /// <param name="gradient">[d] or more; its first d numbers are overwritten.</param>
    /// <param name="below">[count, m], overwritten; empty where they are not asked for.</param>
    public void Backward(ReadOnlySpan<T> seen, ReadOnlySpan<T> weights, Span<T> gradient, Span<T> below)
    {
        int size = _sizes[^1];
        for (int r = 0; r < _count; r++)
        {
            Span<T> row = _upper.AsSpan(r * _padded[^1], _padded[^1]);
            row[size..].Clear();
            weights.Slice(r * size, size).CopyTo(row);
        }
        int offset = network.Length;
        for (int layer = network.Layers - 1; layer >= 0; layer--)
        {
            (int inputs, int outputs, int padded) = (_sizes[layer], _sizes[layer + 1], _padded[layer + 1]);
            offset -= (inputs + 1) * outputs;
            int stride = layer == 0 ? inputs : _padded[layer];
            fixed (T* input = seen, before = layer == 0 ? _none : _activations[layer - 1])
            fixed (T* upper = _upper, lower = _lower, slopes = _slopes[layer], transposed = _transposed[layer], none = _none)
            {
                T* x = layer == 0 ? input : before;
                DenseKernels<T>.TransposedMultiply(x, stride, _count, inputs, upper, padded, slopes);
                Write(slopes, inputs, outputs, padded, gradient[offset..]);
                SumRows(upper, _count, outputs, padded, gradient[(offset + (inputs * outputs))..]);
                if (layer == 0 && below.IsEmpty) break;
                DenseKernels<T>.Multiply(upper, padded, _count, outputs, transposed, none, _padded[layer], lower);
                if (layer == 0) break;
                Descend(lower, before, _count * _padded[layer]);
            }
            (_upper, _lower) = (_lower, _upper);
        }
        if (below.IsEmpty) return;
        for (int r = 0; r < _count; r++) _lower.AsSpan(r * _padded[0], _sizes[0]).CopyTo(below.Slice(r * _sizes[0], _sizes[0]));
    }

    private static T[][] Arrays(DenseNetwork network, Func<int, IReadOnlyList<int>, int> size) =>
        [.. Enumerable.Range(0, network.Layers).Select(layer => new T[size(layer, network.Sizes)])];

    /// <summary>Gradients of weights without the padding.</summary>
    private static void Write(T* padded, int inputs, int outputs, int stride, Span<T> gradient)
    {
        for (int k = 0; k < inputs; k++) new ReadOnlySpan<T>(padded + (k * stride), outputs).CopyTo(gradient.Slice(k * outputs, outputs));
    }

    private static void SumRows(T* rows, int count, int outputs, int stride, Span<T> sums)
    {
        for (int o = 0; o < outputs; o += Vector512<T>.Count)
        {
            Vector512<T> sum = default;
            for (int r = 0; r < count; r++) sum += Vector512.Load(rows + (r * stride) + o);
            for (int k = 0; k < Vector512<T>.Count && o + k < outputs; k++) sums[o + k] = sum[k];
        }
    }

    /// <summary>Weights times f' of what came out of a layer.</summary>
    private void Descend(T* weights, T* values, int count)
    {
        for (int k = 0; k < count; k += Vector512<T>.Count)
        {
            Vector512<T> slope = Activations.Derivative(network.Activation, Vector512.Load(values + k));
            (Vector512.Load(weights + k) * slope).Store(weights + k);
        }
    }

    private void SetParameters(ReadOnlySpan<T> theta)
    {
        int offset = 0;
        for (int layer = 0; layer < network.Layers; layer++)
        {
            (int inputs, int outputs, int padded) = (_sizes[layer], _sizes[layer + 1], _padded[layer + 1]);
            T[] weights = _weights[layer], transposed = _transposed[layer];
            int across = _padded[layer];
            for (int k = 0; k < inputs; k++, offset += outputs)
            {
                ReadOnlySpan<T> row = theta.Slice(offset, outputs);
                row.CopyTo(weights.AsSpan(k * padded));
                if (layer == 0 && !GivesSlopesOfInputs) continue;
                for (int o = 0; o < outputs; o++) transposed[(o * across) + k] = row[o];
            }
            theta.Slice(offset, outputs).CopyTo(_biases[layer]);
            offset += outputs;
        }
    }

    private void MakeRoom(int count)
    {
        if (_activations[0].Length >= count * _padded[1]) return;
        for (int layer = 0; layer < _activations.Length; layer++)
            _activations[layer] = GC.AllocateUninitializedArray<T>(count * _padded[layer + 1], pinned: true);
        (_upper, _lower) = (new T[count * _padded.Max()], new T[count * _padded.Max()]);
    }
}
