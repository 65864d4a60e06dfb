using System.Numerics;
using System.Runtime.Intrinsics;

namespace FedPG.Policies.Networks;

/// <summary>
/// The layers of a convolution in memory, without torch: patches are written one after another, so that a layer is one product over all
/// images, relu and the largest of two by two follow in place, and the way back goes the same steps. An image's bits do not depend on the
/// others. Arrays are kept from call to call.
/// </summary>
/// <param name="shape">The layers.</param>
internal sealed unsafe class ConvolutionStack<T>(ConvolutionShape shape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Level[] _levels = [.. shape.Layers.Select(layer => new Level(layer))];
    private readonly T[] _none = new T[shape.Layers.Max(layer => DenseKernels<T>.Padded(layer.Patch))];
    private T[] _slopes = [], _patchSlopes = [];
    private int _room;

    /// <summary>The parameters of all layers.</summary>
    public int Length { get; } = shape.Layers.Sum(layer => (layer.Patch + 1) * layer.Outputs);

    /// <summary>Takes the weights; those of the way back only where it is gone.</summary>
    public void SetParameters(ReadOnlySpan<T> theta, bool trains)
    {
        foreach (Level level in _levels)
        {
            level.Set(theta, trains && level != _levels[0]);
            theta = theta[((level.Layer.Patch + 1) * level.Layer.Outputs)..];
        }
    }

    /// <summary>The features of images.</summary>
    /// <param name="seen">[count, stride]; the image stands first.</param>
    /// <param name="stride">From one to the next.</param>
    /// <param name="count">M.</param>
    /// <param name="features">[count, wide]; the features are written first in each row.</param>
    /// <param name="wide">From one row of features to the next.</param>
    public void Forward(ReadOnlySpan<T> seen, int stride, int count, Span<T> features, int wide)
    {
        MakeRoom(count);
        for (int k = 0; k < _levels.Length; k++)
        {
            Level level = _levels[k];
            if (k == 0) level.Cut(seen, stride, level.Layer.Inputs, count);
            else level.Cut(_levels[k - 1].Map, _levels[k - 1].MapSize, _levels[k - 1].Wide, count);
            level.Multiply(count);
            if (level.Layer.Pools) level.Pool(count);
        }
        Level last = _levels[^1];
        int cells = last.Layer.HeightAfter * last.Layer.WidthAfter, outputs = last.Layer.Outputs;
        for (int r = 0; r < count; r++)
        {
            for (int c = 0; c < cells; c++)
                last.Map.AsSpan((r * last.MapSize) + (c * last.Wide), outputs).CopyTo(features[((r * wide) + (c * outputs))..]);
        }
    }

    /// <summary>The gradient of the parameters from the derivatives by features, of the latest <see cref="Forward"/>.</summary>
    /// <param name="features">The derivatives, [count, wide]; those by features stand first in each row.</param>
    /// <param name="wide">From one row to the next.</param>
    /// <param name="count">M.</param>
    /// <param name="gradient">The gradient, overwritten.</param>
    public void Backward(ReadOnlySpan<T> features, int wide, int count, Span<T> gradient)
    {
        Level last = _levels[^1];
        int cells = last.Layer.HeightAfter * last.Layer.WidthAfter, outputs = last.Layer.Outputs;
        _slopes.AsSpan(0, count * last.MapSize).Clear();
        for (int r = 0; r < count; r++)
        {
            for (int c = 0; c < cells; c++)
                features.Slice((r * wide) + (c * outputs), outputs).CopyTo(_slopes.AsSpan((r * last.MapSize) + (c * last.Wide)));
        }
        int offset = Length;
        for (int k = _levels.Length - 1; k >= 0; k--)
        {
            Level level = _levels[k];
            offset -= (level.Layer.Patch + 1) * level.Layer.Outputs;
            level.Descend(_slopes, count);
            level.Gradient(count, gradient[offset..]);
            if (k == 0) break;
            level.PatchSlopes(count, _none, _patchSlopes);
            level.Gather(_patchSlopes, _levels[k - 1], count, _slopes);
        }
    }

    private void MakeRoom(int count)
    {
        if (_room >= count) return;
        _room = count;
        foreach (Level level in _levels) level.MakeRoom(count);
        _slopes = new T[count * _levels.Max(level => level.MapSize)];
        _patchSlopes = new T[count * _levels.Max(level => level.Patches * DenseKernels<T>.Padded(level.Layer.Patch))];
    }

    /// <summary>A layer with its arrays.</summary>
    private sealed class Level(ConvolutionLayer layer)
    {
        private readonly int _across = DenseKernels<T>.Padded(layer.Patch);
        private readonly T[] _weights = new T[layer.Patch * DenseKernels<T>.Padded(layer.Outputs)];
        private readonly T[] _transposed = new T[layer.Outputs * DenseKernels<T>.Padded(layer.Patch)];
        private readonly T[] _bias = new T[DenseKernels<T>.Padded(layer.Outputs)];
        private readonly T[] _sums = new T[layer.Patch * DenseKernels<T>.Padded(layer.Outputs)];
        private T[] _cut = [], _results = [], _pooled = [], _below = [];
        private byte[] _largest = [];

        public ConvolutionLayer Layer => layer;

        /// <summary>The channels that go out, padded.</summary>
        public int Wide { get; } = DenseKernels<T>.Padded(layer.Outputs);

        public int Patches => layer.Rows * layer.Columns;

        /// <summary>The numbers of what goes out of one image.</summary>
        public int MapSize => layer.HeightAfter * layer.WidthAfter * Wide;

        public T[] Map => layer.Pools ? _pooled : _results;

        public void MakeRoom(int count)
        {
            _cut = new T[count * Patches * layer.Patch];
            _results = new T[count * Patches * Wide];
            _below = new T[count * Patches * Wide];
            if (!layer.Pools) return;
            _pooled = new T[count * MapSize];
            _largest = new byte[count * MapSize];
        }

        public void Set(ReadOnlySpan<T> theta, bool transposes)
        {
            int outputs = layer.Outputs;
            for (int k = 0; k < layer.Patch; k++)
            {
                ReadOnlySpan<T> row = theta.Slice(k * outputs, outputs);
                row.CopyTo(_weights.AsSpan(k * Wide));
                if (!transposes) continue;
                for (int o = 0; o < outputs; o++) _transposed[(o * _across) + k] = row[o];
            }
            theta.Slice(layer.Patch * outputs, outputs).CopyTo(_bias);
        }

        /// <summary>Writes the patches of images, a row each.</summary>
        public void Cut(ReadOnlySpan<T> maps, int mapStride, int cell, int count)
        {
            int inputs = layer.Inputs, at = 0;
            for (int r = 0; r < count; r++)
            {
                ReadOnlySpan<T> map = maps.Slice(r * mapStride, layer.Height * layer.Width * cell);
                for (int i = 0; i < layer.Rows; i++)
                {
                    for (int j = 0; j < layer.Columns; j++)
                    {
                        int upper = ((i * layer.Width) + j) * cell, lower = upper + (layer.Width * cell);
                        foreach (int from in (ReadOnlySpan<int>)[upper, upper + cell, lower, lower + cell])
                        {
                            map.Slice(from, inputs).CopyTo(_cut.AsSpan(at, inputs));
                            at += inputs;
                        }
                    }
                }
            }
        }

        public void Multiply(int count)
        {
            fixed (T* x = _cut, weights = _weights, bias = _bias, y = _results)
            {
                DenseKernels<T>.Multiply(x, layer.Patch, count * Patches, layer.Patch, weights, bias, Wide, y);
                Activations.Apply(Activation.Relu, new Span<T>(y, count * Patches * Wide));
            }
        }

        /// <summary>The largest of each two by two, and which it was: the first where several are.</summary>
        public void Pool(int count)
        {
            for (int r = 0; r < count; r++)
            {
                for (int c = 0; c < layer.HeightAfter * layer.WidthAfter; c++)
                {
                    int to = (r * MapSize) + (c * Wide);
                    for (int o = 0; o < Wide; o++)
                    {
                        T most = _results[Source(r, c, 0) + o];
                        byte which = 0;
                        for (byte k = 1; k < 4; k++)
                        {
                            T other = _results[Source(r, c, k) + o];
                            if (other > most) (most, which) = (other, k);
                        }
                        (_pooled[to + o], _largest[to + o]) = (most, which);
                    }
                }
            }
        }

        /// <summary>From the derivatives by what goes out to those before the relu.</summary>
        public void Descend(T[] slopes, int count)
        {
            Span<T> below = _below.AsSpan(0, count * Patches * Wide);
            if (layer.Pools)
            {
                below.Clear();
                for (int r = 0; r < count; r++)
                {
                    for (int c = 0; c < layer.HeightAfter * layer.WidthAfter; c++)
                    {
                        int from = (r * MapSize) + (c * Wide);
                        for (int o = 0; o < Wide; o++) _below[Source(r, c, _largest[from + o]) + o] = slopes[from + o];
                    }
                }
            }
            else
            {
                slopes.AsSpan(0, below.Length).CopyTo(below);
            }
            fixed (T* y = _results, d = _below)
            {
                for (int k = 0; k < below.Length; k += Vector512<T>.Count)
                    (Vector512.Load(d + k) * Activations.Derivative(Activation.Relu, Vector512.Load(y + k))).Store(d + k);
            }
        }

        /// <summary>The gradient of weights and bias.</summary>
        public void Gradient(int count, Span<T> gradient)
        {
            int outputs = layer.Outputs, rows = count * Patches;
            fixed (T* x = _cut, d = _below, sums = _sums)
            {
                DenseKernels<T>.TransposedMultiply(x, layer.Patch, rows, layer.Patch, d, Wide, sums);
                for (int k = 0; k < layer.Patch; k++) _sums.AsSpan(k * Wide, outputs).CopyTo(gradient[(k * outputs)..]);
                for (int o = 0; o < outputs; o += Vector512<T>.Count)
                {
                    Vector512<T> sum = default;
                    for (int r = 0; r < rows; r++) sum += Vector512.Load(d + (r * Wide) + o);
                    for (int k = 0; k < Vector512<T>.Count && o + k < outputs; k++) gradient[(layer.Patch * outputs) + o + k] = sum[k];
                }
            }
        }

        /// <summary>The derivatives by the numbers of patches.</summary>
        public void PatchSlopes(int count, T[] none, T[] patches)
        {
            fixed (T* d = _below, weights = _transposed, bias = none, to = patches)
                DenseKernels<T>.Multiply(d, Wide, count * Patches, layer.Outputs, weights, bias, _across, to);
        }

        /// <summary>Adds up the derivatives of the patches that a cell is in.</summary>
        public void Gather(T[] patches, Level before, int count, T[] slopes)
        {
            int inputs = layer.Inputs, cell = before.Wide;
            slopes.AsSpan(0, count * before.MapSize).Clear();
            for (int r = 0; r < count; r++)
            {
                for (int i = 0; i < layer.Rows; i++)
                {
                    for (int j = 0; j < layer.Columns; j++)
                    {
                        ReadOnlySpan<T> patch = patches.AsSpan(((r * Patches) + (i * layer.Columns) + j) * _across, layer.Patch);
                        int upper = (r * before.MapSize) + (((i * layer.Width) + j) * cell), lower = upper + (layer.Width * cell);
                        foreach (int to in (ReadOnlySpan<int>)[upper, upper + cell, lower, lower + cell])
                        {
                            AddTo(patch[..inputs], slopes.AsSpan(to, inputs));
                            patch = patch[inputs..];
                        }
                    }
                }
            }
        }

        private static void AddTo(ReadOnlySpan<T> more, Span<T> sums)
        {
            for (int k = 0; k < sums.Length; k++) sums[k] += more[k];
        }

        /// <summary>Where the k-th of the four results of a pooled cell begins.</summary>
        private int Source(int image, int cell, int k)
        {
            int i = (2 * (cell / layer.WidthAfter)) + (k >> 1), j = (2 * (cell % layer.WidthAfter)) + (k & 1);
            return ((image * Patches) + (i * layer.Columns) + j) * Wide;
        }
    }
}
