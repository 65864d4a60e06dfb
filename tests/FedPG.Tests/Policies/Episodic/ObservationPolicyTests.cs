using System.Numerics;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Networks;
using FedPG.Tests.Federation;
using FedPG.Tests.Federation.Estimators.Tabular;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Policies.Episodic;

public sealed class ObservationPolicyTests
{
    public ObservationPolicyTests() => set_num_threads(1);

    public static TheoryData<string> Policies() =>
        ["softmax []", "softmax [6]", "softmax [64,64]", "softmax relu [9,33]", "gaussian []", "gaussian [5,7]", "gaussian relu [8]",
            "gaussian fixed [16]", "module softmax", "module gaussian", "module gaussian fixed"];

    private static EpisodicPolicy Create(string name, TensorFormat format, Space? observations = null)
    {
        if (name.StartsWith("module", StringComparison.Ordinal))
            return UserModules.Policy(
                name, observations ?? Box.Of(3), name.Contains("softmax", StringComparison.Ordinal) ? new Discrete(5) : Box.Of(2), format);
        string[] words = name.Split(' ');
        int[] hidden = [.. words[^1].Trim('[', ']').Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        Activation activation = words.Contains("relu") ? Activation.Relu : Activation.Tanh;
        var encoding = new ObservationEncoding(observations ?? Box.Of(3));
        return words[0] == "softmax"
            ? new ObservationSoftmax("neural-softmax", encoding, new Discrete(5), hidden, activation, format)
            : new GaussianPolicy(encoding, Box.Of(2), hidden, activation, 0.7, learnDeviation: !words.Contains("fixed"), format);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void The_gradient_of_log_pi_agrees_with_finite_differences(string name)
    {
        const int agents = 2, pairs = 6;
        using DisposeScope scope = NewDisposeScope();
        using EpisodicPolicy policy = Create(name, TensorFormat.Float64);
        double[] theta = NumericsTesting.Uniform(3, agents * policy.Layout.Length, 0.5);
        Tensor observations = tensor(NumericsTesting.Uniform(4, agents * pairs * 3, 1), [agents, pairs, 3]), weights = tensor(
            NumericsTesting.Uniform(5, agents * pairs, 1), [agents, pairs]);
        Tensor actions = policy.ActionSize == 1
            ? tensor([.. Enumerable.Range(0, agents * pairs).Select(k => (double)(k % 5))], [agents, pairs, 1])
            : tensor(NumericsTesting.Uniform(6, agents * pairs * 2, 2), [agents, pairs, 2]);
        Tensor gradient = zeros(agents, policy.Layout.Length, dtype: ScalarType.Float64);
        policy.Evaluate(Rows(theta), observations, actions).Backward(weights, gradient);
        double[] actual = gradient.Numbers();
        const double h = 1e-6;
        for (int k = 0; k < theta.Length; k += 1 + (theta.Length / 80))
        {
            Assert.Equal((Value(k, h) - Value(k, -h)) / (2 * h), actual[k], 1e-7);
        }

        double Value(int k, double step)
        {
            using DisposeScope inner = NewDisposeScope();
            double[] moved = [.. theta];
            moved[k] += step;
            return (policy.Evaluate(Rows(moved), observations, actions).Output * weights).Numbers().Sum();
        }

        Tensor Rows(double[] numbers) => tensor(numbers, [agents, policy.Layout.Length]);
    }

    /// <summary>What acts and what is differentiated are one policy: the same heads, and the same log pi of the actions drawn.</summary>
    [Theory]
    [MemberData(nameof(Policies))]
    public void Acting_and_differentiating_agree(string name)
    {
        Compare<double>(name, TensorFormat.Float64, 1e-12);
        Compare<float>(name, TensorFormat.Float32, 2e-5);
    }

    private static void Compare<T>(string name, TensorFormat format, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Numbers of observations around the four that are taken together.
        foreach (int count in (int[])[1, 2, 3, 4, 5, 8, 31])
        {
            using DisposeScope scope = NewDisposeScope();
            using EpisodicPolicy policy = Create(name, format);
            T[] theta = Numbers<T>(7, policy.Layout.Length, 1), seen = Numbers<T>(8, count * 3, 3), heads = new T[count * policy.HeadSize];
            using IActor<T> actor = policy.CreateActor<T>();
            actor.SetParameters(theta);
            actor.Heads(seen, count, heads);
            Tensor rows = Tensor(theta, 1, theta.Length), observations = Tensor(seen, 1, count, 3);
            using (no_grad())
            {
                double[] expected = policy.Heads(rows, observations).Numbers();
                for (int k = 0; k < heads.Length; k++)
                    Assert.Equal(expected[k], double.CreateTruncating(heads[k]), tolerance * Math.Max(1, Math.Abs(expected[k])));
            }
            double[] logs = new double[count];
            T[] actions = new T[count * policy.ActionSize];
            double[] action = new double[policy.ActionSize];
            for (int r = 0; r < count; r++)
            {
                logs[r] = policy.Draw<T>(heads.AsSpan(r * policy.HeadSize, policy.HeadSize), new ActionKey(Key, r, 2), action);
                for (int k = 0; k < action.Length; k++) actions[(r * action.Length) + k] = T.CreateTruncating(action[k]);
            }
            double[] differentiated = policy.Evaluate(rows, observations, Tensor(actions, 1, count, policy.ActionSize)).Output.Numbers();
            for (int r = 0; r < count; r++) Assert.Equal(differentiated[r], logs[r], 10 * tolerance * Math.Max(1, Math.Abs(logs[r])));
        }
    }

    [Theory]
    [InlineData("softmax [33,7]")]
    [InlineData("softmax relu [64,64]")]
    [InlineData("gaussian [5,7]")]
    public void An_observations_head_has_the_same_bits_whatever_others_are_evaluated_with_it(string name)
    {
        Check<float>(TensorFormat.Float32);
        Check<double>(TensorFormat.Float64);

        void Check<T>(TensorFormat format)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            using EpisodicPolicy policy = Create(name, format);
            T[] theta = Numbers<T>(7, policy.Layout.Length, 1), seen = Numbers<T>(
                8, 13 * 3, 3), heads = new T[13 * policy.HeadSize], part = new T[13 * policy.HeadSize];
            using IActor<T> actor = policy.CreateActor<T>();
            actor.SetParameters(theta);
            actor.Heads(seen, 13, heads);
            for (int first = 0; first < 13; first++)
            {
                for (int count = 1; first + count <= 13; count++)
                {
                    actor.Heads(seen.AsSpan(first * 3), count, part);
                    Assert.Equal(heads[(first * policy.HeadSize)..((first + count) * policy.HeadSize)], part[..(count * policy.HeadSize)]);
                }
            }
        }
    }

    /// <summary>Over the whole range, saturation included: 3e-7 is below three units in the last place of 1 in single precision.</summary>
    [Fact]
    public void The_actors_hyperbolic_tangent_is_right()
    {
        using EpisodicPolicy single = Create("softmax [1]", TensorFormat.Float32), twice = Create("softmax [1]", TensorFormat.Float64);
        using IActor<float> floats = single.CreateActor<float>();
        using IActor<double> doubles = twice.CreateActor<double>();
        // One hidden unit tanh(x_0), and logit 0 is it.
        double[] theta = [1, 0, 0, 0, 1, 0, 0, 0, 0, .. new double[5]];
        floats.SetParameters([.. theta.Select(x => (float)x)]);
        doubles.SetParameters(theta);
        float[] head = new float[5];
        double[] exact = new double[5];
        foreach (double x in Enumerable.Range(-3000, 6001).Select(k => k / 100.0)
            .Concat([1e-5, -1e-5, 1e-3, 100, -1e6, double.PositiveInfinity, double.NegativeInfinity]))
        {
            floats.Heads([(float)x, 0, 0], 1, head);
            doubles.Heads([x, 0, 0], 1, exact);
            Assert.Equal(Math.Tanh((float)x), head[0], 3e-7);
            Assert.Equal(Math.Tanh(x), exact[0], 1e-15);
        }
        floats.Heads([float.NaN, 0, 0], 1, head);
        Assert.True(float.IsNaN(head[0]));
    }

    /// <summary>Chi-square with 4 degrees of freedom: above 40 with probability 4e-8.</summary>
    [Fact]
    public void Actions_have_their_probabilities()
    {
        const int draws = 40_000;
        using EpisodicPolicy policy = Create("softmax []", TensorFormat.Float64);
        double[] head = [0.3, -1, 2, 0, -0.5], action = new double[1];
        double sum = head.Sum(Math.Exp), chi = 0;
        int[] counts = new int[5];
        for (int k = 0; k < draws; k++)
        {
            double log = policy.Draw<double>(head, new ActionKey(Key, k / 200, k % 200), action);
            counts[(int)action[0]]++;
            Assert.Equal(head[(int)action[0]] - Math.Log(sum), log, 1e-12);
        }
        for (int a = 0; a < 5; a++) chi += Math.Pow(counts[a] - (draws * Math.Exp(head[a]) / sum), 2) / (draws * Math.Exp(head[a]) / sum);
        Assert.True(chi < 40, $"chi-square {chi}");
        Assert.Equal(head.Sum(x => Math.Exp(x) / sum * (x - Math.Log(sum))), policy.MeanLog<double>(head), 1e-12);
    }

    /// <summary>Mean and variance of 80,000 noise numbers, and the mean of log pi: 6 standard errors.</summary>
    [Fact]
    public void Gaussian_actions_have_their_mean_deviation_and_entropy()
    {
        const int draws = 40_000;
        using EpisodicPolicy policy = Create("gaussian []", TensorFormat.Float64);
        double[] head = [1, -2, Math.Log(0.5), Math.Log(3)], action = new double[2];
        var moments = new VectorMoments(5);
        for (int k = 0; k < draws; k++)
        {
            double log = policy.Draw<double>(head, new ActionKey(Key, k / 200, k % 200), action);
            (double a, double b) = ((action[0] - 1) / 0.5, (action[1] + 2) / 3);
            moments.Add([a, b, a * a, b * b, log]);
        }
        Assert.True(moments.LargestZ([0, 0, 1, 1, policy.MeanLog<double>(head)]) < 6);
    }

    [Fact]
    public void Policies_start_uniform_or_centred_at_zero()
    {
        using EpisodicPolicy softmax = Create("softmax [8]", TensorFormat.Float64), gaussian = Create("gaussian [8]", TensorFormat.Float64);
        Assert.Equal([0, 0, 0, 0, 0], Head(softmax));
        Assert.Equal([0, 0, Math.Log(0.7), Math.Log(0.7)], Head(gaussian));

        static double[] Head(EpisodicPolicy policy)
        {
            using IActor<double> actor = policy.CreateActor<double>();
            double[] theta = policy.InitialParameters(Key), head = new double[policy.HeadSize];
            Assert.Contains(theta, x => x != 0);
            actor.SetParameters(theta);
            actor.Heads([0.3, -2, 5], 1, head);
            return head;
        }
    }

    [Fact]
    public void Observations_are_seen_as_they_are_or_one_hot()
    {
        Assert.Equal([1.5, -2], Seen(Box.Of(2), 1.5, -2));
        Assert.Equal([0, 0, 1, 0], Seen(new Discrete(4), 2));
        Assert.Equal([0, 1, 1, 0, 0], Seen(new MultiDiscrete(2, 3), 1, 0));
        Assert.Contains(
            "observation 4", Assert.Throws<EnvironmentContractException>(() => Seen(new Discrete(4), 4)).Message, StringComparison.Ordinal);
        Assert.Throws<EnvironmentContractException>(() => Seen(new Discrete(4), double.NaN));

        static double[] Seen(Space space, params double[] observation)
        {
            var encoding = new ObservationEncoding(space);
            double[] seen = new double[encoding.Size];
            Array.Fill(seen, 9);
            encoding.Encode<double>(observation, seen);
            return seen;
        }
    }

    /// <summary>
    /// The first parameters are the module's own, by torch's generator, as a function of the stream alone; the values of sigma follow them.
    /// </summary>
    [Fact]
    public void A_modules_first_parameters_follow_from_the_seed()
    {
        using EpisodicPolicy one = Create("module gaussian", TensorFormat.Float64);
        double[] theta = one.InitialParameters(Key);
        // Another module made in between draws from the same generator.
        using EpisodicPolicy other = Create("module gaussian", TensorFormat.Float64);
        Assert.Equal(theta, other.InitialParameters(Key));
        Assert.NotEqual(theta, other.InitialParameters(Key with { Seed = 12 }));
        Assert.Equal([Math.Log(0.7), Math.Log(0.7)], theta[^2..]);
        Assert.Equal(["_hidden.weight", "_hidden.bias", "_last.weight", "_last.bias", "_unused.weight", "_unused.bias",
            "log_standard_deviation"], one.Layout.Slices.Select(slice => slice.Name));
    }

    private static StreamKey Key => new(11, StreamPurpose.Rollout, 0, 1, 2);

    private static T[] Numbers<T>(int seed, int count, double scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => [.. NumericsTesting.Uniform(seed, count, scale).Select(T.CreateTruncating)];

    private static Tensor Tensor<T>(T[] numbers, params long[] shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(float) ? tensor((float[])(object)numbers, shape) : tensor((double[])(object)numbers, shape);
}
