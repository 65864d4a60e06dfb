using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Returns;
using FedPG.Federation.Estimators;
using FedPG.Federation.Estimators.Episodic;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Networks;
using FedPG.Policies.Torch;
using FedPG.Tests.Envs;
using FedPG.Tests.Policies.Episodic;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Estimators.Episodic;

/// <summary>
/// Promise 1 for environments that are stepped: an agent's direction has the same bits in any
/// block, though agents meet different numbers of pairs.
/// </summary>
public sealed class RolloutInvarianceTests
{
    private const int Agents = 8;

    public RolloutInvarianceTests() => set_num_threads(1);

    [Theory]
    [InlineData("CartPole-v1", "[64,64]", 60)]
    [InlineData("CartPole-v1", "[7]", 30)]
    [InlineData("CartPole-v1", "[]", 30)]
    [InlineData("Pendulum-v1", "[33,7]", 25)]
    [InlineData("CartPole-v1", "module", 60)]
    [InlineData("Pendulum-v1", "module", 25)]
    [InlineData("CartPole-v1", "[16]", 60, true)]
    [InlineData("Pendulum-v1", "[7]", 25, true)]
    public void Directions_have_the_same_bits_in_blocks_of_any_size(string id, string hidden, int horizon, bool natural = false)
    {
        using DisposeScope scope = NewDisposeScope();
        EpisodicEnvironment environment = Environment(id);
        foreach (TensorFormat format in (TensorFormat[])[TensorFormat.Float32, TensorFormat.Float64])
        {
            using EpisodicPolicy whole = Create(environment, hidden, format);
            // One row after the other leans more to one side, so that lengths differ more than physics makes them.
            Tensor rows = NumericsTesting.RandomRows(whole, Agents, seed: 15, scale: 0.3);
            (byte[][] expected, long steps) = Directions(environment, whole, rows, horizon, Agents, natural);
            foreach (int size in (int[])[1, 2, 3, 4])
            {
                using EpisodicPolicy policy = Create(environment, hidden, format);
                (byte[][] actual, long same) = Directions(environment, policy, rows, horizon, size, natural);
                Assert.Equal(steps, same);
                for (int i = 0; i < Agents; i++)
                    Assert.True(expected[i].AsSpan().SequenceEqual(actual[i]), $"{format.Dtype}: agent {i} differs in blocks of {size}");
            }
        }
    }

    /// <summary>
    /// So have the gradients and divergences of batches that serve several steps, at parameters that have left those that sampled them.
    /// </summary>
    [Theory]
    [InlineData("CartPole-v1", "[64,64]", 60)]
    [InlineData("CartPole-v1", "[]", 30)]
    [InlineData("Pendulum-v1", "[33,7]", 25)]
    [InlineData("CartPole-v1", "module", 60)]
    [InlineData("Pendulum-v1", "module", 25)]
    public void Batches_have_the_same_bits_in_blocks_of_any_size(string id, string hidden, int horizon)
    {
        using DisposeScope scope = NewDisposeScope();
        EpisodicEnvironment environment = Environment(id);
        foreach (TensorFormat format in (TensorFormat[])[TensorFormat.Float32, TensorFormat.Float64])
        {
            byte[][] expected = Batches(environment, hidden, format, horizon, Agents);
            foreach (int size in (int[])[1, 2, 3, 4])
            {
                byte[][] actual = Batches(environment, hidden, format, horizon, size);
                for (int i = 0; i < Agents; i++)
                    Assert.True(expected[i].AsSpan().SequenceEqual(actual[i]), $"{format.Dtype}: agent {i} differs in blocks of {size}");
            }
        }
    }

    /// <summary>Agents that take no step sample nothing and change nothing for others.</summary>
    [Fact]
    public void Agents_that_rest_change_nothing()
    {
        using DisposeScope scope = NewDisposeScope();
        EpisodicEnvironment environment = Environment("CartPole-v1");
        using EpisodicPolicy policy = Create(environment, "[7]", TensorFormat.Float32);
        Tensor rows = NumericsTesting.RandomRows(policy, Agents, seed: 15, scale: 0.3);
        using var all = Estimator(environment, policy, 0, Agents, 40);
        using var some = Estimator(environment, policy, 0, Agents, 40);
        bool[] active = [true, false, true, true, false, false, true, false];
        _ = NumericsTesting.Directions(some, rows, new BatchKey(0, 0));
        long before = some.EnvSteps;
        Tensor expected = NumericsTesting.Directions(all, rows, new BatchKey(3, 1)),
            actual = NumericsTesting.Directions(some, rows, new BatchKey(3, 1, Active: active));
        for (int i = 0; i < Agents; i++)
        {
            if (active[i]) Assert.Equal(expected[i].Bits(), actual[i].Bits());
        }
        Assert.InRange(some.EnvSteps - before, 1, all.EnvSteps - 1);
    }

    /// <summary>What a batch holds depends on nothing that the oracle did before.</summary>
    [Fact]
    public void A_batch_is_a_function_of_its_key_and_the_parameters()
    {
        using DisposeScope scope = NewDisposeScope();
        EpisodicEnvironment environment = Environment("CartPole-v1");
        using EpisodicPolicy policy = Create(environment, "[7]", TensorFormat.Float32);
        Tensor rows = NumericsTesting.RandomRows(policy, Agents, seed: 15, scale: 0.3),
            others = NumericsTesting.RandomRows(policy, Agents, seed: 16);
        using var fresh = Estimator(environment, policy, 0, Agents, 40);
        using var used = Estimator(environment, policy, 0, Agents, 40);
        for (int k = 0; k < 3; k++) _ = NumericsTesting.Directions(used, others, new BatchKey(k, 0));
        byte[] expected = NumericsTesting.Directions(fresh, rows, new BatchKey(7, 2)).Bits();
        Assert.Equal(expected, NumericsTesting.Directions(used, rows, new BatchKey(7, 2)).Bits());
        Assert.NotEqual(expected, NumericsTesting.Directions(used, rows, new BatchKey(7, 3)).Bits());
        Assert.NotEqual(expected, NumericsTesting.Directions(used, rows, new BatchKey(8, 2)).Bits());
    }

    private static EpisodicEnvironment Environment(string id) =>
        Assert.IsType<EpisodicEnvironment>(EnvTesting.Configure(id, Agents, """{ "heterogeneity": 1 }""").Build());

    private static EpisodicPolicy Create(EpisodicEnvironment environment, string hidden, TensorFormat format)
    {
        if (hidden == "module") return UserModules.Policy(hidden, environment.ObservationSpace, environment.ActionSpace, format);
        int[] sizes = [.. hidden.Trim('[', ']').Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        var encoding = new ObservationEncoding(environment.ObservationSpace);
        return environment.ActionSpace is Box box
            ? new GaussianPolicy(encoding, box, sizes, Activation.Tanh, 1, learnDeviation: true, format)
            : new ObservationSoftmax("neural-softmax", encoding, (Discrete)environment.ActionSpace, sizes, Activation.Tanh, format);
    }

    private static RolloutEstimator Estimator(EpisodicEnvironment environment, EpisodicPolicy policy, int first, int count, int horizon) =>
        new(new EstimatorSetup(environment, policy, first, count, Objective.Reward, NumericsTesting.Entropy(0.1), Seed: 4),
            new SamplerSettings(horizon, 24, ReturnKind.ToGo, Baseline.LeaveOneOut, 0, Objective.Reward));

    /// <summary>Of each agent: the gradient of its local objective, and both its divergences.</summary>
    private static byte[][] Batches(EpisodicEnvironment environment, string hidden, TensorFormat format, int horizon, int size)
    {
        using EpisodicPolicy policy = Create(environment, hidden, format);
        Tensor old = NumericsTesting.RandomRows(policy, Agents, seed: 15, scale: 0.3),
            rows = old.Plus(NumericsTesting.RandomRows(policy, Agents, seed: 17, scale: 0.05));
        Tensor server = old.Plus(NumericsTesting.RandomRows(policy, Agents, seed: 18, scale: 0.05)),
            weight = ones(Agents, dtype: format.Dtype);
        byte[][] bits = new byte[Agents][];
        for (int first = 0; first < Agents; first += size)
        {
            int count = Math.Min(size, Agents - first);
            using var estimator = Estimator(environment, policy, first, count, horizon);
            Tensor own = rows.narrow(0, first, count), gradients = zeros_like(own);
            using SurrogateBatch batch = estimator.Collect(old.narrow(0, first, count), server.narrow(0, first, count), sameRows: false,
                new BatchKey(2, 1));
            batch.Gradients(own, new SurrogatePenalties(weight.narrow(0, first, count), weight.narrow(0, first, count),
                Cap: 1.2), gradients);
            (Tensor divergences, Tensor roots) = batch.Measure(own);
            for (int i = 0; i < count; i++) bits[first + i] = [.. gradients[i].Bits(), .. divergences[i].Bits(), .. roots[i].Bits()];
        }
        return bits;
    }

    private static NaturalRolloutEstimator Natural(EpisodicEnvironment environment, EpisodicPolicy policy, int first, int count,
        int horizon) =>
        new(new EstimatorSetup(environment, policy, first, count, Objective.Reward, NumericsTesting.Entropy(0.1), Seed: 4),
            new SamplerSettings(horizon, 24, ReturnKind.ToGo, Baseline.LeaveOneOut, 0, Objective.Reward),
            new FisherOptions(Damping: 0.01, Iterations: 8));

    private static (byte[][] Rows, long Steps) Directions(EpisodicEnvironment environment, EpisodicPolicy policy, Tensor rows, int horizon,
        int size, bool natural = false)
    {
        byte[][] bits = new byte[Agents][];
        long steps = 0;
        for (int first = 0; first < Agents; first += size)
        {
            int count = Math.Min(size, Agents - first);
            using IGradientEstimator estimator = natural
                ? Natural(environment, policy, first, count, horizon)
                : Estimator(environment, policy, first, count, horizon);
            Tensor directions = NumericsTesting.Directions(estimator, rows.narrow(0, first, count), new BatchKey(2, 1));
            for (int i = 0; i < count; i++) bits[first + i] = directions[i].Bits();
            steps += estimator.EnvSteps;
        }
        return (bits, steps);
    }
}
