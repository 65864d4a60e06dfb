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
/// k].
/// </summary>
public sealed class GaussianPolicy : EpisodicPolicy
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Kind = GaussianOptions.Name;

    /// <summary>The name of log sigma among the parameters.</summary>
    internal const string DeviationName = "log_standard_deviation";

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
    public GaussianPolicy(
        ObservationEncoding encoding, Box actions, IReadOnlyList<int> hidden, Activation activation, double standardDeviation,
        bool learnDeviation, TensorFormat format)
        : this(encoding, new DenseNetwork(encoding.Size, hidden, actions.Size, activation, encoding.ActiveNumbers), standardDeviation,
            learnDeviation, format) { }

    private GaussianPolicy(
        ObservationEncoding encoding, DenseNetwork network, double standardDeviation, bool learnDeviation, TensorFormat format)
        : base(Kind, encoding, network.Sizes[^1], 2 * network.Sizes[^1], format,
            new ParameterLayout(
                learnDeviation ? [.. network.Parameters, (DeviationName, [network.Sizes[^1]])] : network.Parameters))
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
        _network.Initialise(key, parameters);
        if (_learnt) parameters.AsSpan(^ActionSize..).Fill(Math.Log(_deviation));
        return parameters;
    }

    /// <inheritdoc/>
    public override IActor<T> CreateActor<T>() => new Actor<T>(_network, _learnt ? null : Math.Log(_deviation));

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

    private static GaussianPolicy Create(GaussianOptions options, EpisodicEnvironment environment, TensorFormat format) => new(
        new ObservationEncoding(environment.ObservationSpace, AgentContexts.Of(environment, options.Context)), (Box)environment.ActionSpace,
        options.Hidden, options.Activation, options.StandardDeviation, options.LearnStandardDeviation, format);

    private sealed class Actor<T>(DenseNetwork network, double? logDeviation) : IActor<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly DenseActor<T> _means = new(network);
        private readonly T[] _logs = new T[network.Sizes[^1]];
        private T[] _buffer = [];

        public void SetParameters(ReadOnlySpan<T> theta)
        {
            _means.SetParameters(theta);
            if (logDeviation is { } fixedLog) Array.Fill(_logs, T.CreateTruncating(fixedLog));
            else theta[^_logs.Length..].CopyTo(_logs);
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
