using System.Numerics;
using FedPG.Core.Streams;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Policies.Networks;

/// <summary>
/// A network that sees (x - mean) / deviation, cut to [-10, 10], in the place of x. The statistics stand behind the network's parameters,
/// so that they are stored, sent and averaged with theta: a count, the mean of x and the mean of x^2 of each input, whose averages over
/// agents that saw equally much are those of all their data. What a network remembers comes in as it is. They have no gradient:
/// whoever plays rollouts keeps them (<see cref="Take{T}"/>), and evaluations leave them alone. A count of 0 leaves x as it is. Immutable.
/// </summary>
/// <param name="inner">The network.</param>
internal sealed class NormalisedNetwork(RowNetwork inner) : RowNetwork
{
    /// <summary>The name of the first of the statistics; the others stand behind it.</summary>
    public const string First = "normaliser.count";

    private const double Most = 10, Smallest = 1e-8;
    private readonly int _own = inner.Parameters.Count, _observed = ObservedBy(inner);

    /// <inheritdoc/>
    public override int Inputs => inner.Inputs;

    /// <inheritdoc/>
    public override int Outputs => inner.Outputs;

    /// <inheritdoc/>
    public override int Memory => inner.Memory;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, long[] Shape)> Parameters { get; } =
    [
        .. inner.Parameters, (First, [1L]),
        ("normaliser.mean", [(long)ObservedBy(inner)]), ("normaliser.square", [(long)ObservedBy(inner)]),
    ];

    /// <inheritdoc/>
    public override Tensor Forward(IReadOnlyList<Tensor> parameters, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return inner.Forward(parameters, Seen(parameters, x));
    }

    /// <inheritdoc/>
    public override Tensor Forward(IReadOnlyList<Tensor> parameters, Tensor x, int length)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return inner.Forward(parameters, Seen(parameters, x), length);
    }

    private Tensor Seen(IReadOnlyList<Tensor> parameters, Tensor all)
    {
        using IDisposable noGradients = no_grad();
        Tensor x = _observed == Inputs ? all : all.narrow(2, 0, _observed);
        Tensor count = parameters[_own].detach().unsqueeze(1), mean = parameters[_own + 1].detach().unsqueeze(1);
        Tensor variance = parameters[_own + 2].detach().unsqueeze(1) - (mean * mean);
        Tensor scaled = ((x - mean) / variance.AtLeast(Smallest).sqrt()).Between(-Most, Most);
        Tensor seen = where(count > zeros_like(count), scaled, x);
        return _observed == Inputs ? seen : cat([seen, all.narrow(2, _observed, Inputs - _observed)], 2);
    }

    /// <inheritdoc/>
    public override void Initialise(StreamKey key, Span<double> parameters) => inner.Initialise(key, parameters[..inner.Length]);

    /// <inheritdoc/>
    public override IActor<T>? CreateActor<T>() => inner.CreateActor<T>() is { } actor ? new Actor<T>(inner, actor) : null;

    /// <inheritdoc/>
    internal override IHeadTraining<T>? CreateTraining<T>() =>
        inner.CreateTraining<T>() is { } training ? new Training<T>(this, inner, training) : null;

    /// <summary>
    /// Takes what was seen into the statistics of an agent: with n numbers before and k more, mean = (n mean + sum x) / (n + k), and the
    /// same of x^2.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="statistics">The agent's statistics, from <see cref="First"/> on; they change.</param>
    /// <param name="seen">[k, inputs].</param>
    public void Take<T>(Span<T> statistics, ReadOnlySpan<T> seen)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int m, int stride) = (_observed, Inputs);
        double before = double.CreateTruncating(statistics[0]), more = seen.Length / stride;
        for (int j = 0; j < m; j++)
        {
            double sum = 0, squares = 0;
            for (int k = j; k < seen.Length; k += stride)
            {
                double x = double.CreateTruncating(seen[k]);
                (sum, squares) = (sum + x, squares + (x * x));
            }
            Mix(ref statistics[1 + j], sum);
            Mix(ref statistics[1 + m + j], squares);
        }
        statistics[0] = T.CreateTruncating(before + more);

        void Mix(ref T mean, double sum) =>
            mean = T.CreateTruncating(((before * double.CreateTruncating(mean)) + sum) / (before + more));
    }

    /// <summary>The numbers that come in and are observed: all but those remembered, and the one that says whether there are any.</summary>
    private static int ObservedBy(RowNetwork network) => network.Memory == 0 ? network.Inputs : network.Inputs - network.Memory - 1;

    /// <summary>Writes what the inner network sees.</summary>
    private static void Scale<T>(RowNetwork inner, ReadOnlySpan<T> statistics, ReadOnlySpan<T> x, Span<T> seen)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int m, int stride) = (ObservedBy(inner), inner.Inputs);
        if (m < stride) x.CopyTo(seen);
        if (!(statistics[0] > T.Zero))
        {
            x.CopyTo(seen);
            return;
        }
        for (int j = 0; j < m; j++)
        {
            T mean = statistics[1 + j], variance = statistics[1 + m + j] - (mean * mean);
            T scale = T.One / T.Sqrt(T.Max(variance, T.CreateTruncating(Smallest))), most = T.CreateTruncating(Most);
            for (int k = j; k < x.Length; k += stride) seen[k] = T.Clamp((x[k] - mean) * scale, -most, most);
        }
    }

    private sealed class Actor<T>(RowNetwork inner, IActor<T> actor) : IActor<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly T[] _statistics = new T[1 + (2 * ObservedBy(inner))];
        private T[] _seen = [];

        public void SetParameters(ReadOnlySpan<T> theta)
        {
            actor.SetParameters(theta);
            theta.Slice(inner.Length, _statistics.Length).CopyTo(_statistics);
        }

        public void Heads(ReadOnlySpan<T> observations, int count, Span<T> heads)
        {
            int size = count * inner.Inputs;
            if (_seen.Length < size) _seen = new T[size];
            Scale(inner, _statistics, observations[..size], _seen);
            actor.Heads(_seen, count, heads);
        }

        public void Dispose() => actor.Dispose();
    }

    private sealed class Training<T>(RowNetwork whole, RowNetwork inner, IHeadTraining<T> training) : IHeadTraining<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly int _length = whole.Length;
        private T[] _seen = [];

        public void UseSequences(int length) => training.UseSequences(length);

        public void Forward(ReadOnlySpan<T> theta, ReadOnlySpan<T> seen, int count, Span<T> outputs)
        {
            int size = count * inner.Inputs;
            if (_seen.Length < size) _seen = new T[size];
            Scale(inner, theta[inner.Length..], seen[..size], _seen);
            training.Forward(theta, _seen, count, outputs);
        }

        public void Backward(ReadOnlySpan<T> seen, ReadOnlySpan<T> weights, Span<T> gradient)
        {
            training.Backward(_seen, weights, gradient);
            gradient[inner.Length.._length].Clear();
        }
    }
}
