using System.Runtime.InteropServices;
using FedPG.Envs;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Networks;
using FedPG.Tests.Federation;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Policies.Networks;

/// <summary>The gated recurrent unit: its numbers, its gradients through sequences, acting without torch, independence of rows.</summary>
public sealed class GruNetworkTests
{
    private const int Observed = 3, Actions = 4;

    public GruNetworkTests() => set_num_threads(1);

    /// <summary>Parameters 0.8 sin(1.3 k + 0.5), against a program in Python that knows the equations alone.</summary>
    [Fact]
    public void A_sequence_gives_the_numbers_of_the_equations()
    {
        using DisposeScope scope = NewDisposeScope();
        var network = new GruNetwork(new GruBranch(
            new DenseNetwork(2, [], 2, Activation.Tanh, 2), Activation.Tanh, units: 2, acting: 2, values: 1, layers: 1, NetworkStart.Zero));
        Assert.Equal((51, 5, 5), (network.Length, network.Inputs, network.Outputs));
        double[] theta = [.. Enumerable.Range(0, 51).Select(k => 0.8 * Math.Sin((1.3 * k) + 0.5))];
        // What is observed, whether the episode goes on, and what is remembered, which counts at the first step alone.
        double[] steps =
            [0.5, -1, 1, 0.3, -0.2, 1.5, 0.25, 1, 9, 9, -0.75, 0.6, 0, 9, 9, 0.1, 0.9, 1, 9, 9];
        double[] expected =
        [
            -0.2148635062252097, 0.908441387666085, 0.14102374584727234, -0.30891863626837357, 0.7008775203747586,
            -0.22786269683888674, 0.9481743144539518, 0.10734456752882078, -0.38693708199679333, 0.7351337337355972,
            0.10276930390044095, 0.9123067927328222, -0.20670937560747757, -0.227412654666256, 0.385312692904131,
            0.136496996543919, 0.9804833939533242, -0.3250221004784999, -0.3456274689520227, 0.38805932219283235,
        ];
        var parameters = new List<Tensor>();
        int at = 0;
        foreach ((_, long[] shape) in network.Parameters)
        {
            int length = (int)shape.Aggregate(1L, (product, size) => product * size);
            parameters.Add(tensor(theta[at..(at + length)], [1, .. shape]));
            at += length;
        }
        double[] together = network.Forward(parameters, tensor(steps, [1, 4, 5]), 4).Numbers();
        for (int k = 0; k < expected.Length; k++) Assert.Equal(expected[k], together[k], 1e-14);
        using IActor<double> actor = network.CreateActor<double>();
        actor.SetParameters(theta);
        double[] heads = new double[5];
        for (int t = 0; t < 4; t++)
        {
            if (t > 0) heads.AsSpan(2, 2).CopyTo(steps.AsSpan((t * 5) + 3));
            actor.Heads(steps.AsSpan(t * 5, 5), 1, heads);
            for (int k = 0; k < 5; k++) Assert.Equal(expected[(t * 5) + k], heads[k], 1e-14);
        }
    }

    [Theory]
    [InlineData(CriticKind.None, Activation.Tanh, 5)]
    [InlineData(CriticKind.Shared, Activation.Relu, 5)]
    [InlineData(CriticKind.Own, Activation.Tanh, 5)]
    [InlineData(CriticKind.Shared, Activation.Tanh, 32)]
    public void Gradients_through_sequences_agree_with_finite_differences(CriticKind critic, Activation activation, int length)
    {
        const int agents = 2;
        int pairs = 2 * length;
        using DisposeScope scope = NewDisposeScope();
        using ObservationSoftmax policy = Policy(critic, activation, TensorFormat.Float64);
        double[] theta = NumericsTesting.Uniform(3, agents * policy.Layout.Length, 0.6);
        Tensor seen = Seen(policy, agents, pairs);
        Tensor weights = tensor(NumericsTesting.Uniform(5, agents * pairs * policy.HeadSize, 1), [agents, pairs, policy.HeadSize]);
        Tensor gradient = zeros(agents, policy.Layout.Length, dtype: ScalarType.Float64);
        policy.Evaluate(Rows(theta), seen, length, heads => heads).Backward(weights, gradient);
        double[] actual = gradient.Numbers();
        const double h = 1e-6;
        for (int k = 0; k < theta.Length; k += 1 + (theta.Length * length / 750))
            Assert.Equal((Value(k, h) - Value(k, -h)) / (2 * h), actual[k], 1e-7);

        double Value(int k, double step)
        {
            using DisposeScope inner = NewDisposeScope();
            double[] moved = [.. theta];
            moved[k] += step;
            return (policy.Evaluate(Rows(moved), seen, length, heads => heads).Output * weights).Numbers().Sum();
        }

        Tensor Rows(double[] numbers) => tensor(numbers, [agents, policy.Layout.Length]);
    }

    [Theory]
    [InlineData(CriticKind.None)]
    [InlineData(CriticKind.Own)]
    public void A_rows_bits_do_not_depend_on_its_block(CriticKind critic)
    {
        const int agents = 3, length = 4, pairs = 3 * length;
        using DisposeScope scope = NewDisposeScope();
        using ObservationSoftmax policy = Policy(critic, Activation.Tanh, TensorFormat.Float32);
        Tensor rows = NumericsTesting.RandomRows(policy, agents, 1, 0.5), together = zeros_like(rows);
        Tensor seen = Seen(policy, agents, pairs).to(ScalarType.Float32), weights = ones(agents, pairs, policy.HeadSize);
        policy.Evaluate(rows, seen, length, heads => heads).Backward(weights, together);
        for (int i = 0; i < agents; i++)
        {
            Tensor own = rows.narrow(0, i, 1).clone(), alone = zeros_like(own);
            policy.Evaluate(own, seen.narrow(0, i, 1), length, heads => heads).Backward(weights.narrow(0, i, 1), alone);
            Assert.Equal(together.narrow(0, i, 1).Bits(), alone.Bits());
        }
    }

    [Theory]
    [InlineData(CriticKind.None, Activation.Relu)]
    [InlineData(CriticKind.Shared, Activation.Tanh)]
    [InlineData(CriticKind.Own, Activation.Tanh)]
    public void What_acts_without_torch_gives_the_same_heads_whatever_stands_beside(CriticKind critic, Activation activation)
    {
        const int pairs = 7;
        using DisposeScope scope = NewDisposeScope();
        using ObservationSoftmax policy = Policy(critic, activation, TensorFormat.Float32);
        Tensor rows = NumericsTesting.RandomRows(policy, 1, 1, 0.6), seen = Seen(policy, 1, pairs).to(ScalarType.Float32);
        float[] expected = MemoryMarshal.Cast<byte, float>(policy.Heads(rows, seen).contiguous().bytes).ToArray();
        ReadOnlySpan<float> observations = MemoryMarshal.Cast<byte, float>(seen.contiguous().bytes);
        float[] all = new float[pairs * policy.HeadSize], one = new float[policy.HeadSize];
        using IActor<float> actor = policy.CreateActor<float>();
        actor.SetParameters(MemoryMarshal.Cast<byte, float>(rows.bytes));
        actor.Heads(observations, pairs, all);
        for (int k = 0; k < all.Length; k++) Assert.Equal(expected[k], all[k], 2e-5);
        for (int p = 0; p < pairs; p++)
        {
            actor.Heads(observations.Slice(p * policy.ObservationSize, policy.ObservationSize), 1, one);
            Assert.Equal(all[(p * one.Length)..((p + 1) * one.Length)], one);
        }
    }

    /// <summary>The first policy is uniform, and no first weight of the unit is zero.</summary>
    [Theory]
    [InlineData(NetworkStart.Zero)]
    [InlineData(NetworkStart.Orthogonal)]
    public void Starts_are_as_they_say(NetworkStart start)
    {
        using ObservationSoftmax policy = Policy(CriticKind.Shared, Activation.Tanh, TensorFormat.Float64, start);
        double[] theta = policy.InitialParameters(new(1, FedPG.Core.Streams.StreamPurpose.Initialisation, 0, 0, 0));
        foreach (ParameterSlice slice in policy.Layout.Slices)
        {
            double[] numbers = theta[slice.Offset..(slice.Offset + slice.Length)];
            bool isZero = slice.Name.EndsWith("bias", StringComparison.Ordinal)
                || (slice.Name == "layer2.weight" && start == NetworkStart.Zero);
            Assert.True(numbers.All(x => x == 0) == isZero, slice.Name);
            if (!isZero) Assert.True(numbers.All(x => x != 0), slice.Name);
        }
        if (start == NetworkStart.Zero) return;
        // A gate's weights on what is remembered are orthogonal.
        ParameterSlice hidden = policy.Layout.Slices.Single(slice => slice.Name == "gru.hidden.weight");
        double[] first = [.. Enumerable.Range(0, 5).Select(row => theta[hidden.Offset + (row * 15)])];
        Assert.Equal(1, first.Sum(x => x * x), 1e-12);
    }

    /// <summary>The update gate keeps sigmoid of its bias; of the other biases none starts elsewhere than at 0.</summary>
    [Fact]
    public void The_bias_of_the_update_gate_starts_where_it_is_told()
    {
        var branch = new GruBranch(
            new DenseNetwork(Observed, [6], 4, Activation.Tanh, Observed), Activation.Tanh, units: 5, Actions, 1, layers: 2,
            NetworkStart.Zero, bias: 2);
        double[] theta = new double[branch.Length];
        branch.Initialise(new(1, FedPG.Core.Streams.StreamPurpose.Initialisation, 0, 0, 0), theta);
        int at = 0;
        foreach ((string name, long[] shape) in branch.Parameters)
        {
            int length = (int)shape.Aggregate(1L, (product, size) => product * size);
            double[] expected = [.. Enumerable.Range(0, length).Select(k => name == "gru.input.bias" && k / 5 == 1 ? 2.0 : 0)];
            if (name.EndsWith("bias", StringComparison.Ordinal)) Assert.Equal(expected, theta[at..(at + length)]);
            at += length;
        }
    }

    private static ObservationSoftmax Policy(
        CriticKind critic, Activation activation, TensorFormat format, NetworkStart start = NetworkStart.Zero)
    {
        GruNetwork Network(int acting, int values) => new(new GruBranch(
            new DenseNetwork(Observed, [6], 4, activation, Observed, start), activation, units: 5, acting, values, layers: 2, start));
        GruNetwork network = critic switch
        {
            CriticKind.Own => GruNetwork.Pair(Network(Actions, 0), Network(0, 1)),
            CriticKind.Shared => Network(Actions, 1),
            _ => Network(Actions, 0),
        };
        return new ObservationSoftmax(
            "neural-softmax", new ObservationEncoding(Box.Of(Observed, -1, 1)), new Discrete(Actions), network, format);
    }

    /// <summary>Random steps, a third of which begin an episode.</summary>
    private static Tensor Seen(EpisodicPolicy policy, int agents, int pairs)
    {
        double[] numbers = NumericsTesting.Uniform(4, agents * pairs * policy.ObservationSize, 1);
        for (int p = 0; p < agents * pairs; p++)
        {
            bool goesOn = p % 3 != 2;
            Span<double> step = numbers.AsSpan(p * policy.ObservationSize, policy.ObservationSize);
            step[Observed] = goesOn ? 1 : 0;
            if (!goesOn) step[(Observed + 1)..].Clear();
        }
        return tensor(numbers, [agents, pairs, policy.ObservationSize]);
    }
}
