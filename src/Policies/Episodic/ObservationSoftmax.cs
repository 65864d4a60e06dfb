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
/// A softmax policy on observations: a fully connected network to one logit for each action; without hidden layers it is log-linear in what
/// is seen. A head is the logits, [A]. The last layer and all biases start at 0, so the first policy is uniform.
/// </summary>
internal sealed class ObservationSoftmax : EpisodicPolicy
{
    private readonly RowNetwork _network;
    private readonly int _actions;

    /// <summary>Creates the policy.</summary>
    /// <param name="kind">The kind, as experiment files name it.</param>
    /// <param name="encoding">What is seen of an observation.</param>
    /// <param name="actions">The actions.</param>
    /// <param name="hidden">The sizes of the hidden layers; empty for none.</param>
    /// <param name="activation">Between the layers.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    public ObservationSoftmax(
        string kind, ObservationEncoding encoding, Discrete actions, IReadOnlyList<int> hidden, Activation activation, TensorFormat format)
        : this(
            kind, encoding, actions,
            new DenseNetwork(encoding.Size, hidden, Given(actions).Count, activation, encoding.ActiveNumbers), format) { }

    /// <summary>Creates the policy around any network: its outputs are the logits and, where there is one more, the value.</summary>
    /// <param name="kind">The kind, as experiment files name it.</param>
    /// <param name="encoding">What is seen of an observation.</param>
    /// <param name="actions">The actions, A.</param>
    /// <param name="network">From what is seen to A outputs, or A + 1.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    /// <param name="isPersonal">
    /// Which of the network's parameters, by their names, each agent has to itself; null (the default) for none.
    /// </param>
    public ObservationSoftmax(
        string kind, ObservationEncoding encoding, Discrete actions, RowNetwork network, TensorFormat format,
        Predicate<string>? isPersonal = null)
        : base(
            kind, encoding, actionSize: 1, Given(network).Outputs, format,
            new ParameterLayout(network.Parameters, isPersonal: isPersonal), network.Memory) =>
            (_network, _actions) = (network, Given(actions).Count);

    /// <summary>The definition of a network.</summary>
    internal static PolicyDefinition Neural { get; } = PolicyDefinition.For<EpisodicEnvironment, NeuralSoftmaxOptions>(
        "a fully connected network on observations", Create, ReadNeural, HasChoices);

    /// <summary>The definition of one without hidden layers.</summary>
    internal static PolicyDefinition LogLinear { get; } = PolicyDefinition.For<EpisodicEnvironment, LogLinearOptions>(
        "logits linear in observations", Create, ReadLogLinear, HasChoices);

    /// <inheritdoc/>
    public override bool HasValues => HeadSize > _actions + MemorySize;

    /// <inheritdoc/>
    internal override NormalisedNetwork? Normaliser => _network as NormalisedNetwork;

    /// <inheritdoc/>
    public override bool HasDivergences => MemorySize == 0;

    /// <inheritdoc/>
    public override bool HasSlopes => true;

    /// <inheritdoc/>
    public override int MaxSteps => SoftmaxHeads.MaxSteps;

    /// <inheritdoc/>
    public override double[] InitialParameters(StreamKey key)
    {
        double[] parameters = new double[Layout.Length];
        _network.Initialise(key, parameters);
        return Layout.Fold(parameters);
    }

    /// <inheritdoc/>
    public override double[] InitialPersonal(ReadOnlySpan<double> common, StreamKey key) =>
        Embeddings.Fill(Layout, base.InitialPersonal(common, key), key);

    /// <inheritdoc/>
    public override bool[]? TouchedBy(int agent) => Encoding.TouchedBy(agent, Layout);

    /// <inheritdoc/>
    public override IActor<T> CreateActor<T>() =>
        _network.CreateActor<T>() is { } actor ? UnfoldedActor<T>.Of(actor, Layout) : base.CreateActor<T>();

    /// <inheritdoc/>
    internal override IHeadTraining<T>? CreateTraining<T>() => Layout.PersonalLength == 0 ? _network.CreateTraining<T>() : null;

    /// <inheritdoc/>
    public override PolicyEvaluation Evaluate(Tensor rows, Tensor observations, Tensor actions)
    {
        if (HeadSize > _actions || Format.Device.type != TorchSharp.DeviceType.CPU) return base.Evaluate(rows, observations, actions);
        Tensor met = Twinned(observations);
        return Record(rows, parameters => Heads(parameters, met), logits => new ChosenActionHead(logits, actions, HeadSize));
    }

    /// <inheritdoc/>
    public override double Draw<T>(ReadOnlySpan<T> head, in ActionKey key, Span<double> action) =>
        SoftmaxHeads.Draw(head[.._actions], key, action);

    /// <inheritdoc/>
    public override void Draw<T>(
        ReadOnlySpan<T> heads, in StreamKey stream, int time, ReadOnlySpan<int> trajectories, Span<double> actions, Span<double> logs)
    {
        Span<double> exponentials = stackalloc double[_actions];
        for (int k = 0; k < trajectories.Length; k++)
        {
            ReadOnlySpan<T> head = heads.Slice(k * HeadSize, _actions);
            double sum = SoftmaxHeads.Draw(head, stream, trajectories[k], time, exponentials, out int chosen);
            actions[k] = chosen;
            if (!logs.IsEmpty) logs[k] = SoftmaxHeads.Log(head, chosen, sum);
        }
    }

    /// <inheritdoc/>
    public override void Mode<T>(ReadOnlySpan<T> head, Span<double> action) => SoftmaxHeads.Mode(head[.._actions], action);

    /// <inheritdoc/>
    public override double MeanLog<T>(ReadOnlySpan<T> head) => SoftmaxHeads.MeanLog(head[.._actions]);

    /// <inheritdoc/>
    protected override Tensor Heads(IReadOnlyList<Tensor> parameters, Tensor observations) => _network.Forward(parameters, observations);

    private protected override Tensor SequenceHeads(IReadOnlyList<Tensor> parameters, Tensor observations, int length) =>
        _network.Forward(parameters, observations, length);

    /// <inheritdoc/>
    public override bool HasTangents => _network.HasTangents;

    /// <inheritdoc/>
    protected override Tensor HeadTangents(IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> directions, Tensor observations) =>
        _network.Tangents(parameters, directions, observations);

    /// <inheritdoc/>
    public override Tensor LogProbabilities(Tensor heads, Tensor actions) => SoftmaxHeads.LogProbabilities(Logits(heads), actions);

    /// <inheritdoc/>
    public override Tensor Divergences(Tensor reference, Tensor heads) =>
        LogSoftmax.Divergences(Logits(reference), Logits(heads));

    /// <inheritdoc/>
    public override void Logs<T>(ReadOnlySpan<T> heads, ReadOnlySpan<T> actions, Span<double> logs) =>
        SoftmaxSlopes.Logs(heads, HeadSize, _actions, actions, logs);

    /// <inheritdoc/>
    public override double Slopes<T>(
        ReadOnlySpan<T> heads, ReadOnlySpan<T> actions, ReadOnlySpan<double> logWeights, double entropyWeight, Span<T> slopes) =>
        SoftmaxSlopes.Write(heads, HeadSize, _actions, actions, logWeights, entropyWeight, slopes);

    private Tensor Logits(Tensor heads) => HeadSize > _actions ? heads.narrow(-1, 0, _actions) : heads;

    private static T Given<T>(T value)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(value);
        return value;
    }

    private static bool HasChoices(EpisodicEnvironment environment) => environment.ActionSpace is Discrete;

    private static NeuralSoftmaxOptions ReadNeural(OptionReader reader, EpisodicEnvironment? environment)
    {
        var own = new Dictionary<string, Func<OptionProperty, object?>?> { [nameof(NeuralSoftmaxOptions.Observation)] = null };
        NeuralSoftmaxOptions options = OptionRecord.Read(reader, new NeuralSoftmaxOptions(), own);
        EpisodicNetworks.Check(options, reader, environment);
        return options;
    }

    private static LogLinearOptions ReadLogLinear(OptionReader reader, EpisodicEnvironment? environment) =>
        OptionRecord.Read(reader, new LogLinearOptions(), new Dictionary<string, Func<OptionProperty, object?>?>
        {
            [nameof(LogLinearOptions.Centres)] = null,
            [nameof(LogLinearOptions.Width)] = null,
            [nameof(LogLinearOptions.Features)] = property =>
                WordOrNumbers.Of(reader.Choice(property.Key, "observation", ["observation"], property.Attribute.Meaning)),
        });

    private static ObservationSoftmax Create(NeuralSoftmaxOptions options, EpisodicEnvironment environment, TensorFormat format) =>
        Create(options, environment, format, EpisodicNetworks.Create, Embeddings.IsPersonal(options.OwnLayer));

    private static ObservationSoftmax Create(LogLinearOptions options, EpisodicEnvironment environment, TensorFormat format) =>
        Create(options, environment, format, (_, encoding, outputs, _) =>
            new DenseNetwork(encoding.Size, [], outputs, Activation.Tanh, encoding.ActiveNumbers));

    private static ObservationSoftmax Create<TOptions>(
        TOptions options, EpisodicEnvironment environment, TensorFormat format,
        Func<TOptions, ObservationEncoding, int, int, RowNetwork> create, Predicate<string>? isPersonal = null)
        where TOptions : ContextPolicyOptions
    {
        var encoding = new ObservationEncoding(environment.ObservationSpace, AgentContexts.Of(environment, options.Context));
        var actions = (Discrete)environment.ActionSpace;
        RowNetwork network = CriticNetworks.Of(
            options, actions.Count, outputs => create(options, encoding, outputs, actions.Count));
        return new ObservationSoftmax(options.Kind, encoding, actions, network, format, isPersonal);
    }
}

/// <summary>What policies with a softmax over logits have in common.</summary>
internal static class SoftmaxHeads
{
    private const int PerDraw = 4;

    /// <summary>The most steps for which there are random numbers: four a draw, and one draw is the seed's.</summary>
    public const int MaxSteps = StreamKey.MaximumDraw * PerDraw;

    /// <summary>Draws an action and gives its log pi.</summary>
    /// <param name="head">The logits, [A].</param>
    /// <param name="key">Which random number is used.</param>
    /// <param name="action">The action, [1].</param>
    public static double Draw<T>(ReadOnlySpan<T> head, in ActionKey key, Span<double> action)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double sum = Draw(head, key.Stream, key.Trajectory, key.Step, stackalloc double[head.Length], out int chosen);
        action[0] = chosen;
        return Log(head, chosen, sum);
    }

    /// <summary>Draws an action by the inverse distribution function.</summary>
    /// <param name="head">The logits, [A].</param>
    /// <param name="stream">The stream of the batch.</param>
    /// <param name="trajectory">The trajectory.</param>
    /// <param name="step">The step t.</param>
    /// <param name="exponentials">Room for A numbers.</param>
    /// <param name="chosen">The action.</param>
    /// <returns>The sum of exp(logit - largest logit).</returns>
    public static double Draw<T>(
        ReadOnlySpan<T> head, in StreamKey stream, int trajectory, int step, Span<double> exponentials, out int chosen)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (uint w0, uint w1, uint w2, uint w3) = stream.Draw(trajectory, ActionKey.SeedDraw + 1 + (step / PerDraw));
        uint word = (step % PerDraw) switch { 0 => w0, 1 => w1, 2 => w2, _ => w3 };
        double largest = Largest(head), sum = 0;
        for (int a = 0; a < head.Length; a++)
        {
            double logit = double.CreateTruncating(head[a]) - largest;
            sum += exponentials[a] = logit == 0 ? 1 : Math.Exp(logit);
        }
        double left = (word + 0.5) * (1.0 / (1L << 32)) * sum;
        for (chosen = 0; chosen < head.Length - 1; chosen++)
        {
            left -= exponentials[chosen];
            if (left <= 0) break;
        }
        return sum;
    }

    /// <summary>log pi of an action.</summary>
    /// <param name="head">The logits, [A].</param>
    /// <param name="chosen">The action.</param>
    /// <param name="sum">The sum of exp(logit - largest logit).</param>
    public static double Log<T>(ReadOnlySpan<T> head, int chosen, double sum)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => double.CreateTruncating(head[chosen]) - Largest(head) - Math.Log(sum);

    /// <summary>The first action of the largest logit.</summary>
    /// <param name="head">The logits, [A].</param>
    /// <param name="action">The action, [1].</param>
    public static void Mode<T>(ReadOnlySpan<T> head, Span<double> action)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int best = 0;
        for (int a = 1; a < head.Length; a++)
        {
            if (head[a] > head[best]) best = a;
        }
        action[0] = best;
    }

    /// <summary>Sum over a of pi(a) log pi(a).</summary>
    public static double MeanLog<T>(ReadOnlySpan<T> head)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double largest = Largest(head), sum = 0, mean = 0;
        for (int a = 0; a < head.Length; a++)
        {
            double logit = double.CreateTruncating(head[a]) - largest, weight = Math.Exp(logit);
            sum += weight;
            mean += weight * logit;
        }
        return (mean / sum) - Math.Log(sum);
    }

    /// <summary>log pi [n, M] of actions [n, M, 1].</summary>
    public static Tensor LogProbabilities(Tensor heads, Tensor actions) => LogSoftmax.Of(heads, actions);

    private static double Largest<T>(ReadOnlySpan<T> head)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double largest = double.CreateTruncating(head[0]);
        for (int a = 1; a < head.Length; a++) largest = Math.Max(largest, double.CreateTruncating(head[a]));
        return largest;
    }
}
