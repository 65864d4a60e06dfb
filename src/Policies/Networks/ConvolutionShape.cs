using FedPG.Envs;

namespace FedPG.Policies.Networks;

/// <summary>
/// One layer of a convolution: patches of two by two cells to channels, and perhaps the largest of each two by two results.
/// </summary>
/// <param name="Height">The cells that come in, first index.</param>
/// <param name="Width">The cells that come in, second index.</param>
/// <param name="Inputs">The channels that come in.</param>
/// <param name="Outputs">The channels that go out.</param>
/// <param name="Pools">Whether the largest of two by two are taken.</param>
internal sealed record ConvolutionLayer(int Height, int Width, int Inputs, int Outputs, bool Pools)
{
    /// <summary>The side of a patch.</summary>
    public const int Side = 2;

    /// <summary>The numbers of a patch: the weights of an output.</summary>
    public int Patch => Side * Side * Inputs;

    /// <summary>The patches, first index.</summary>
    public int Rows => Height - 1;

    /// <summary>The patches, second index.</summary>
    public int Columns => Width - 1;

    /// <summary>The cells that go out, first index.</summary>
    public int HeightAfter => Pools ? Rows / 2 : Rows;

    /// <summary>The cells that go out, second index.</summary>
    public int WidthAfter => Pools ? Columns / 2 : Columns;
}

/// <summary>The layers of a convolution over an image [height][width][channels], and the numbers that are left. Immutable.</summary>
internal sealed class ConvolutionShape
{
    /// <summary>Creates the shape.</summary>
    /// <param name="image">A box of three indices.</param>
    /// <param name="channels">The channels of each layer.</param>
    /// <exception cref="ArgumentException">The image has other indices, or is too small for so many layers.</exception>
    public ConvolutionShape(Box image, IReadOnlyList<int> channels)
    {
        if (ErrorOf(image, channels) is { } error) throw new ArgumentException(error, nameof(image));
        Pixels = image.Size;
        (int height, int width, int inputs) = (image.Shape[0], image.Shape[1], image.Shape[2]);
        var layers = new List<ConvolutionLayer>();
        foreach (int outputs in channels)
        {
            var layer = new ConvolutionLayer(height, width, inputs, outputs, PoolsAt(layers.Count, height, width, channels.Count));
            layers.Add(layer);
            (height, width, inputs) = (layer.HeightAfter, layer.WidthAfter, outputs);
        }
        (Layers, Features) = (layers, height * width * inputs);
    }

    /// <summary>The numbers of an image.</summary>
    public int Pixels { get; }

    /// <summary>The layers.</summary>
    public IReadOnlyList<ConvolutionLayer> Layers { get; }

    /// <summary>The numbers that come out.</summary>
    public int Features { get; }

    /// <summary>Why an image cannot go through so many layers; null where it can.</summary>
    public static string? ErrorOf(Box? image, IReadOnlyList<int> channels) => image switch
    {
        not { Shape.Count: 3 } => "needs observations with an image, a box of three indices [height][width][channels]",
        _ when channels.Count == 0 => "needs channels, one number a layer",
        _ when Math.Min(image.Shape[0], image.Shape[1]) <= channels.Count =>
            $"{channels.Count} layers need an image of at least {channels.Count + 1} cells a side, and this has "
                + $"{image.Shape[0]} x {image.Shape[1]}",
        _ => null,
    };

    /// <summary>The first layer pools where what is left is large enough for the others.</summary>
    private static bool PoolsAt(int layer, int height, int width, int layers) =>
        layer == 0 && (Math.Min(height, width) - 1) / 2 >= layers;
}
