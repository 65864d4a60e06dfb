using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using Xunit;
using static FedPG.Tests.Envs.SteppingTesting;

namespace FedPG.Tests.Envs.Episodic;

public sealed class VectorEnvironmentTests
{
    private const int Steps = 700;

    [Theory]
    [InlineData("CartPole-v1")]
    [InlineData("Pendulum-v1")]
    [InlineData("FrozenLake-v1")]
    public void Lanes_are_what_each_gives_alone_with_a_reset_in_the_step_after_an_end(string id)
    {
        EpisodicEnvironment environment = Make(id, 2,
            id == "FrozenLake-v1" ? """{ "heterogeneity": 0.5 }""" : """{ "heterogeneity": 1 }""");
        const int lanes = 3;
        var vector = new VectorEnvironment(environment, 1, lanes);
        var lane = new Lanes(vector);
        double[][][] actions = [.. Enumerable.Range(0, lanes).Select(b => Actions(environment.ActionSpace, Steps, b))];
        lane.Reset(42);
        IEnvironment[] alone = [.. Enumerable.Range(0, lanes).Select(_ => environment.Create(1))];
        int[] taken = new int[lanes], episodes = new int[lanes];
        bool[] ended = new bool[lanes];
        for (int b = 0; b < lanes; b++) Begin(b);
        int ends = 0;
        for (int t = 0; t < Steps; t++)
        {
            lane.Step([.. actions.SelectMany(a => a[t])]);
            for (int b = 0; b < lanes; b++)
            {
                if (ended[b])
                {
                    Assert.Equal((0.0, false, false), (lane.Rewards[b], lane.Terminated[b], lane.Truncated[b]));
                    Begin(b);
                    continue;
                }
                Seen seen = Step(alone[b], actions[b][t]);
                bool truncated = ++taken[b] >= environment.StepLimit;
                Assert.Equal(seen.Observation, lane.Observation(b));
                Assert.Equal((seen.Reward, seen.Terminated, truncated), (lane.Rewards[b], lane.Terminated[b], lane.Truncated[b]));
                ended[b] = seen.Terminated || truncated;
                ends += ended[b] ? 1 : 0;
            }
        }
        Assert.True(ends >= lanes, "no episode ended");

        void Begin(int b)
        {
            double[] observation = new double[environment.ObservationSpace.Size];
            alone[b].Reset(EpisodeSeeds.Of(42, b, episodes[b]++), observation);
            (taken[b], ended[b]) = (0, false);
            Assert.Equal(observation, lane.Observation(b));
        }
    }

    [Fact]
    public void A_lane_is_the_same_however_many_there_are_and_after_a_reset()
    {
        EpisodicEnvironment environment = Make("CartPole-v1");
        Lanes few = new(new VectorEnvironment(environment, 0, 2)), many = new(new VectorEnvironment(environment, 0, 5));
        double[] action = [1, 0, 1, 0, 1];
        for (int round = 0; round < 2; round++)
        {
            few.Reset(9);
            many.Reset(9);
            for (int t = 0; t < 100; t++)
            {
                few.Step(action[..2]);
                many.Step(action);
                Assert.Equal(few.Observations, many.Observations[..8]);
                Assert.Equal(few.Terminated, many.Terminated[..2]);
            }
        }
    }

    [Fact]
    public void Without_autoreset_a_lane_stays_where_it_ended()
    {
        Lanes lanes = new(new VectorEnvironment(Make("CartPole-v1"), 0, 2, AutoresetMode.Disabled));
        lanes.Reset(1);
        while (!lanes.Terminated[0]) lanes.Step([1, 0]);
        double[] last = lanes.Observation(0);
        for (int t = 0; t < 5; t++)
        {
            lanes.Step([0, 1]);
            Assert.Equal(last, lanes.Observation(0));
            Assert.Equal((0.0, true), (lanes.Rewards[0], lanes.Terminated[0]));
        }
        lanes.Reset(1);
        lanes.Step([1, 0]);
        Assert.False(lanes.Terminated[0]);
    }

    [Fact]
    public void Steps_before_a_reset_and_spans_that_do_not_fit_are_refused()
    {
        EpisodicEnvironment environment = Make("CartPole-v1");
        Lanes lanes = new(new VectorEnvironment(environment, 0, 2));
        Assert.Throws<InvalidOperationException>(() => lanes.Step([0, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => lanes.Reset(-1));
        lanes.Reset(0);
        Assert.Throws<ArgumentException>(() => lanes.Step([0, 0, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VectorEnvironment(environment, 0, 0));
    }

    /// <summary>The spans of a vectorised environment, kept in arrays.</summary>
    private sealed class Lanes(VectorEnvironment environment)
    {
        public double[] Observations { get; } = new double[environment.Lanes * environment.ObservationSpace.Size];

        public double[] Rewards { get; } = new double[environment.Lanes];

        public bool[] Terminated { get; } = new bool[environment.Lanes];

        public bool[] Truncated { get; } = new bool[environment.Lanes];

        public double[] Observation(int lane) =>
            Observations.AsSpan(lane * environment.ObservationSpace.Size, environment.ObservationSpace.Size).ToArray();

        public void Reset(long seed)
        {
            environment.Reset(seed, Observations);
            Array.Clear(Terminated);
        }

        public void Step(double[] actions) =>
            environment.Step(actions, new LaneResults { Observations = Observations, Rewards = Rewards, Terminated = Terminated,
                Truncated = Truncated });
    }
}
