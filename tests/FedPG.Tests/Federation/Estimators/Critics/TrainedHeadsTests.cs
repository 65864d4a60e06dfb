using FedPG.Experiments;
using FedPG.Federation.Estimators.Critics;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Estimators.Critics;

/// <summary>Networks that are differentiated without torch against the same networks differentiated by autograd.</summary>
public sealed class TrainedHeadsTests
{
    public TrainedHeadsTests() => set_num_threads(1);

    [Theory]
    [InlineData("CartPole-v1", """{"kind":"neural-softmax","hidden":[64,64],"critic":"own"}""", 37)]
    [InlineData("CartPole-v1", """{"kind":"neural-softmax","hidden":[17,5,9],"critic":"shared","activation":"relu"}""", 5)]
    [InlineData("CartPole-v1", """{"kind":"log-linear","critic":"own"}""", 1)]
    [InlineData("Acrobot-v1", """{"kind":"neural-softmax","hidden":[3],"critic":"own"}""", 6)]
    [InlineData("Pendulum-v1", """{"kind":"gaussian","hidden":[33],"critic":"own"}""", 12)]
    [InlineData("Pendulum-v1", """{"kind":"gaussian","hidden":[40],"critic":"shared","learnStandardDeviation":false}""", 9)]
    [InlineData("MiniGrid-DoorKey-5x5-v0", """{"kind":"neural-softmax","network":"convolution","hidden":[9],"critic":"shared"}""", 7)]
    [InlineData("MiniGrid-GoToDoor-5x5-v0",
        """{"kind":"neural-softmax","network":"convolution","channels":[5,18],"hidden":[],"critic":"own"}""", 3)]
    [InlineData("CartPole-v1",
        """{"kind":"neural-softmax","hidden":[17],"gru":9,"critic":"shared","activation":"relu"}""", 24, 8)]
    [InlineData("Pendulum-v1", """{"kind":"gaussian","hidden":[9,20],"gru":33,"critic":"own"}""", 20, 4)]
    [InlineData("MiniGrid-MemoryS7-v0", """{"kind":"neural-softmax","network":"convolution","hidden":[9],"gru":5,"critic":"own"}""", 12, 4)]
    public void Heads_and_gradients_are_autograds(string environment, string options, int count, int length = 1)
    {
        Experiment experiment = EstimatorsTesting.Read($$"""
            {"name":"heads","dtype":"float64","objective":"reward","environment":{"id":"{{environment}}","agents":3},"policy":{{options}}}
            """);
        using var policy = (EpisodicPolicy)experiment.CreatePolicy(TensorFormat.Float64);
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = NumericsTesting.RandomRows(policy, 3, 1, 0.5);
        Tensor seen = tensor(NumericsTesting.Uniform(2, 3 * 40 * policy.ObservationSize, 1), [3, 40, policy.ObservationSize]);
        using NetworkHeads<double> own = EpisodicCritics.HeadsOf<double>(policy), autograd = new(policy);
        Assert.IsType<TrainedHeads<double>>(own);
        var chosen = new ChosenPairs(null, length == 1 ? 2 : length, count, [true, false, true])
        {
            Sequences = new RolloutSequences(5, length),
        };
        (FixedSlopes first, FixedSlopes second) = (new FixedSlopes(), new FixedSlopes());
        Tensor found = ones_like(rows), expected = ones_like(rows);
        for (int k = 0; k < 2; k++) own.Gradients(rows, seen, chosen, first, found);
        autograd.Gradients(rows, seen, chosen, second, expected);
        EstimatorsTesting.AssertClose(second.Heads, first.Heads[^second.Heads.Count..], 1e-12);
        EstimatorsTesting.AssertClose(expected.Numbers(), found.Numbers(), 1e-11);
        Assert.All(found[1].Numbers(), zero => Assert.Equal(0, zero));
    }

    /// <summary>Slopes that depend on nothing but their places.</summary>
    private sealed class FixedSlopes : IHeadLoss<double>
    {
        public List<double> Heads { get; } = [];

        public void Slopes(int row, ReadOnlySpan<int> pairs, ReadOnlySpan<double> heads, Span<double> slopes)
        {
            Heads.AddRange(heads);
            for (int k = 0; k < slopes.Length; k++) slopes[k] = Math.Sin((row * 31) + pairs[0] + k);
        }
    }
}
