using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs.Tabular;
using FedPG.Policies.Networks;
using FedPG.Policies.Options;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Policies.Tabular;

/// <summary>
/// The neural softmax policy: a fully connected network from a state's observation to the logits of its actions. Weights are [in, out].
/// A one-hot observation selects a row of the first weights, so that layer is no product at all. Hidden weights start uniform with variance
/// 1 / fan-in (1 for a one-hot observation), the last layer and all biases at 0: the first policy is uniform.
/// </summary>
public sealed class NeuralSoftmax : SoftmaxPolicy
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Kind = NeuralSoftmaxOptions.Name;

    private readonly Tensor? _observations;
    private readonly Activation _activation;
    private readonly int _layers;

    /// <summary>Creates the network.</summary>
    /// <param name="states">S.</param>
    /// <param name="actions">A.</param>
    /// <param name="hidden">The sizes of the hidden layers; empty for none.</param>
    /// <param name="activation">Between the layers.</param>
    /// <param name="observations">What the network sees of each state, [S, m]; null for the state itself, one-hot.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    public NeuralSoftmax(int states, int actions, IReadOnlyList<int> hidden, Activation activation, double[,]? observations, TensorFormat format)
        : base(Kind, states, actions, format, CreateLayout(observations?.GetLength(1) ?? states, hidden, actions))
    {
        ArgumentNullException.ThrowIfNull(hidden);
        (_activation, _layers) = (activation, hidden.Count + 1);
        if (observations is null) return;
        _observations = format.Constant(observations);
        register_buffer("observations", _observations);
    }

    /// <summary>The kind of policy where states are listed.</summary>
    internal static PolicyDefinition Definition { get; } =
        PolicyDefinition.For<FiniteMdp, NeuralSoftmaxOptions>("a fully connected network", Create, Read);

    /// <inheritdoc/>
    public override double[] InitialParameters(StreamKey key)
    {
        double[] parameters = new double[Layout.Length];
        var random = new RandomSequence(key);
        for (int layer = 0; layer < _layers - 1; layer++)
        {
            ParameterSlice weight = Layout.Slices[2 * layer];
            double fanIn = layer == 0 && _observations is null ? 1 : weight.Shape[0];
            double bound = Math.Sqrt(3 / fanIn);
            for (int k = 0; k < weight.Length; k++) parameters[weight.Offset + k] = bound * ((2 * random.NextDouble()) - 1);
        }
        return parameters;
    }

    /// <inheritdoc/>
    protected override Tensor Logits(IReadOnlyList<Tensor> parameters)
    {
        Tensor first = parameters[0], bias = parameters[1];
        Tensor x = _observations is null ? first.Plus(bias) : bmm(_observations.unsqueeze(0).expand(first.shape[0], -1, -1), first).Add(bias);
        for (int layer = 1; layer < _layers; layer++)
        {
            Tensor active = _activation == Activation.Tanh ? x.tanh() : x.relu();
            x = bmm(active, parameters[2 * layer]).Add(parameters[(2 * layer) + 1]);
        }
        return x;
    }

    private static NeuralSoftmaxOptions Read(OptionReader reader, FiniteMdp? mdp) =>
        OptionRecord.Read(reader, new NeuralSoftmaxOptions(), new Dictionary<string, Func<OptionProperty, object?>?>
        {
            [nameof(NeuralSoftmaxOptions.Observation)] = property => ReadObservation(reader, property, mdp),
        });

    private static object ReadObservation(OptionReader reader, OptionProperty property, FiniteMdp? mdp)
    {
        const string oneHot = "one-hot", coordinates = "coordinates";
        string word = reader.Choice(property.Key, oneHot, [oneHot, coordinates], property.Attribute.Meaning, TableFeatures.Offered(mdp, oneHot));
        if (word == coordinates) TableFeatures.NeedGrid(reader, property.Key, mdp);
        return word == coordinates ? StateObservation.Coordinates : StateObservation.OneHot;
    }

    private static NeuralSoftmax Create(NeuralSoftmaxOptions options, FiniteMdp mdp, TensorFormat format)
    {
        double[,]? observations = options.Observation == StateObservation.Coordinates ? StateFeatures.Coordinates(mdp.Grid!) : null;
        return new NeuralSoftmax(mdp.States, mdp.Actions, options.Hidden, options.Activation, observations, format);
    }

    private static ParameterLayout CreateLayout(int inputs, IReadOnlyList<int> hidden, int actions)
    {
        long[] sizes = [inputs, .. hidden.Select(h => (long)h), actions];
        return new ParameterLayout(Enumerable.Range(0, sizes.Length - 1).SelectMany(layer => new (string, long[])[]
        {
            ($"layer{layer}.weight", [sizes[layer], sizes[layer + 1]]),
            ($"layer{layer}.bias", [sizes[layer + 1]]),
        }), vectorsAsRows: true);
    }
}
