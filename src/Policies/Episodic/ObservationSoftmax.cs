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
/// is seen. A head is the logits, [A]. The last layer and all biases start at 0, so the first policy is uniform. Agents may have last layers
/// of their own, and a learned vector that the network sees beside the observation.
/// </summary>
public sealed class ObservationSoftmax : EpisodicPolicy
{
    private readonly DenseNetwork _network;

    /// <summary>Creates the policy.</summary>
    /// <param name="kind">The kind, as experiment files name it.</param>
    /// <param name="encoding">What is seen of an observation.</param>
    /// <param name="actions">The actions.</param>
    /// <param name="hidden">The sizes of the hidden layers; empty for none.</param>
    /// <param name="activation">Between the layers.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    /// <param name="embedded">The numbers of an agent's own learned vector; 0 (the default) for none.</param>
    /// <param name="ownHead">Whether agents have last layers of their own; false by default.</param>
    public ObservationSoftmax(
        string kind, ObservationEncoding encoding, Discrete actions, IReadOnlyList<int> hidden, Activation activation, TensorFormat format,
        int embedded = 0, bool ownHead = false)
        : this(
            kind, encoding, new DenseNetwork(encoding.Size, hidden, actions.Count, activation, encoding.ActiveNumbers, embedded), format,
            ownHead) { }

    private ObservationSoftmax(string kind, ObservationEncoding encoding, DenseNetwork network, TensorFormat format, bool ownHead)
        : base(
            kind, encoding, actionSize: 1, network.Sizes[^1], format,
            new ParameterLayout(network.Parameters, isPersonal: Embeddings.IsPersonal(ownHead ? network.Layers - 1 : null))) =>
        _network = network;

    /// <summary>The kinds of policies: a network, and one without hidden layers.</summary>
    internal static IReadOnlyList<PolicyDefinition> Definitions { get; } =
    [
        PolicyDefinition.For<EpisodicEnvironment, NeuralSoftmaxOptions>(
            "a fully connected network on observations", Create, ReadNeural, HasChoices),
        PolicyDefinition.For<EpisodicEnvironment, LogLinearOptions>("logits linear in observations", Create, ReadLogLinear, HasChoices),
    ];

    /// <inheritdoc/>
    public override bool HasDivergences => true;

    /// <inheritdoc/>
    public override int MaxSteps => SoftmaxHeads.MaxSteps;

    /// <inheritdoc/>
    public override double[] InitialParameters(StreamKey key)
    {
        double[] parameters = new double[Layout.Length];
        _network.Initialise(key, parameters, Layout);
        return parameters;
    }

    /// <inheritdoc/>
    public override double[] InitialPersonal(ReadOnlySpan<double> common, StreamKey key) =>
        Embeddings.Fill(Layout, base.InitialPersonal(common, key), key);

    /// <inheritdoc/>
    public override bool[]? TouchedBy(int agent) => Encoding.TouchedBy(agent, Layout);

    /// <inheritdoc/>
    public override IActor<T> CreateActor<T>() => new DenseActor<T>(_network, Layout);

    /// <inheritdoc/>
    public override PolicyEvaluation Evaluate(Tensor rows, Tensor observations, Tensor actions)
    {
        if (Format.Device.type != TorchSharp.DeviceType.CPU) return base.Evaluate(rows, observations, actions);
        Tensor met = Twinned(observations);
        return Record(rows, parameters => Heads(parameters, met), logits => new ChosenActionHead(logits, actions, HeadSize));
    }

    /// <inheritdoc/>
    public override double Draw<T>(ReadOnlySpan<T> head, in ActionKey key, Span<double> action) => SoftmaxHeads.Draw(head, key, action);

    /// <inheritdoc/>
    public override void Draw<T>(
        ReadOnlySpan<T> heads, in StreamKey stream, int time, ReadOnlySpan<int> trajectories, Span<double> actions, Span<double> logs)
    {
        Span<double> exponentials = stackalloc double[HeadSize];
        for (int k = 0; k < trajectories.Length; k++)
        {
            ReadOnlySpan<T> head = heads.Slice(k * HeadSize, HeadSize);
            double sum = SoftmaxHeads.Draw(head, stream, trajectories[k], time, exponentials, out int chosen);
            actions[k] = chosen;
            if (!logs.IsEmpty) logs[k] = SoftmaxHeads.Log(head, chosen, sum);
        }
    }

    /// <inheritdoc/>
    public override void Mode<T>(ReadOnlySpan<T> head, Span<double> action) => SoftmaxHeads.Mode(head, action);

    /// <inheritdoc/>
    public override double MeanLog<T>(ReadOnlySpan<T> head) => SoftmaxHeads.MeanLog(head);

    /// <inheritdoc/>
    protected override Tensor Heads(IReadOnlyList<Tensor> parameters, Tensor observations) => _network.Forward(parameters, observations);

    /// <inheritdoc/>
    public override bool HasTangents => true;

    /// <inheritdoc/>
    protected override Tensor HeadTangents(IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> directions, Tensor observations) =>
        _network.Tangents(parameters, directions, observations);

    /// <inheritdoc/>
    public override Tensor LogProbabilities(Tensor heads, Tensor actions) => SoftmaxHeads.LogProbabilities(heads, actions);

    /// <inheritdoc/>
    public override Tensor Divergences(Tensor reference, Tensor heads) => LogSoftmax.Divergences(reference, heads);

    private static bool HasChoices(EpisodicEnvironment environment) => environment.ActionSpace is Discrete;

    private static NeuralSoftmaxOptions ReadNeural(OptionReader reader, EpisodicEnvironment? environment) =>
        OptionRecord.Read(reader, new NeuralSoftmaxOptions(), new Dictionary<string, Func<OptionProperty, object?>?>
        {
            [nameof(NeuralSoftmaxOptions.Observation)] = null,
        });

    private static LogLinearOptions ReadLogLinear(OptionReader reader, EpisodicEnvironment? environment) =>
        OptionRecord.Read(reader, new LogLinearOptions(), new Dictionary<string, Func<OptionProperty, object?>?>
        {
            [nameof(LogLinearOptions.Centres)] = null,
            [nameof(LogLinearOptions.Width)] = null,
            [nameof(LogLinearOptions.Features)] = property =>
                WordOrNumbers.Of(reader.Choice(property.Key, "observation", ["observation"], property.Attribute.Meaning)),
        });

    private static ObservationSoftmax Create(NeuralSoftmaxOptions options, EpisodicEnvironment environment, TensorFormat format)
    {
        (int embedded, bool ownHead) = options.SharesNothing ? (0, false) : (options.Embedded, options.Personal.HasHead);
        return new ObservationSoftmax(
            options.Kind, EncodingOf(options, environment), (Discrete)environment.ActionSpace, options.Hidden, options.Activation, format,
            embedded, ownHead);
    }

    private static ObservationSoftmax Create(LogLinearOptions options, EpisodicEnvironment environment, TensorFormat format) => new(
        options.Kind, EncodingOf(options, environment), (Discrete)environment.ActionSpace, [], Activation.Tanh, format);

    private static ObservationEncoding EncodingOf(ContextPolicyOptions options, EpisodicEnvironment environment) =>
        new(environment.ObservationSpace, AgentContexts.Of(environment, options.Context));
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
