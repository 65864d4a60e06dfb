using System.Numerics;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Policies.Heads;
using FedPG.Policies.Networks;
using FedPG.Policies.Options;
using static TorchSharp.torch;

namespace FedPG.Policies.Episodic;

/// <summary>
/// A Gaussian policy for continuous actions: a = mu(o) + sigma eps with mu a fully connected network (linear without hidden layers) and
/// sigma one number for each number of an action, which is learnt through its logarithm or fixed. mu starts at 0. The action drawn may lie
/// outside the action space: what steps the environment clips it, and log pi is that of the action as drawn. A head is mu and log sigma, [2
/// k]. Agents may have last layers of their own, log sigma included, and a learned vector that the network sees beside the observation.
/// </summary>
public sealed class GaussianPolicy : EpisodicPolicy
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Kind = GaussianOptions.Name;

    private const string LogDeviation = "log_standard_deviation";

    private readonly DenseNetwork _network;
    private readonly double _deviation;
    private readonly bool _learnt;
    private readonly Tensor _constant;

    /// <summary>Creates the policy.</summary>
    /// <param name="encoding">What is seen of an observation.</param>
    /// <param name="actions">The actions.</param>
    /// <param name="hidden">The sizes of the hidden layers; empty for a linear mean.</param>
    /// <param name="activation">Between the layers.</param>
    /// <param name="standardDeviation">The first sigma, above 0.</param>
    /// <param name="learnDeviation">Whether log sigma is a parameter; otherwise sigma stays.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    /// <param name="embedded">The numbers of an agent's own learned vector; 0 (the default) for none.</param>
    /// <param name="ownHead">Whether agents have last layers and log sigma of their own; false by default.</param>
    public GaussianPolicy(
        ObservationEncoding encoding, Box actions, IReadOnlyList<int> hidden, Activation activation, double standardDeviation,
        bool learnDeviation, TensorFormat format, int embedded = 0, bool ownHead = false)
        : this(encoding, new DenseNetwork(encoding.Size, hidden, actions.Size, activation, encoding.ActiveNumbers, embedded),
            standardDeviation, learnDeviation, format, ownHead) { }

    private GaussianPolicy(
        ObservationEncoding encoding, DenseNetwork network, double standardDeviation, bool learnDeviation, TensorFormat format, bool ownHead)
        : base(Kind, encoding, network.Sizes[^1], 2 * network.Sizes[^1], format,
            new ParameterLayout(
                learnDeviation ? [.. network.Parameters, (LogDeviation, [network.Sizes[^1]])] : network.Parameters,
                isPersonal: Embeddings.IsPersonal(ownHead ? network.Layers - 1 : null, LogDeviation)))
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(standardDeviation);
        (_network, _deviation, _learnt) = (network, standardDeviation, learnDeviation);
        _constant = GaussianHeads.Constants(ActionSize, standardDeviation, format);
        register_buffer("constants", _constant);
    }

    /// <summary>The kind of policy.</summary>
    internal static PolicyDefinition Definition { get; } = PolicyDefinition.For<EpisodicEnvironment, GaussianOptions>(
        "a Gaussian around a network of observations", Create, fits: environment => environment.ActionSpace is Box);

    /// <summary>Only a learnt sigma changes the entropy.</summary>
    public override bool HasVariableEntropy => _learnt;

    /// <inheritdoc/>
    public override bool HasDivergences => true;

    /// <inheritdoc/>
    public override int MaxSteps => GaussianHeads.MaxSteps(ActionSize);

    /// <inheritdoc/>
    public override double[] InitialParameters(StreamKey key)
    {
        double[] parameters = new double[Layout.Length];
        _network.Initialise(key, parameters, Layout);
        if (_learnt) parameters.AsSpan(Layout.Slices[^1].Offset, ActionSize).Fill(Math.Log(_deviation));
        return parameters;
    }

    /// <inheritdoc/>
    public override double[] InitialPersonal(ReadOnlySpan<double> common, StreamKey key) =>
        Embeddings.Fill(Layout, base.InitialPersonal(common, key), key);

    /// <inheritdoc/>
    public override bool[]? TouchedBy(int agent) => Encoding.TouchedBy(agent, Layout);

    /// <inheritdoc/>
    public override IActor<T> CreateActor<T>() => new Actor<T>(_network, Layout, _learnt ? null : Math.Log(_deviation));

    /// <inheritdoc/>
    public override double Draw<T>(ReadOnlySpan<T> head, in ActionKey key, Span<double> action) => GaussianHeads.Draw(head, key, action);

    /// <inheritdoc/>
    public override void Mode<T>(ReadOnlySpan<T> head, Span<double> action) => GaussianHeads.Mode(head, action);

    /// <inheritdoc/>
    public override double MeanLog<T>(ReadOnlySpan<T> head) => GaussianHeads.MeanLog(head);

    /// <inheritdoc/>
    protected override Tensor Heads(IReadOnlyList<Tensor> parameters, Tensor observations) =>
        GaussianHeads.Join(_network.Forward(parameters, observations), _learnt ? parameters[^1] : null, _constant);

    /// <inheritdoc/>
    public override bool HasTangents => true;

    /// <inheritdoc/>
    protected override Tensor HeadTangents(IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> directions, Tensor observations)
    {
        Tensor means = _network.Tangents(parameters, directions, observations);
        return cat([means, _learnt ? directions[^1].unsqueeze(1).expand(means.shape) : zeros_like(means)], -1);
    }

    /// <inheritdoc/>
    public override Tensor LogProbabilities(Tensor heads, Tensor actions) => GaussianHeads.LogProbabilities(heads, actions, _constant);

    /// <inheritdoc/>
    public override Tensor Divergences(Tensor reference, Tensor heads) => GaussianHeads.Divergences(reference, heads);

    private static GaussianPolicy Create(GaussianOptions options, EpisodicEnvironment environment, TensorFormat format)
    {
        var encoding = new ObservationEncoding(environment.ObservationSpace, AgentContexts.Of(environment, options.Context));
        (int embedded, bool ownHead) = options.SharesNothing ? (0, false) : (options.Embedded, options.Personal.HasHead);
        return new GaussianPolicy(
            encoding, (Box)environment.ActionSpace, options.Hidden, options.Activation, options.StandardDeviation,
            options.LearnStandardDeviation, format, embedded, ownHead);
    }

    private sealed class Actor<T>(DenseNetwork network, ParameterLayout layout, double? logDeviation) : IActor<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly DenseActor<T> _means = new(network, layout);
        private readonly T[] _logs = new T[network.Sizes[^1]];
        private T[] _buffer = [];

        public void SetParameters(ReadOnlySpan<T> theta)
        {
            _means.SetParameters(theta);
            if (logDeviation is { } fixedLog) Array.Fill(_logs, T.CreateTruncating(fixedLog));
            else theta.Slice(layout.Slices[^1].Offset, _logs.Length).CopyTo(_logs);
        }

        public void Heads(ReadOnlySpan<T> observations, int count, Span<T> heads)
        {
            int size = _logs.Length;
            if (_buffer.Length < count * size) _buffer = new T[count * size];
            _means.Heads(observations, count, _buffer);
            for (int r = 0; r < count; r++)
            {
                _buffer.AsSpan(r * size, size).CopyTo(heads[(2 * r * size)..]);
                _logs.CopyTo(heads[(((2 * r) + 1) * size)..]);
            }
        }

        public void Dispose() => _means.Dispose();
    }
}
