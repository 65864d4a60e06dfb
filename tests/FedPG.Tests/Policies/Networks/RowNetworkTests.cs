using System.Numerics;
using System.Runtime.InteropServices;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Networks;
using FedPG.Tests.Federation;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Policies.Networks;

/// <summary>Networks over rows of agents: gradients, independence of rows, acting without torch, starts.</summary>
public sealed class RowNetworkTests
{
    private const int Others = 3, Outputs = 5;
    private static readonly Box Image = Box.Of([5, 6, 2], -1, 1);
    private static readonly Space Seen = new NamedSpaces(("image", Image), ("rest", Box.Of(Others)));

    public RowNetworkTests() => set_num_threads(1);

    public static TheoryData<string> Names =>
        ["dense orthogonal", "normed", "normed relu", "convolution", "convolution deep", "convolution wide", "convolution normed"];

    private static int Inputs => Image.Size + Others;

    private static RowNetwork Create(string name, NetworkStart start = NetworkStart.Zero) => name switch
    {
        "dense orthogonal" => new DenseNetwork(Inputs, [7], Outputs, Activation.Tanh, Inputs, NetworkStart.Orthogonal, values: 1),
        "normed" => new NormedNetwork(Inputs, [7, 4], Outputs, Activation.Tanh, Inputs, start),
        "normed relu" => new NormedNetwork(Inputs, [33], Outputs, Activation.Relu, Inputs, start),
        "convolution" => Convolution([3], [6], start),
        "convolution deep" => Convolution([4, 5], [], start),
        "convolution wide" => Convolution([17], [33, 8], start),
        _ => new ConvolutionNetwork(
            Image, Others, [4], inputs => new NormedNetwork(inputs, [6], Outputs, Activation.Tanh, inputs, start), start),
    };

    private static ConvolutionNetwork Convolution(int[] channels, int[] hidden, NetworkStart start) => new(
        Image, Others, channels, inputs => new DenseNetwork(inputs, hidden, Outputs, Activation.Tanh, inputs, start), start);

    private static ObservationSoftmax Policy(string name, TensorFormat format) =>
        new("neural-softmax", new ObservationEncoding(Seen), new Discrete(Outputs), Create(name), format);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_gradient_of_log_pi_agrees_with_finite_differences(string name)
    {
        const int agents = 2, pairs = 4;
        using DisposeScope scope = NewDisposeScope();
        using ObservationSoftmax policy = Policy(name, TensorFormat.Float64);
        double[] theta = NumericsTesting.Uniform(3, agents * policy.Layout.Length, 0.5);
        Tensor observations = tensor(NumericsTesting.Uniform(4, agents * pairs * Inputs, 1), [agents, pairs, Inputs]);
        Tensor weights = tensor(NumericsTesting.Uniform(5, agents * pairs, 1), [agents, pairs]);
        Tensor actions = tensor([.. Enumerable.Range(0, agents * pairs).Select(k => (double)(k % Outputs))], [agents, pairs, 1]);
        Tensor gradient = zeros(agents, policy.Layout.Length, dtype: ScalarType.Float64);
        policy.Evaluate(Rows(theta), observations, actions).Backward(weights, gradient);
        double[] actual = gradient.Numbers();
        const double h = 1e-6;
        for (int k = 0; k < theta.Length; k += 1 + (theta.Length / 120))
            Assert.Equal((Value(k, h) - Value(k, -h)) / (2 * h), actual[k], 2e-7);

        double Value(int k, double step)
        {
            using DisposeScope inner = NewDisposeScope();
            double[] moved = [.. theta];
            moved[k] += step;
            return (policy.Evaluate(Rows(moved), observations, actions).Output * weights).Numbers().Sum();
        }

        Tensor Rows(double[] numbers) => tensor(numbers, [agents, policy.Layout.Length]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_rows_bits_do_not_depend_on_its_block(string name)
    {
        const int agents = 3, pairs = 9;
        using DisposeScope scope = NewDisposeScope();
        using ObservationSoftmax policy = Policy(name, TensorFormat.Float32);
        Tensor rows = NumericsTesting.RandomRows(policy, agents, 1, 0.5);
        Tensor seen = tensor(NumericsTesting.Uniform(4, agents * pairs * Inputs, 1), [agents, pairs, Inputs]).to(ScalarType.Float32);
        Tensor actions = zeros(agents, pairs, 1), weights = ones(agents, pairs), together = zeros_like(rows);
        byte[] heads = policy.Heads(rows, seen).Bits();
        policy.Evaluate(rows, seen, actions).Backward(weights, together);
        for (int i = 0; i < agents; i++)
        {
            Tensor own = rows.narrow(0, i, 1).clone(), alone = zeros_like(own);
            policy.Evaluate(own, seen.narrow(0, i, 1), actions.narrow(0, i, 1)).Backward(weights.narrow(0, i, 1), alone);
            Assert.Equal(together.narrow(0, i, 1).Bits(), alone.Bits());
            Tensor twin = cat([own, own]), shown = cat([seen.narrow(0, i, 1), seen.narrow(0, i, 1)]);
            int size = heads.Length / agents;
            Assert.Equal(heads[(i * size)..((i + 1) * size)], policy.Heads(twin, shown).narrow(0, 0, 1).Bits());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_acts_without_torch_gives_the_same_heads(string name)
    {
        Compare<double>(name, TensorFormat.Float64, 1e-12);
        Compare<float>(name, TensorFormat.Float32, 2e-5);
    }

    /// <summary>The convolution, number by number: patches of two by two, relu, the largest of two by two where there is room.</summary>
    [Fact]
    public void A_convolution_is_what_it_says()
    {
        using DisposeScope scope = NewDisposeScope();
        var network = new ConvolutionNetwork(
            Box.Of([5, 6, 2]), 1, [3], inputs => new DenseNetwork(inputs, [], inputs, Activation.Tanh, inputs));
        double[] w = NumericsTesting.Uniform(1, 24, 1), b = NumericsTesting.Uniform(2, 3, 1), x = NumericsTesting.Uniform(3, 61, 1);
        var expected = new List<double>();
        for (int i = 0; i < 2; i++)
        {
            for (int j = 0; j < 2; j++)
            {
                for (int o = 0; o < 3; o++)
                    expected.Add(((int[])[0, 1, 2, 3]).Max(k => Math.Max(0, Patch((2 * i) + (k / 2), (2 * j) + (k % 2), o))));
            }
        }
        expected.Add(x[60]);
        const int size = (2 * 2 * 3) + 1;
        Tensor[] parameters = [tensor(w, [1, 8, 3]), tensor(b, [1, 3]), eye(size, dtype: ScalarType.Float64).unsqueeze(0),
            zeros(1, size, dtype: ScalarType.Float64)];
        double[] found = network.Forward(parameters, tensor(x, [1, 1, 61])).Numbers();
        Assert.Equal(expected.Count, found.Length);
        for (int k = 0; k < found.Length; k++) Assert.Equal(expected[k], found[k], 1e-14);

        double Patch(int i, int j, int o)
        {
            double sum = b[o];
            for (int k = 0; k < 8; k++)
            {
                (int di, int dj, int c) = (k / 4, k / 2 % 2, k % 2);
                sum += w[(k * 3) + o] * x[((((i + di) * 6) + j + dj) * 2) + c];
            }
            return sum;
        }
    }

    /// <summary>What all outputs of a layer have in common, and their scale, is nothing to a layer that is normalised.</summary>
    [Fact]
    public void A_normalised_layer_forgets_shift_and_scale()
    {
        using DisposeScope scope = NewDisposeScope();
        var network = new NormedNetwork(4, [6], 2, Activation.Tanh, 4);
        Tensor x = tensor(NumericsTesting.Uniform(1, 12, 10), [1, 3, 4]);
        Tensor[] p = [.. network.Parameters.Select((parameter, k) =>
            tensor(NumericsTesting.Uniform(10 + k, (int)parameter.Shape.Aggregate(1L, (a, b) => a * b), 1), [1, .. parameter.Shape]))];
        double[] plain = network.Forward(p, x).Numbers();
        double[] moved = network.Forward([p[0] * 2, (p[1] * 2) + 3, .. p[2..]], x).Numbers();
        for (int k = 0; k < plain.Length; k++) Assert.Equal(plain[k], moved[k], 1e-4);
    }

    [Theory]
    [InlineData(3, 8)]
    [InlineData(9, 4)]
    public void Orthogonal_weights_are_at_right_angles_with_their_gains(int inputs, int hidden)
    {
        var network = new DenseNetwork(inputs, [hidden], 3, Activation.Tanh, inputs, NetworkStart.Orthogonal, values: 1);
        double[] theta = new double[network.Length], other = new double[network.Length];
        network.Initialise(Key, theta);
        network.Initialise(Key with { Agent = 1 }, other);
        Assert.NotEqual(theta, other);
        // The shorter side's vectors.
        for (int i = 0; i < Math.Min(inputs, hidden); i++)
        {
            for (int j = 0; j < Math.Min(inputs, hidden); j++)
            {
                double sum = Enumerable.Range(0, Math.Max(inputs, hidden)).Sum(k => inputs >= hidden
                    ? theta[(k * hidden) + i] * theta[(k * hidden) + j]
                    : theta[(i * hidden) + k] * theta[(j * hidden) + k]);
                Assert.Equal(i == j ? 2 : 0, sum, 1e-12);
            }
        }
        int last = (inputs + 1) * hidden;
        Assert.Equal([0.01, 0.01, 1], Enumerable.Range(0, 3).Select(o => Math.Round(
            Math.Sqrt(Enumerable.Range(0, hidden).Sum(k => Math.Pow(theta[last + (k * 3) + o], 2))), 12)));
        Assert.All(theta[(inputs * hidden)..last], bias => Assert.Equal(0, bias));
    }

    [Theory]
    [InlineData("normed")]
    [InlineData("convolution deep")]
    public void The_first_policy_is_uniform_unless_the_start_is_orthogonal(string name)
    {
        foreach (NetworkStart start in Enum.GetValues<NetworkStart>())
        {
            using DisposeScope scope = NewDisposeScope();
            using var policy = new ObservationSoftmax(
                "neural-softmax", new ObservationEncoding(Seen), new Discrete(Outputs), Create(name, start), TensorFormat.Float64);
            Tensor theta = tensor(policy.InitialParameters(Key), [1, policy.Layout.Length]);
            double[] heads = policy.Heads(cat([theta, theta]), ones(2, 1, Inputs, dtype: ScalarType.Float64)).Numbers();
            if (start == NetworkStart.Zero) Assert.All(heads, head => Assert.Equal(0, head));
            else Assert.All(heads, head => Assert.InRange(Math.Abs(head), 1e-9, 0.5));
        }
    }

    private static StreamKey Key => new(5, StreamPurpose.Initialisation, 0, 0, 0);

    private static void Compare<T>(string name, TensorFormat format, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int count = 35;
        using DisposeScope scope = NewDisposeScope();
        using ObservationSoftmax policy = Policy(name, format);
        T[] theta = [.. NumericsTesting.Uniform(7, policy.Layout.Length, 0.5).Select(T.CreateTruncating)];
        T[] seen = [.. NumericsTesting.Uniform(8, count * Inputs, 1).Select(T.CreateTruncating)];
        T[] heads = new T[count * Outputs], part = new T[count * Outputs];
        using IActor<T> actor = policy.CreateActor<T>();
        actor.SetParameters(theta);
        actor.Heads(seen, count, heads);
        using var noGrad = no_grad();
        Tensor rows = From(theta, 1, theta.Length), shown = From(seen, 1, count, Inputs);
        double[] expected = policy.Heads(cat([rows, rows]), cat([shown, shown])).narrow(0, 0, 1).Numbers();
        for (int k = 0; k < heads.Length; k++)
            Assert.Equal(expected[k], double.CreateTruncating(heads[k]), tolerance * Math.Max(1, Math.Abs(expected[k])));
        if (policy.CreateActor<T>().GetType().Name.StartsWith("TensorActor", StringComparison.Ordinal)) return;
        // An observation's bits do not depend on the others it is evaluated with.
        foreach (int some in (int[])[1, 3, 34])
        {
            actor.Heads(seen.AsSpan(Inputs), some, part);
            Assert.Equal(heads[Outputs..((some + 1) * Outputs)], part[..(some * Outputs)]);
        }
    }

    private static Tensor From<T>(T[] numbers, params long[] shape)
        where T : unmanaged
    {
        Tensor made = empty(shape, dtype: typeof(T) == typeof(double) ? ScalarType.Float64 : ScalarType.Float32);
        numbers.CopyTo(MemoryMarshal.Cast<byte, T>(made.bytes));
        return made;
    }
}
