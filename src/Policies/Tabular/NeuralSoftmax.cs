using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs.Tabular;
using FedPG.Policies.Networks;
using FedPG.Policies.Options;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Policies.Tabular;

/// <summary>
/// The neural softmax policy: a fully connected network from a state's observation to the logits of its actions. Weights are [in, out]. A
/// one-hot observation selects a row of the first weights, so that layer is no product at all. With contexts the network sees z_i too, and
/// where contexts are places the state's own place in the same numbers: the first layer's part of z_i is one small product an agent, which
/// is added to the bias. An embedding, a learned vector e_i of the agent's own, is seen in the same way. Hidden weights start uniform with
/// variance 1 / fan-in (the numbers seen that are not zero in general), the last layer and all biases at 0: the first policy is uniform.
/// Embeddings start uniform with variance 1, each agent's from its own stream: equal ones would stay equal where agents see alike.
/// </summary>
internal sealed class NeuralSoftmax : SoftmaxPolicy
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Kind = NeuralSoftmaxOptions.Name;

    private const string PlaceWeight = "place.weight", ContextWeight = "context.weight";

    private readonly Tensor? _observations, _places;
    private readonly Activation _activation;
    private readonly int _layers, _seen, _values, _embedded, _more;
    private readonly NetworkStart _start;

    /// <summary>Creates the network.</summary>
    /// <param name="states">S.</param>
    /// <param name="actions">A.</param>
    /// <param name="hidden">The sizes of the hidden layers; empty for none.</param>
    /// <param name="activation">Between the layers.</param>
    /// <param name="observations">What the network sees of each state, [S, m]; null for the state itself, one-hot.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    /// <param name="contexts">What it is told of each agent; null (the default) for nothing.</param>
    /// <param name="start">How parameters start.</param>
    /// <param name="values">How many of the outputs, the last ones, are values.</param>
    /// <param name="embedded">The numbers of an agent's own learned vector; 0 (the default) for none.</param>
    /// <param name="ownHead">Whether agents have last layers of their own; false by default.</param>
    public NeuralSoftmax(
        int states, int actions, IReadOnlyList<int> hidden, Activation activation, double[,]? observations, TensorFormat format,
        AgentContexts? contexts = null, NetworkStart start = NetworkStart.Zero, int values = 0, int embedded = 0, bool ownHead = false)
        : base(
            Kind, states, actions, format,
            CreateLayout(states, observations?.GetLength(1) ?? states, hidden, actions, contexts, embedded, ownHead), contexts)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        (_activation, _layers, _start, _values, _embedded) = (activation, hidden.Count + 1, start, values, embedded);
        if (observations is not null) register_buffer("observations", _observations = format.Constant(observations));
        if (contexts?.Places(states) is { } places) register_buffer("places", _places = format.Constant(places));
        _seen = (observations?.GetLength(1) ?? 1) + (_places is null ? 0 : contexts!.Size) + (contexts?.ActiveNumbers ?? 0) + embedded;
        _more = Layout.Slices.Skip(2 * _layers).TakeWhile(slice => slice.Name != Embeddings.Vector).Count();
    }

    /// <summary>The kind of policy where states are listed.</summary>
    internal static PolicyDefinition Definition { get; } =
        PolicyDefinition.For<FiniteMdp, NeuralSoftmaxOptions>("a fully connected network", Create, Read);

    /// <inheritdoc/>
    public override double[] InitialParameters(StreamKey key)
    {
        double[] parameters = new double[Layout.Length];
        var layers = new LayerStart(key, _start);
        for (int layer = 0; layer < _layers - 1; layer++)
            Fill(Layout.Slices[2 * layer], layer == 0 ? _seen : (int)Layout.Slices[2 * layer].Shape[0]);
        if (_layers > 1)
        {
            foreach (ParameterSlice more in Layout.Slices.Skip(2 * _layers).Take(_more)) Fill(more, _seen);
        }
        ParameterSlice last = Layout.Slices[2 * (_layers - 1)];
        layers.Last(parameters.AsSpan(last.Offset, last.Length), (int)last.Shape[1], _values);
        return parameters;

        void Fill(ParameterSlice weight, int fanIn) =>
            layers.Hidden(parameters.AsSpan(weight.Offset, weight.Length), (int)weight.Shape[1], fanIn);
    }

    /// <inheritdoc/>
    public override double[] InitialPersonal(ReadOnlySpan<double> common, StreamKey key) =>
        Embeddings.Fill(Layout, base.InitialPersonal(common, key), key);

    /// <inheritdoc/>
    public override bool[]? TouchedBy(int agent) =>
        Contexts?.IsOneHot == true ? Layout.WithOwnRows(Layout.Slices.Where(slice => slice.Name == ContextWeight), 0, agent) : null;

    /// <inheritdoc/>
    protected override Tensor Logits(IReadOnlyList<Tensor> parameters)
    {
        Tensor first = parameters[0], bias = parameters[1];
        long n = first.shape[0];
        int more = (2 * _layers) + _more;
        if (_embedded > 0) bias = bmm(parameters[more], parameters[--more]).Add(bias);
        if (Contexts is not null) bias = bmm(ContextsOf(n), parameters[--more]).Add(bias);
        Tensor x = _observations is null ? first.Plus(bias) : bmm(_observations.unsqueeze(0).expand(n, -1, -1), first).Add(bias);
        if (_places is not null) x = bmm(_places.unsqueeze(0).expand(n, -1, -1), parameters[--more]).Add(x);
        for (int layer = 1; layer < _layers; layer++)
        {
            Tensor active = _activation == Activation.Tanh ? x.tanh() : x.relu();
            x = bmm(active, parameters[2 * layer]).Add(parameters[(2 * layer) + 1]);
        }
        return x;
    }

    private static NeuralSoftmaxOptions Read(OptionReader reader, FiniteMdp? mdp)
    {
        NeuralSoftmaxOptions options = OptionRecord.Read(
            reader, new NeuralSoftmaxOptions(), new Dictionary<string, Func<OptionProperty, object?>?>
            {
                [nameof(NeuralSoftmaxOptions.Observation)] = property => ReadObservation(reader, property, mdp),
                [nameof(NeuralSoftmaxOptions.Channels)] = null,
            });
        const string stepped = "is for observations; of listed states allowed:";
        if (options.Network == NetworkKind.Convolution) reader.Reject("network", $"{stepped} \"dense\"");
        if (options.LayerNorm) reader.Reject("layerNorm", $"{stepped} false");
        if (options.Gru > 0) reader.Reject("gru", $"{stepped} 0, since a state tells all that is to be known");
        if (options.GruBias != 0) reader.Reject("gruBias", $"{stepped} 0");
        return options;
    }

    private static object ReadObservation(OptionReader reader, OptionProperty property, FiniteMdp? mdp)
    {
        const string oneHot = "one-hot", coordinates = "coordinates";
        string word = reader.Choice(
            property.Key, oneHot, [oneHot, coordinates], property.Attribute.Meaning, TableFeatures.Offered(mdp, oneHot));
        if (word == coordinates) TableFeatures.NeedGrid(reader, property.Key, mdp);
        return word == coordinates ? StateObservation.Coordinates : StateObservation.OneHot;
    }

    private static SoftmaxPolicy Create(NeuralSoftmaxOptions options, FiniteMdp mdp, TensorFormat format)
    {
        double[,]? observations = options.Observation == StateObservation.Coordinates ? StateFeatures.Coordinates(mdp.Grid!) : null;
        AgentContexts? contexts = AgentContexts.Of(mdp, options.Context);
        return SoftmaxActorCritic.Of(options.Critic, mdp.Actions, actions => new NeuralSoftmax(
            mdp.States, actions, options.Hidden, options.Activation, observations, format, contexts, options.Start,
            actions == mdp.Actions ? 0 : 1, options.Embedded, options.OwnLayer is not null));
    }

    /// <summary>The layers, then what the first layer makes of places, of contexts and of embeddings, then the embedding.</summary>
    private static ParameterLayout CreateLayout(
        int states, int inputs, IReadOnlyList<int> hidden, int actions, AgentContexts? contexts, int embedded, bool ownHead)
    {
        long[] sizes = [inputs, .. hidden.Select(h => (long)h), actions];
        var parameters = new List<(string Name, long[] Shape)>();
        for (int layer = 0; layer < sizes.Length - 1; layer++)
        {
            parameters.Add(($"layer{layer}.weight", [sizes[layer], sizes[layer + 1]]));
            parameters.Add(($"layer{layer}.bias", [sizes[layer + 1]]));
        }
        if (contexts?.PlacedStates == states) parameters.Add((PlaceWeight, [contexts.Size, sizes[1]]));
        if (contexts is not null) parameters.Add((ContextWeight, [contexts.Size, sizes[1]]));
        if (embedded > 0) parameters.AddRange(Embeddings.Parameters(embedded, (int)sizes[1]));
        return new ParameterLayout(parameters, vectorsAsRows: true, Embeddings.IsPersonal(ownHead ? sizes.Length - 2 : null));
    }
}
