using FedPG.Core.Streams;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Policies.Networks;

/// <summary>
/// A fully connected network on observations, for rows of agents: x [n, M, inputs] to outputs [n, M, outputs] by one batched product a
/// layer. Weights are [in, out]. Immutable.
/// </summary>
internal sealed class DenseNetwork : RowNetwork
{
    private readonly int[] _sizes;
    private readonly int _fanIn, _values;
    private readonly NetworkStart _start;

    /// <summary>Creates the network.</summary>
    /// <param name="inputs">The numbers that come in.</param>
    /// <param name="hidden">The sizes of the hidden layers; empty for none.</param>
    /// <param name="outputs">The numbers that go out.</param>
    /// <param name="activation">Between the layers.</param>
    /// <param name="fanIn">How many inputs are not zero in general.</param>
    /// <param name="start">How parameters start.</param>
    /// <param name="values">How many of the outputs, the last ones, are values.</param>
    public DenseNetwork(
        int inputs, IReadOnlyList<int> hidden, int outputs, Activation activation, int fanIn, NetworkStart start = NetworkStart.Zero,
        int values = 0)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        _sizes = [inputs, .. hidden, outputs];
        (Activation, _fanIn, _start, _values) = (activation, fanIn, start, values);
        Parameters =
        [
            .. Enumerable.Range(0, Layers).SelectMany(layer => new (string, long[])[]
            {
                ($"layer{layer}.weight", [_sizes[layer], _sizes[layer + 1]]),
                ($"layer{layer}.bias", [_sizes[layer + 1]]),
            }),
        ];
    }

    /// <summary>The number of layers, the last included.</summary>
    public int Layers => _sizes.Length - 1;

    /// <summary>The numbers that enter layer 0, 1, ..., and those that leave the last.</summary>
    public IReadOnlyList<int> Sizes => _sizes;

    /// <summary>Between the layers.</summary>
    public Activation Activation { get; }

    /// <inheritdoc/>
    public override int Inputs => _sizes[0];

    /// <inheritdoc/>
    public override int Outputs => _sizes[^1];

    /// <summary>The parameters in layout order: <c>layer0.weight</c>, <c>layer0.bias</c>, ...</summary>
    public override IReadOnlyList<(string Name, long[] Shape)> Parameters { get; }

    /// <inheritdoc/>
    public override bool HasTangents => true;

    /// <inheritdoc/>
    public override Tensor Forward(IReadOnlyList<Tensor> parameters, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        for (int layer = 0; layer < Layers - 1; layer++)
        {
            using Tensor z = bmm(x, parameters[2 * layer]);
            // The product is not needed for its own derivative: its memory is free for the next one.
            x = BiasActivation.Of(z, parameters[(2 * layer) + 1], Activation);
        }
        (Tensor weight, Tensor bias) = (parameters[2 * (Layers - 1)], parameters[(2 * (Layers - 1)) + 1]);
        return bmm(x, weight).Add(bias.unsqueeze(1));
    }

    /// <inheritdoc/>
    public override Tensor Tangents(IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> directions, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(directions);
        using var noGrad = no_grad();
        Tensor? along = null;
        for (int layer = 0; layer < Layers - 1; layer++)
        {
            Tensor pre = LayerTangent(layer, x, along);
            x = BiasActivation.Of(bmm(x, parameters[2 * layer]), parameters[(2 * layer) + 1], Activation);
            along = pre * (Activation == Activation.Tanh ? ones_like(x) - (x * x) : x.sign());
        }
        return LayerTangent(Layers - 1, x, along);

        Tensor LayerTangent(int layer, Tensor input, Tensor? inputAlong)
        {
            Tensor own = bmm(input, directions[2 * layer]).Add(directions[(2 * layer) + 1].unsqueeze(1));
            return inputAlong is null ? own : own.Add(bmm(inputAlong, parameters[2 * layer]));
        }
    }

    /// <summary>As <see cref="NetworkStart"/> says.</summary>
    /// <param name="key">The stream.</param>
    /// <param name="parameters">The first numbers of a row theta; must be 0.</param>
    public override void Initialise(StreamKey key, Span<double> parameters)
    {
        var layers = new LayerStart(key, _start);
        for (int layer = 0; layer < Layers; layer++)
        {
            (int inputs, int outputs) = (_sizes[layer], _sizes[layer + 1]);
            Span<double> weights = parameters[..(inputs * outputs)];
            if (layer == Layers - 1) layers.Last(weights, outputs, _values);
            else layers.Hidden(weights, outputs, layer == 0 ? _fanIn : inputs);
            parameters = parameters[((inputs + 1) * outputs)..];
        }
    }

    /// <inheritdoc/>
    public override IActor<T> CreateActor<T>() => new DenseActor<T>(this);

    /// <inheritdoc/>
    internal override IHeadTraining<T> CreateTraining<T>() => new DenseTraining<T>(this);
}
