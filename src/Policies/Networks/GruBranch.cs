using FedPG.Core.Streams;
using static TorchSharp.torch;

namespace FedPG.Policies.Networks;

/// <summary>Hidden layers, a gated recurrent unit and a last layer; see <see cref="GruNetwork"/>. Immutable.</summary>
internal sealed class GruBranch
{
    /// <summary>The gates: reset, update, and what is new.</summary>
    public const int Gates = 3;

    private readonly NetworkStart _start;
    private readonly int _encoding, _layers;
    private readonly double _bias;

    /// <summary>Creates a branch.</summary>
    /// <param name="encoder">The hidden layers, the last of them without its function.</param>
    /// <param name="activation">Behind each of them.</param>
    /// <param name="units">H, the numbers remembered.</param>
    /// <param name="acting">The outputs that actions follow from.</param>
    /// <param name="values">The outputs that are values.</param>
    /// <param name="layers">How many hidden layers there are.</param>
    /// <param name="start">How parameters start.</param>
    /// <param name="bias">The first bias of the update gate; 0 by default.</param>
    public GruBranch(
        RowNetwork encoder, Activation activation, int units, int acting, int values, int layers, NetworkStart start, double bias = 0)
    {
        _bias = bias;
        (Encoder, Activation, Units, Acting, Values, _start) = (encoder, activation, units, acting, values, start);
        Input = new DenseNetwork(encoder.Outputs, [], Gates * units, activation, encoder.Outputs);
        Hidden = new DenseNetwork(units, [], Gates * units, activation, units);
        Last = new DenseNetwork(units, [], acting + values, activation, units);
        (_encoding, _layers) = (encoder.Parameters.Count, layers);
        string last = FormattableString.Invariant($"layer{layers}");
        Parameters =
        [
            .. encoder.Parameters,
            ("gru.input.weight", [encoder.Outputs, Gates * units]), ("gru.input.bias", [Gates * units]),
            ("gru.hidden.weight", [units, Gates * units]), ("gru.hidden.bias", [Gates * units]),
            ($"{last}.weight", [units, acting + values]), ($"{last}.bias", [acting + values]),
        ];
        LastHidden = FormattableString.Invariant($"layer{layers - 1}.weight");
    }

    /// <summary>The hidden layers.</summary>
    public RowNetwork Encoder { get; }

    /// <summary>W and b of the three gates, side by side.</summary>
    public DenseNetwork Input { get; }

    /// <summary>U and c of the three gates.</summary>
    public DenseNetwork Hidden { get; }

    /// <summary>V and d.</summary>
    public DenseNetwork Last { get; }

    /// <summary>Behind the hidden layers.</summary>
    public Activation Activation { get; }

    /// <summary>H.</summary>
    public int Units { get; }

    /// <summary>The outputs that actions follow from.</summary>
    public int Acting { get; }

    /// <summary>The outputs that are values.</summary>
    public int Values { get; }

    /// <summary>Names and shapes, in layout order.</summary>
    public IReadOnlyList<(string Name, long[] Shape)> Parameters { get; }

    /// <summary>The numbers of its parameters.</summary>
    public int Length => Encoder.Length + Input.Length + Hidden.Length + Last.Length;

    private string LastHidden { get; }

    /// <summary>The same, with nothing but values for outputs.</summary>
    public GruBranch OfValues() => new(Encoder, Activation, Units, 0, Acting + Values, _layers, _start, _bias);

    /// <summary>Outputs and what is remembered then, [n, M, ...].</summary>
    /// <param name="parameters">Its own parameters, each [n, ...shape].</param>
    /// <param name="observed">[n, M, m].</param>
    /// <param name="carried">1 where the episode goes on, [n, M, 1].</param>
    /// <param name="memory">h, [n, M, H]; read at the first steps of sequences.</param>
    /// <param name="length">L, the steps of a sequence; M is a multiple, and a sequence's steps stand one after another.</param>
    public (Tensor Outputs, Tensor Memory) Forward(
        IReadOnlyList<Tensor> parameters, Tensor observed, Tensor carried, Tensor memory, int length)
    {
        (long n, long m) = (observed.shape[0], observed.shape[1]);
        long sequences = m / length;
        if (sequences * length != m) throw new ArgumentException($"{m} steps are no sequences of {length}", nameof(length));
        Tensor encoded = Encoder.Forward(parameters, observed);
        encoded = BiasActivation.Of(encoded, zeros([n, encoded.shape[2]], dtype: encoded.dtype, device: encoded.device), Activation);
        Tensor given = Input.Forward([parameters[_encoding], parameters[_encoding + 1]], encoded);
        Tensor[] hidden = [parameters[_encoding + 2], parameters[_encoding + 3]];
        // Unbound once: the gradient of a step's slice by itself would be a padded copy of all steps.
        Tensor[] gates = given.view(n, sequences, length, Gates * Units).unbind(2);
        Tensor[] goesOn = carried.view(n, sequences, length, 1).unbind(2);
        Tensor h = memory.view(n, sequences, length, Units).select(2, 0);
        var remembered = new Tensor[length];
        for (int t = 0; t < length; t++)
        {
            Tensor before = h * goesOn[t];
            remembered[t] = h = GruCell.Of(gates[t], Hidden.Forward(hidden, before), before);
        }
        Tensor all = stack(remembered, 2).view(n, m, Units);
        return (Last.Forward([parameters[_encoding + 4], parameters[_encoding + 5]], all), all);
    }

    /// <summary>
    /// Writes the first parameters: those of the unit at gain 1, its biases 0 but for the update gate's; the last layer as networks do.
    /// </summary>
    /// <param name="key">The stream.</param>
    /// <param name="parameters">Of this branch; must be 0.</param>
    public void Initialise(StreamKey key, Span<double> parameters)
    {
        Encoder.Initialise(key, parameters[..Encoder.Length]);
        // The last hidden layer is no last layer.
        StreamKey own = key with { LocalStep = key.LocalStep + 2000 };
        var layers = new LayerStart(own, _start);
        int at = 0;
        foreach ((string name, long[] shape) in Encoder.Parameters)
        {
            int length = (int)shape.Aggregate(1L, (product, size) => product * size);
            if (name == LastHidden)
            {
                parameters.Slice(at, length).Clear();
                layers.Hidden(parameters.Slice(at, length), (int)shape[1], (int)shape[0]);
            }
            at += length;
        }
        int wide = Gates * Units;
        Fill(layers, own, 10, parameters.Slice(at, Encoder.Outputs * wide), Encoder.Outputs);
        // Behind the weights, the second of the gates.
        parameters.Slice(at + ((Encoder.Outputs + 1) * wide) - (2 * Units), Units).Fill(_bias);
        at += Input.Length;
        Fill(layers, own, 20, parameters.Slice(at, Units * wide), Units);
        at += Hidden.Length;
        layers.Last(parameters.Slice(at, Units * (Acting + Values)), Acting + Values, Values);
    }

    private void Fill(LayerStart layers, StreamKey key, int draw, Span<double> weights, int inputs)
    {
        int wide = Gates * Units;
        if (_start != NetworkStart.Orthogonal)
        {
            layers.Hidden(weights, wide, inputs);
            return;
        }
        for (int gate = 0; gate < Gates; gate++) OrthogonalStart.Fill(key, draw + gate, weights, wide, gate * Units, Units, 1);
    }
}
