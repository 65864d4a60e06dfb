using System.Numerics;

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
    private readonly DenseNetwork _network;
    private readonly T[][] _weights, _biases;
    private readonly int[] _padded;
    private readonly int _width;
    private T[] _first = [], _second = [];

    public DenseActor(DenseNetwork network)
    {
        _network = network;
        _padded = [.. network.Sizes.Select(size => DenseKernels<T>.Padded(size))];
        _width = _padded[1..].Max();
        _weights = [.. Enumerable.Range(0, network.Layers).Select(layer => new T[network.Sizes[layer] * _padded[layer + 1]])];
        _biases = [.. Enumerable.Range(0, network.Layers).Select(layer => new T[_padded[layer + 1]])];
    }

    /// <inheritdoc/>
    public void SetParameters(ReadOnlySpan<T> theta)
    {
        int offset = 0;
        for (int layer = 0; layer < _network.Layers; layer++)
        {
            (int inputs, int outputs) = (_network.Sizes[layer], _network.Sizes[layer + 1]);
            for (int k = 0; k < inputs; k++, offset += outputs)
                theta.Slice(offset, outputs).CopyTo(_weights[layer].AsSpan(k * _padded[layer + 1]));
            theta.Slice(offset, outputs).CopyTo(_biases[layer]);
            offset += outputs;
        }
        if (_network.Embedded == 0) return;
        Span<T> first = _biases[0].AsSpan(0, _network.Sizes[1]);
        ReadOnlySpan<T> seen = theta.Slice(offset, _network.Embedded * first.Length);
        ReadOnlySpan<T> vector = theta.Slice(offset + seen.Length, _network.Embedded);
        for (int k = 0; k < vector.Length; k++)
        {
            for (int o = 0; o < first.Length; o++) first[o] += vector[k] * seen[(k * first.Length) + o];
        }
    }

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
                fixed (T* weights = _weights[layer], bias = _biases[layer]) DenseKernels<T>.Multiply(
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
}
