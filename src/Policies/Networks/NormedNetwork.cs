using FedPG.Core.Streams;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Policies.Networks;

/// <summary>
/// A fully connected network whose hidden layers are normalised before the function: x_l+1 = f(s (z - mean z) / sqrt(var z + 1e-5) + h), z
/// = x_l W_l + b_l, mean and variance over a layer's outputs (Ba, Kiros and Hinton, "Layer normalization", 2016). Immutable.
/// </summary>
internal sealed class NormedNetwork : RowNetwork
{
    private const int PerHidden = 4;
    private const double Epsilon = 1e-5;

    private readonly int[] _sizes;
    private readonly int _fanIn, _values;
    private readonly NetworkStart _start;
    private readonly Activation _activation;

    /// <summary>Creates the network.</summary>
    /// <param name="inputs">The numbers that come in.</param>
    /// <param name="hidden">The sizes of the hidden layers.</param>
    /// <param name="outputs">The numbers that go out.</param>
    /// <param name="activation">Between the layers.</param>
    /// <param name="fanIn">How many inputs are not zero in general.</param>
    /// <param name="start">How parameters start; scales at 1, shifts at 0.</param>
    /// <param name="values">How many of the outputs, the last ones, are values.</param>
    public NormedNetwork(
        int inputs, IReadOnlyList<int> hidden, int outputs, Activation activation, int fanIn, NetworkStart start = NetworkStart.Zero,
        int values = 0)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        _sizes = [inputs, .. hidden, outputs];
        (_activation, _fanIn, _start, _values) = (activation, fanIn, start, values);
        Parameters =
        [
            .. Enumerable.Range(0, hidden.Count).SelectMany(layer => new (string, long[])[]
            {
                ($"layer{layer}.weight", [_sizes[layer], _sizes[layer + 1]]),
                ($"layer{layer}.bias", [_sizes[layer + 1]]),
                ($"layer{layer}.scale", [_sizes[layer + 1]]),
                ($"layer{layer}.shift", [_sizes[layer + 1]]),
            }),
            ($"layer{hidden.Count}.weight", [_sizes[^2], outputs]),
            ($"layer{hidden.Count}.bias", [outputs]),
        ];
    }

    /// <inheritdoc/>
    public override int Inputs => _sizes[0];

    /// <inheritdoc/>
    public override int Outputs => _sizes[^1];

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, long[] Shape)> Parameters { get; }

    private int Hidden => _sizes.Length - 2;

    /// <inheritdoc/>
    public override Tensor Forward(IReadOnlyList<Tensor> parameters, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        for (int layer = 0; layer < Hidden; layer++)
        {
            Tensor z = bmm(x, parameters[PerHidden * layer]).Plus(Row(parameters[(PerHidden * layer) + 1]));
            Tensor centred = z - z.mean([-1], keepdim: true);
            Tensor length = (centred * centred).mean([-1], keepdim: true).Shift(Epsilon).sqrt();
            Tensor normed = centred.div(length).mul(Row(parameters[(PerHidden * layer) + 2]));
            x = BiasActivation.Of(normed, parameters[(PerHidden * layer) + 3], _activation);
        }
        return bmm(x, parameters[PerHidden * Hidden]).Add(Row(parameters[(PerHidden * Hidden) + 1]));
    }

    /// <inheritdoc/>
    public override void Initialise(StreamKey key, Span<double> parameters)
    {
        var layers = new LayerStart(key, _start);
        for (int layer = 0; layer < Hidden; layer++)
        {
            (int inputs, int outputs) = (_sizes[layer], _sizes[layer + 1]);
            layers.Hidden(parameters[..(inputs * outputs)], outputs, layer == 0 ? _fanIn : inputs);
            parameters.Slice((inputs + 1) * outputs, outputs).Fill(1);
            parameters = parameters[((inputs + 3) * outputs)..];
        }
        layers.Last(parameters[..(_sizes[^2] * _sizes[^1])], _sizes[^1], _values);
    }

    private static Tensor Row(Tensor vector) => vector.unsqueeze(1);
}
