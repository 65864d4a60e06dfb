using FedPG.Core.Streams;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Policies.Networks;

/// <summary>
/// A fully connected network on observations, for rows of agents: x [n, M, inputs] to outputs [n, M, outputs] by one batched product a
/// layer. Weights are [in, out]. With an embedding the first layer sees a learned vector e beside x: its part e W is added to the bias.
/// Immutable.
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
    /// <param name="embedded">The numbers of a learned vector that the first layer sees too; 0 (the default) for none.</param>
    public DenseNetwork(
        int inputs, IReadOnlyList<int> hidden, int outputs, Activation activation, int fanIn, NetworkStart start = NetworkStart.Zero,
        int values = 0, int embedded = 0)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        _sizes = [inputs, .. hidden, outputs];
        (Activation, _fanIn, _start, _values, Embedded) = (activation, fanIn + embedded, start, values, embedded);
        Parameters =
        [
            .. Enumerable.Range(0, Layers).SelectMany(layer => new (string, long[])[]
            {
                ($"layer{layer}.weight", [_sizes[layer], _sizes[layer + 1]]),
                ($"layer{layer}.bias", [_sizes[layer + 1]]),
            }),
            .. embedded == 0 ? [] : Embeddings.Parameters(embedded, _sizes[1]),
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

    /// <summary>The numbers of the learned vector that the first layer sees beside its input; 0 for none.</summary>
    public int Embedded { get; }

    /// <summary>The parameters in layout order: <c>layer0.weight</c>, <c>layer0.bias</c>, ..., then those of the embedding.</summary>
    public override IReadOnlyList<(string Name, long[] Shape)> Parameters { get; }

    /// <inheritdoc/>
    public override bool HasTangents => true;

    /// <inheritdoc/>
    public override Tensor Forward(IReadOnlyList<Tensor> parameters, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        parameters = WithFirstBias(parameters, FirstBias(parameters));
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
        directions = WithFirstBias(directions, FirstBiasTangent(parameters, directions));
        parameters = WithFirstBias(parameters, FirstBias(parameters));
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

    /// <summary>As <see cref="NetworkStart"/> says; weights of an embedding as those of a hidden layer, the embedding itself 0.</summary>
    /// <param name="key">The stream.</param>
    /// <param name="parameters">The first numbers of a row theta; must be 0.</param>
    public override void Initialise(StreamKey key, Span<double> parameters)
    {
        var layers = new LayerStart(key, _start);
        for (int layer = 0; layer < Layers - 1; layer++)
        {
            (int inputs, int outputs) = (_sizes[layer], _sizes[layer + 1]);
            layers.Hidden(parameters[..(inputs * outputs)], outputs, layer == 0 ? _fanIn : inputs);
            parameters = parameters[((inputs + 1) * outputs)..];
        }
        int last = _sizes[^2] * _sizes[^1];
        if (Layers > 1 && Embedded > 0)
            layers.Hidden(parameters.Slice(last + _sizes[^1], Embedded * _sizes[1]), _sizes[1], _fanIn);
        layers.Last(parameters[..last], _sizes[^1], _values);
    }

    /// <inheritdoc/>
    public override IActor<T> CreateActor<T>() => new DenseActor<T>(this);

    /// <inheritdoc/>
    internal override IHeadTraining<T>? CreateTraining<T>() => Embedded == 0 ? new DenseTraining<T>(this) : null;

    /// <summary>b + e W, the bias of the first layer with what it makes of the embedding, [n, h]; null where there is none.</summary>
    private Tensor? FirstBias(IReadOnlyList<Tensor> parameters) =>
        Embedded == 0 ? null : bmm(VectorIn(parameters), WeightIn(parameters)).squeeze(1).Add(parameters[1]);

    private Tensor? FirstBiasTangent(IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> directions) => Embedded == 0 ? null
        : bmm(VectorIn(directions), WeightIn(parameters)).Add(bmm(VectorIn(parameters), WeightIn(directions))).squeeze(1)
            .Add(directions[1]);

    private Tensor WeightIn(IReadOnlyList<Tensor> parameters) => parameters[2 * Layers];

    private Tensor VectorIn(IReadOnlyList<Tensor> parameters) => parameters[(2 * Layers) + 1].unsqueeze(1);

    private static IReadOnlyList<Tensor> WithFirstBias(IReadOnlyList<Tensor> parameters, Tensor? bias) =>
        bias is null ? parameters : [parameters[0], bias, .. parameters.Skip(2)];
}
