using System.Numerics;
using FedPG.Core.Options;
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
internal sealed class GaussianPolicy : EpisodicPolicy
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Kind = GaussianOptions.Name;

    /// <summary>The name of log sigma among the parameters.</summary>
    internal const string DeviationName = "log_standard_deviation";

    private readonly RowNetwork _network;
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
        : this(
            encoding, actions, new DenseNetwork(encoding.Size, hidden, actions.Size, activation, encoding.ActiveNumbers),
            standardDeviation, learnDeviation, format) { }

    /// <summary>Creates the policy around any network: its outputs are the means and, where there is one more, the value.</summary>
    /// <param name="encoding">What is seen of an observation.</param>
    /// <param name="actions">The actions, k numbers.</param>
    /// <param name="network">From what is seen to k outputs, or k + 1.</param>
    /// <param name="standardDeviation">The first sigma, above 0.</param>
    /// <param name="learnDeviation">Whether log sigma is a parameter; otherwise sigma stays.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    /// <param name="isPersonal">
    /// Which parameters, by their names, each agent has to itself: those of the network, or log_standard_deviation; null (the default) for
    /// none.
    /// </param>
    public GaussianPolicy(
        ObservationEncoding encoding, Box actions, RowNetwork network, double standardDeviation, bool learnDeviation, TensorFormat format,
        Predicate<string>? isPersonal = null)
        : base(Kind, encoding, actions.Size, actions.Size + network.Outputs, format,
            new ParameterLayout(
                learnDeviation ? [.. network.Parameters, (DeviationName, [actions.Size])] : network.Parameters, isPersonal: isPersonal),
            network.Memory)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(standardDeviation);
        (_network, _deviation, _learnt) = (network, standardDeviation, learnDeviation);
        _constant = GaussianHeads.Constants(ActionSize, standardDeviation, format);
        register_buffer("constants", _constant);
    }

    /// <summary>The kind of policy.</summary>
    internal static PolicyDefinition Definition { get; } = PolicyDefinition.For<EpisodicEnvironment, GaussianOptions>(
        "a Gaussian around a network of observations", Create, Read, environment => environment.ActionSpace is Box);

    /// <summary>Only a learnt sigma changes the entropy.</summary>
    public override bool HasVariableEntropy => _learnt;

    /// <inheritdoc/>
    public override bool HasValues => HeadSize > (2 * ActionSize) + MemorySize;

    /// <inheritdoc/>
    internal override NormalisedNetwork? Normaliser => _network as NormalisedNetwork;

    /// <inheritdoc/>
    public override bool HasDivergences => MemorySize == 0;

    /// <inheritdoc/>
    public override bool HasSlopes => true;

    /// <inheritdoc/>
    public override int MaxSteps => GaussianHeads.MaxSteps(ActionSize);

    /// <inheritdoc/>
    public override double[] InitialParameters(StreamKey key)
    {
        double[] parameters = new double[Layout.Length];
        _network.Initialise(key, parameters);
        if (_learnt) parameters.AsSpan(^ActionSize..).Fill(Math.Log(_deviation));
        return Layout.Fold(parameters);
    }

    /// <inheritdoc/>
    public override double[] InitialPersonal(ReadOnlySpan<double> common, StreamKey key) =>
        Embeddings.Fill(Layout, base.InitialPersonal(common, key), key);

    /// <inheritdoc/>
    public override bool[]? TouchedBy(int agent) => Encoding.TouchedBy(agent, Layout);

    /// <inheritdoc/>
    public override IActor<T> CreateActor<T>() => _network.CreateActor<T>() is { } outputs
        ? UnfoldedActor<T>.Of(new Actor<T>(outputs, ActionSize, _network.Outputs, _learnt ? null : Math.Log(_deviation)), Layout)
        : base.CreateActor<T>();

    /// <inheritdoc/>
    internal override IHeadTraining<T>? CreateTraining<T>() => Layout.PersonalLength == 0 && _network.CreateTraining<T>() is { } outputs
        ? new GaussianTraining<T>(outputs, ActionSize, _network, _learnt ? null : Math.Log(_deviation))
        : null;

    /// <inheritdoc/>
    public override double Draw<T>(ReadOnlySpan<T> head, in ActionKey key, Span<double> action) =>
        GaussianHeads.Draw(head[..ActorHeadSize], key, action);

    /// <inheritdoc/>
    public override void Mode<T>(ReadOnlySpan<T> head, Span<double> action) => GaussianHeads.Mode(head, action);

    /// <inheritdoc/>
    public override double MeanLog<T>(ReadOnlySpan<T> head) => GaussianHeads.MeanLog(head[..ActorHeadSize]);

    /// <inheritdoc/>
    protected override Tensor Heads(IReadOnlyList<Tensor> parameters, Tensor observations) =>
        Joined(_network.Forward(parameters, observations), _learnt ? parameters[^1] : null);

    private protected override Tensor SequenceHeads(IReadOnlyList<Tensor> parameters, Tensor observations, int length) =>
        Joined(_network.Forward(parameters, observations, length), _learnt ? parameters[^1] : null);

    /// <inheritdoc/>
    public override bool HasTangents => _network.HasTangents;

    /// <inheritdoc/>
    protected override Tensor HeadTangents(IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> directions, Tensor observations)
    {
        Tensor outputs = _network.Tangents(parameters, directions, observations), means = outputs.narrow(-1, 0, ActionSize);
        Tensor logs = _learnt ? directions[^1].unsqueeze(1).expand(means.shape) : zeros_like(means);
        return HasValues ? cat([means, logs, outputs.narrow(-1, ActionSize, 1)], -1) : cat([outputs, logs], -1);
    }

    /// <summary>Means and log sigma, and behind them what is remembered and the value.</summary>
    private Tensor Joined(Tensor outputs, Tensor? logDeviations)
    {
        if (outputs.shape[^1] == ActionSize) return GaussianHeads.Join(outputs, logDeviations, _constant);
        Tensor acting = GaussianHeads.Join(outputs.narrow(-1, 0, ActionSize), logDeviations, _constant);
        return cat([acting, outputs.narrow(-1, ActionSize, outputs.shape[^1] - ActionSize)], -1);
    }

    private Tensor Acting(Tensor heads) => HeadSize > ActorHeadSize ? heads.narrow(-1, 0, ActorHeadSize) : heads;

    /// <inheritdoc/>
    public override Tensor LogProbabilities(Tensor heads, Tensor actions) =>
        GaussianHeads.LogProbabilities(Acting(heads), actions, _constant);

    /// <inheritdoc/>
    public override Tensor Divergences(Tensor reference, Tensor heads) =>
        GaussianHeads.Divergences(Acting(reference), Acting(heads));

    /// <inheritdoc/>
    public override void Logs<T>(ReadOnlySpan<T> heads, ReadOnlySpan<T> actions, Span<double> logs) =>
        GaussianSlopes.Logs(heads, HeadSize, ActionSize, actions, logs);

    /// <inheritdoc/>
    public override double Slopes<T>(
        ReadOnlySpan<T> heads, ReadOnlySpan<T> actions, ReadOnlySpan<double> logWeights, double entropyWeight, Span<T> slopes) =>
        GaussianSlopes.Write(heads, HeadSize, ActionSize, actions, logWeights, entropyWeight, slopes);

    private static GaussianOptions Read(OptionReader reader, EpisodicEnvironment? environment)
    {
        GaussianOptions options = OptionRecord.Read(reader, new GaussianOptions());
        EpisodicNetworks.Check(options, reader, environment);
        return options;
    }

    private static GaussianPolicy Create(GaussianOptions options, EpisodicEnvironment environment, TensorFormat format)
    {
        var encoding = new ObservationEncoding(environment.ObservationSpace, AgentContexts.Of(environment, options.Context));
        var actions = (Box)environment.ActionSpace;
        RowNetwork network = CriticNetworks.Of(
            options, actions.Size, outputs => EpisodicNetworks.Create(options, encoding, outputs, actions.Size));
        return new GaussianPolicy(
            encoding, actions, network, options.StandardDeviation, options.LearnStandardDeviation, format,
            Embeddings.IsPersonal(options.OwnLayer, DeviationName));
    }

    /// <summary>Outputs of the network with log sigma behind the means.</summary>
    private sealed class Actor<T>(IActor<T> network, int size, int outputs, double? logDeviation) : IActor<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly T[] _logs = new T[size];
        private T[] _buffer = [];

        public void SetParameters(ReadOnlySpan<T> theta)
        {
            network.SetParameters(theta);
            if (logDeviation is { } fixedLog) Array.Fill(_logs, T.CreateTruncating(fixedLog));
            else theta[^_logs.Length..].CopyTo(_logs);
        }

        public void Heads(ReadOnlySpan<T> observations, int count, Span<T> heads)
        {
            int stride = size + outputs;
            if (_buffer.Length < count * outputs) _buffer = new T[count * outputs];
            network.Heads(observations, count, _buffer);
            for (int r = 0; r < count; r++)
            {
                ReadOnlySpan<T> given = _buffer.AsSpan(r * outputs, outputs);
                given[..size].CopyTo(heads[(r * stride)..]);
                _logs.CopyTo(heads[((r * stride) + size)..]);
                given[size..].CopyTo(heads[((r * stride) + (2 * size))..]);
            }
        }

        public void Dispose() => network.Dispose();
    }
}
