using FedPG.Envs;
using FedPG.Envs.Control;
using FedPG.Envs.Wrappers;
using Xunit;
using static FedPG.Tests.Envs.SteppingTesting;

namespace FedPG.Tests.Envs.Wrappers;

public sealed class WrapperTests
{
    [Fact]
    public void Time_limits_truncate_and_change_nothing_else()
    {
        double[][] actions = Actions(new Pendulum().ActionSpace, 30, 1);
        Seen[] plain = Run(new Pendulum(), 4, actions), limited = Run(new TimeLimit(new Pendulum(), 7), 4, actions);
        Assert.Equal(Enumerable.Range(1, 30).Select(t => t >= 7), limited.Select(s => s.Truncated));
        Assert.Equal(plain.Select(s => s.Reward), limited.Select(s => s.Reward));
        Assert.Equal(plain.SelectMany(s => s.Observation), limited.SelectMany(s => s.Observation));

        // The count begins anew with an episode, and an end of its own and the limit may fall together.
        var environment = new TimeLimit(new MountainCar(), 2);
        for (int episode = 0; episode < 3; episode++)
        {
            Reset(environment, episode);
            Assert.Equal([false, true], new[] { Step(environment, 1), Step(environment, 1) }.Select(s => s.Truncated));
        }
        var short_ = new TimeLimit(new MountainCar(), 1);
        Reset(short_, 0);
        environment.Find<IStatefulEnvironment>()!.WriteState([0.4, 0.07], new double[2]);
        ((IStatefulEnvironment)short_.Inner).WriteState([0.49, 0.07], new double[2]);
        Seen both = Step(short_, 2);
        Assert.Equal((true, true), (both.Terminated, both.Truncated));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TimeLimit(new MountainCar(), 0));
    }

    [Fact]
    public void Order_is_enforced_with_reasons()
    {
        var environment = new OrderEnforcing(new TimeLimit(new CartPole(), 3));
        Assert.Contains("before the first Reset", Assert.Throws<InvalidOperationException>(() => Step(environment, 0)).Message,
            StringComparison.Ordinal);
        Reset(environment, 0);
        Assert.Contains("[2] is not in Discrete(2)", Assert.Throws<ArgumentException>(() => Step(environment, 2)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Step(environment, 0, 1));
        Assert.Throws<ArgumentException>(() => environment.Step([0], new double[3]));
        Assert.Throws<ArgumentException>(() => environment.Reset(0, new double[5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => environment.Reset(-1, new double[4]));
        for (int t = 0; t < 3; t++) _ = Step(environment, 0);
        Assert.Contains("after the end of an episode", Assert.Throws<InvalidOperationException>(() => Step(environment, 0)).Message,
            StringComparison.Ordinal);
        Reset(environment, 1);
        Assert.False(Step(environment, 0).Truncated);

        var continuous = new OrderEnforcing(new Pendulum());
        Reset(continuous, 0);
        _ = Step(continuous, 3);
        Assert.Throws<ArgumentException>(() => Step(continuous, double.NaN));
    }

    [Fact]
    public void Statistics_are_sums_over_whole_episodes()
    {
        var environment = new RecordEpisodeStatistics(new TimeLimit(new CartPole(), 20));
        double[][] actions = Actions(environment.ActionSpace, 1000, 2);
        double total = 0;
        int steps = 0, episodes = 0, length = 0;
        Reset(environment, 0);
        foreach (double[] action in actions)
        {
            Seen seen = Step(environment, action);
            (steps, length, total) = (steps + 1, length + 1, total + seen.Reward);
            Assert.Equal((length, (double)length), (environment.Length, environment.Return));
            if (!seen.Terminated && !seen.Truncated) continue;
            (episodes, length) = (episodes + 1, 0);
            Reset(environment, episodes);
        }
        Assert.True(episodes > 10);
        Assert.Equal((episodes, steps - length, total - length), (environment.Episodes, environment.TotalLength, environment.TotalReturn));
        // What is broken off counts for nothing.
        Reset(environment, 0);
        _ = Step(environment, 1);
        Reset(environment, 0);
        Assert.Equal((episodes, 0, 0.0), (environment.Episodes, environment.Length, environment.Return));
    }

    [Fact]
    public void Transforms_change_what_is_seen_and_paid_and_not_what_happens()
    {
        double[][] actions = Actions(new Pendulum().ActionSpace, 50, 1);
        var environment = new RewardTransform(
            new ObservationTransform(new Pendulum(), Box.Of(1, -8, 8), (from, to) => to[0] = from[2]), reward => 1 + (reward / 17));
        Assert.Equal((Box.Of(1, -8, 8), new Pendulum().ActionSpace), (environment.ObservationSpace, environment.ActionSpace));
        Seen[] plain = Run(new Pendulum(), 4, actions), seen = Run(environment, 4, actions);
        Assert.Equal(plain.Select(s => s.Observation[2]), seen.Select(s => s.Observation[0]));
        Assert.Equal(plain.Select(s => 1 + (s.Reward / 17)), seen.Select(s => s.Reward));
        Assert.IsType<Pendulum>(environment.Find<Pendulum>());
        Assert.IsType<ObservationTransform>(environment.Find<ObservationTransform>());
        Assert.Null(environment.Find<TimeLimit>());
    }
}
