using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Control;
using FedPG.Envs.Episodic;
using Xunit;
using static FedPG.Tests.Envs.SteppingTesting;

namespace FedPG.Tests.Envs.Control;

/// <summary>Agents that share their dynamics and want different things.</summary>
public sealed class GoalTests
{
    [Fact]
    public void A_cart_is_paid_less_the_farther_it_is_from_its_target_and_moves_as_ever()
    {
        double[][] actions = Actions(new CartPole().ActionSpace, 60, 3);
        Seen[] plain = Run(new CartPole(), 1, actions, [0.3, 0, 0, 0]),
            own = Run(new CartPole(new CartPoleOptions { Target = -1.5, TargetShare = 0.4 }), 1, actions, [0.3, 0, 0, 0]);
        foreach ((Seen a, Seen b) in plain.Zip(own).TakeWhile(pair => !pair.First.Terminated))
        {
            Assert.Equal(a.State, b.State);
            Assert.Equal(1, a.Reward);
            Assert.Equal(1 - (0.4 * Math.Min(1, Math.Abs(b.State[0] + 1.5) / 2.4)), b.Reward, 1e-15);
        }
    }

    /// <summary>
    /// Whatever the goal, a step pays between 0 and 1, nothing where the pole lies already, and without a share the goal is none.
    /// </summary>
    [Fact]
    public void A_cart_s_goal_leaves_the_range_of_rewards_and_the_end()
    {
        double[][] actions = Constant(1, 200);
        foreach (double share in (double[])[0, 0.3, 1])
        {
            Seen[] seen = Run(new CartPole(new CartPoleOptions { Target = -2.4, TargetShare = share }), 1, actions, [2.0, 1.0, 0, 0]);
            int end = Array.FindIndex(seen, s => s.Terminated);
            Assert.InRange(end, 1, 198);
            Assert.All(seen[..(end + 1)], s => Assert.Equal(1 - (share * Math.Min(1, (s.State[0] + 2.4) / 2.4)), s.Reward, 1e-15));
            Assert.All(seen[..(end + 1)], s => Assert.InRange(s.Reward, 0, 1));
            Assert.Equal(0, seen[end + 1].Reward);
        }
    }

    [Fact]
    public void A_pendulum_that_is_to_hang_is_paid_for_the_angle_from_there()
    {
        foreach (double theta in (double[])[Math.PI, 2.0, 0.3, -3.0, 20])
        {
            double shifted = Step(At(new Pendulum(), theta - 2.5), 0).Reward;
            Assert.Equal(shifted, Step(At(new Pendulum(new PendulumOptions { TargetAngle = 2.5 }), theta), 0).Reward, 1e-12);
        }

        static Pendulum At(Pendulum pendulum, double theta)
        {
            Reset(pendulum, 0, [theta, 0.4]);
            return pendulum;
        }
    }

    [Fact]
    public void A_nearer_goal_ends_the_car_s_and_the_acrobot_s_episode_earlier_on_the_same_path()
    {
        double[][] right = Constant(2, 60);
        Seen[] car = Run(new MountainCar(new MountainCarOptions { GoalPosition = -0.35 }), 0, right, [-0.45, 0.0]),
            far = Run(new MountainCar(), 0, right, [-0.45, 0.0]);
        int first = Array.FindIndex(car, s => s.Terminated);
        Assert.True(first > 0);
        Assert.True(car[first].State[0] >= -0.35 && car[first - 1].State[0] < -0.35);
        Assert.Equal(far[first].State, car[first].State);
        Assert.False(far[first].Terminated);

        double[] swinging = [2.0, 0.3, 1.0, 0.0];
        Seen low = Step(At(new Acrobot(new AcrobotOptions { GoalHeight = -1 }), swinging), 1),
            high = Step(At(new Acrobot(new AcrobotOptions { GoalHeight = 1.9 }), swinging), 1);
        double tip = -Math.Cos(low.State[0]) - Math.Cos(low.State[0] + low.State[1]);
        Assert.InRange(tip, -1, 1.9);
        Assert.Equal((true, 0.0), (low.Terminated, low.Reward));
        Assert.Equal((false, -1.0), (high.Terminated, high.Reward));
        Assert.Equal(low.State, high.State);

        static Acrobot At(Acrobot acrobot, double[] state)
        {
            Reset(acrobot, 0, state);
            return acrobot;
        }
    }

    /// <summary>Where no part of a reward is for the target, one would do nothing.</summary>
    [Theory]
    [InlineData("""{ "target": 1 }""", "target", "1")]
    [InlineData("""{ "target": [1, 0] }""", "target", "[1, 0]")]
    [InlineData("""{ "target": 1, "targetShare": 0 }""", "target", "1")]
    [InlineData("""{ "spread": { "target": [-1, 1] } }""", "spread.target", "[-1, 1]")]
    public void A_cart_s_target_needs_a_share(string options, string key, string value)
    {
        ValidationError fault = Assert.Single(EnvTesting.ErrorsOf("CartPole-v1", 2, options));
        Assert.Equal(($"environment.options.{key}", value), (fault.KeyPath, fault.Value?.Replace(",", ", ", StringComparison.Ordinal)));
        Assert.Contains("does nothing while targetShare is 0; give targetShare as well", fault.Allowed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "target": [1, 0], "targetShare": 0.5 }""")]
    [InlineData("""{ "target": 0 }""")]
    [InlineData("""{ "spread": { "target": [-1, 1] }, "targetShare": 0.1 }""")]
    [InlineData("""{ "spread": { "target": [-1, 1], "targetShare": [0, 1] } }""")]
    [InlineData("""{ "spread": { "target": [-1, 1], "targetShare": [0, 1] }, "heterogeneity": 0 }""")]
    public void With_one_it_is_allowed(string options)
    {
        ConfiguredEnvironment configured = EnvTesting.Configure("CartPole-v1", 2, options);
        Assert.NotNull(EnvTesting.Configure("CartPole-v1", 2, configured.ResolvedOptions.ToJsonString()));
    }

    [Theory]
    [InlineData("CartPole-v1", "targetShare", "[0.1, 1]")]
    [InlineData("Pendulum-v1", "targetAngle", "[-0.5, 0.5]")]
    [InlineData("MountainCar-v0", "goalPosition", "[0.4, 0.5]")]
    [InlineData("Acrobot-v1", "goalHeight", "[0.5, 1]")]
    public void Goals_come_as_lists_and_are_drawn_from_ranges(string id, string key, string range)
    {
        var listed = (EpisodicEnvironment)EnvTesting.Configure(id, 2, $$"""{ "{{key}}": {{range}} }""").Build();
        Assert.Equal(2, listed.Parameters[key].Distinct().Count());
        var drawn =
            (EpisodicEnvironment)EnvTesting.Configure(id, 5, $$"""{ "heterogeneity": 1, "spread": { "{{key}}": {{range}} } }""").Build();
        Assert.Equal(5, drawn.Parameters[key].Distinct().Count());
    }
}
