using FedPG.Core.Streams;
using FedPG.Envs;
using static TorchSharp.torch;

namespace FedPG.Policies.Networks;

/// <summary>
/// A small convolution on an image, and a network behind it that sees what the convolution gives and all other numbers: patches of two by
/// two cells, relu between layers, the largest of each two by two after the first. Weights are [patch, out], a patch's numbers in the order
/// row, column, channel. Immutable.
/// </summary>
internal sealed class ConvolutionNetwork : RowNetwork
{
    private const string Prefix = "convolution";
    private readonly ConvolutionShape _shape;
    private readonly RowNetwork _behind;
    private readonly NetworkStart _start;

    /// <summary>Creates the network.</summary>
    /// <param name="image">The image, whose numbers come first; a box [height][width][channels].</param>
    /// <param name="others">How many numbers come behind it.</param>
    /// <param name="channels">The channels of each layer.</param>
    /// <param name="create">Makes the network behind, from the numbers that it sees.</param>
    /// <param name="start">How parameters start.</param>
    /// <exception cref="ArgumentException">The box is no image, or too small for so many layers.</exception>
    public ConvolutionNetwork(
        Box image, int others, IReadOnlyList<int> channels, Func<int, RowNetwork> create, NetworkStart start = NetworkStart.Zero)
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentNullException.ThrowIfNull(channels);
        _shape = new ConvolutionShape(image, channels);
        (_behind, _start) = (create(_shape.Features + others), start);
        Inputs = _shape.Pixels + others;
        Parameters =
        [
            .. _shape.Layers.SelectMany((layer, k) => new (string, long[])[]
            {
                ($"{Prefix}{k}.weight", [layer.Patch, layer.Outputs]),
                ($"{Prefix}{k}.bias", [layer.Outputs]),
            }),
            .. _behind.Parameters,
        ];
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override int Outputs => _behind.Outputs;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, long[] Shape)> Parameters { get; }

    /// <summary>The layers of the convolution.</summary>
    internal ConvolutionShape Shape => _shape;

    /// <summary>The network behind it.</summary>
    internal RowNetwork Behind => _behind;

    /// <inheritdoc/>
    public override Tensor Forward(IReadOnlyList<Tensor> parameters, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(x);
        (long n, long m) = (x.shape[0], x.shape[1]);
        Tensor map = x.narrow(2, 0, _shape.Pixels);
        for (int k = 0; k < _shape.Layers.Count; k++)
        {
            ConvolutionLayer layer = _shape.Layers[k];
            (int rows, int columns) = (layer.Rows, layer.Columns);
            map = map.reshape(n, m, layer.Height, layer.Width, layer.Inputs);
            Tensor upper = map.narrow(2, 0, rows), lower = map.narrow(2, 1, rows);
            Tensor patches = cat(
                [upper.narrow(3, 0, columns), upper.narrow(3, 1, columns), lower.narrow(3, 0, columns), lower.narrow(3, 1, columns)], -1);
            Tensor z = bmm(patches.reshape(n, m * rows * columns, layer.Patch), parameters[2 * k]);
            map = BiasActivation.Of(z, parameters[(2 * k) + 1], Activation.Relu);
            if (!layer.Pools) continue;
            (int height, int width) = (layer.HeightAfter, layer.WidthAfter);
            Tensor even = map.view(n, m, rows, columns, layer.Outputs).narrow(2, 0, 2 * height).narrow(3, 0, 2 * width);
            map = even.reshape(n, m, height, 2, width, 2, layer.Outputs).amax([3, 5]);
        }
        Tensor features = map.reshape(n, m, _shape.Features);
        int others = Inputs - _shape.Pixels;
        Tensor seen = others == 0 ? features : cat([features, x.narrow(2, _shape.Pixels, others)], -1);
        return _behind.Forward([.. parameters.Skip(2 * _shape.Layers.Count)], seen);
    }

    /// <inheritdoc/>
    /// <remarks>Convolution and the network behind take their numbers from streams of their own.</remarks>
    public override void Initialise(StreamKey key, Span<double> parameters)
    {
        var layers = new LayerStart(key with { LocalStep = key.LocalStep + 1 }, _start);
        foreach (ConvolutionLayer layer in _shape.Layers)
        {
            layers.Hidden(parameters[..(layer.Patch * layer.Outputs)], layer.Outputs, layer.Patch);
            parameters = parameters[((layer.Patch + 1) * layer.Outputs)..];
        }
        _behind.Initialise(key with { LocalStep = key.LocalStep + 1000 }, parameters);
    }

    /// <inheritdoc/>
    public override IActor<T>? CreateActor<T>() => _behind.CreateActor<T>() is { } behind ? new ConvolutionActor<T>(this, behind) : null;

    /// <inheritdoc/>
    internal override IHeadTraining<T>? CreateTraining<T>() =>
        _behind.CreateTraining<T>() is DenseTraining<T> behind ? new ConvolutionTraining<T>(this, behind) : null;
}
