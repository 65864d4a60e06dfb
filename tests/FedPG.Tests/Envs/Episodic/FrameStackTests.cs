using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Tests.Federation.Estimators;
using Xunit;

namespace FedPG.Tests.Envs.Episodic;

public sealed class FrameStackTests
{
    [Fact]
    public void The_latest_observations_stand_at_each_place_oldest_first()
    {
        var environment = new FrameStack(new Counter(), 3);
        Assert.Equal(
            new NamedSpaces(("image", Box.Of([2, 6], 0, 99)), ("phase", new Discrete(100))), environment.ObservationSpace);
        double[] seen = new double[13];
        environment.Reset(4, seen);
        // Time 0 stands for what came before: place k holds 10 k + time.
        Assert.Equal([0, 10, 0, 10, 0, 10, 20, 30, 20, 30, 20, 30, 0], seen);
        environment.Step([0], seen);
        Assert.Equal([0, 10, 0, 10, 1, 11, 20, 30, 20, 30, 21, 31, 1], seen);
        for (int t = 0; t < 3; t++) environment.Step([0], seen);
        Assert.Equal([2, 12, 3, 13, 4, 14, 22, 32, 23, 33, 24, 34, 4], seen);
        environment.Reset(4, seen);
        Assert.Equal([0, 10, 0, 10, 0, 10, 20, 30, 20, 30, 20, 30, 0], seen);
    }

    [Fact]
    public void An_experiment_stacks_by_its_options()
    {
        using FedPG.Policies.Policy policy = EstimatorsTesting.Read("""
            {"name":"s","objective":"reward","environment":{"id":"CartPole-v1","agents":1,"frameStack":{"frames":4}},
             "policy":{"kind":"neural-softmax","hidden":[5]}}
            """).CreatePolicy(FedPG.Policies.TensorFormat.Float32);
        Assert.Equal([16, 5], policy.Layout.Slices[0].Shape);
        Assert.Throws<InvalidInputException>(() => EstimatorsTesting.Read("""
            {"name":"s","environment":{"id":"GridWorld-v0","frameStack":{"frames":4}}}
            """));
    }

    /// <summary>Shows at place k the number 10 k + time, and the time.</summary>
    private sealed class Counter : IEnvironment
    {
        private int _time;

        public Space ObservationSpace { get; } = new NamedSpaces(("image", Box.Of([2, 2], 0, 99)), ("phase", new Discrete(100)));

        public Space ActionSpace { get; } = new Discrete(1);

        public void Reset(long seed, Span<double> observation)
        {
            _time = 0;
            Show(observation);
        }

        public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
        {
            _time++;
            Show(observation);
            return new StepResult(0, false);
        }

        private void Show(Span<double> observation)
        {
            for (int k = 0; k < 4; k++) observation[k] = (10 * k) + _time;
            observation[4] = _time;
        }
    }
}
