using System.Numerics;
using FedPG.Envs;
using FedPG.Envs.Streams;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FedPG.Policies.Observations;

/// <summary>
/// A softmax policy on observations: a fully connected network to one logit for each action; without hidden layers it is log-linear in what is
/// seen. A head is the logits, [A]. The last layer and all biases start at 0, so the first policy is uniform.
/// </summary>
public sealed class ObservationSoftmax : ObservationPolicy
{
    private readonly DenseNetwork _network;

    /// <summary>Creates the policy.</summary>
    /// <param name="kind">The kind, as experiment files name it.</param>
    /// <param name="encoding">What is seen of an observation.</param>
    /// <param name="actions">The actions.</param>
    /// <param name="hidden">The sizes of the hidden layers; empty for none.</param>
    /// <param name="activation">Between the layers.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    public ObservationSoftmax(string kind, ObservationEncoding encoding, Discrete actions, IReadOnlyList<int> hidden, Activation activation, TensorFormat format)
        : this(kind, encoding, new DenseNetwork(encoding.Size, hidden, actions.Count, activation, encoding.ActiveNumbers), format) { }

    private ObservationSoftmax(string kind, ObservationEncoding encoding, DenseNetwork network, TensorFormat format)
        : base(kind, encoding, actionSize: 1, network.Sizes[^1], format, new ParameterLayout(network.Parameters)) => _network = network;

    /// <inheritdoc/>
    public override int MostSteps => SoftmaxHeads.MostSteps;

    /// <inheritdoc/>
    public override double[] InitialParameters(StreamKey key)
    {
        double[] parameters = new double[Layout.Length];
        _network.Initialise(key, parameters);
        return parameters;
    }

    /// <inheritdoc/>
    public override IActor<T> CreateActor<T>() => new DenseActor<T>(_network);

    /// <inheritdoc/>
    public override double Draw<T>(ReadOnlySpan<T> head, in ActionKey key, Span<double> action) => SoftmaxHeads.Draw(head, key, action);

    /// <inheritdoc/>
    public override double MeanLog<T>(ReadOnlySpan<T> head) => SoftmaxHeads.MeanLog(head);

    /// <inheritdoc/>
    protected override Tensor Heads(IReadOnlyList<Tensor> parameters, Tensor observations) => _network.Forward(parameters, observations);

    /// <inheritdoc/>
    protected override Tensor LogProbabilities(Tensor heads, Tensor actions) => SoftmaxHeads.LogProbabilities(heads, actions);
}

/// <summary>What policies with a softmax over logits have in common.</summary>
internal static class SoftmaxHeads
{
    private const int PerDraw = 4;

    /// <summary>The most steps for which there are random numbers: four a draw, and one draw is the seed's.</summary>
    public const int MostSteps = StreamKey.MaximumDraw * PerDraw;

    /// <summary>Draws an action by the inverse distribution function and returns its log pi.</summary>
    public static double Draw<T>(ReadOnlySpan<T> head, in ActionKey key, Span<double> action)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (uint w0, uint w1, uint w2, uint w3) = key.Stream.Draw(key.Trajectory, ObservationPolicy.SeedDraw + 1 + (key.Step / PerDraw));
        uint word = (key.Step % PerDraw) switch { 0 => w0, 1 => w1, 2 => w2, _ => w3 };
        double largest = Largest(head), sum = 0;
        for (int a = 0; a < head.Length; a++) sum += Math.Exp(double.CreateTruncating(head[a]) - largest);
        double left = (word + 0.5) * (1.0 / (1L << 32)) * sum;
        int chosen = 0;
        for (; chosen < head.Length - 1; chosen++)
        {
            left -= Math.Exp(double.CreateTruncating(head[chosen]) - largest);
            if (left <= 0) break;
        }
        action[0] = chosen;
        return double.CreateTruncating(head[chosen]) - largest - Math.Log(sum);
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
    public static Tensor LogProbabilities(Tensor heads, Tensor actions) =>
        functional.log_softmax(heads, -1).gather(-1, actions.to(ScalarType.Int64)).squeeze(-1);

    private static double Largest<T>(ReadOnlySpan<T> head)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double largest = double.CreateTruncating(head[0]);
        for (int a = 1; a < head.Length; a++) largest = Math.Max(largest, double.CreateTruncating(head[a]));
        return largest;
    }
}
