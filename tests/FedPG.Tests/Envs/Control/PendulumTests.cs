using CsCheck;
using FedPG.Envs.Control;
using Xunit;
using static FedPG.Tests.Envs.SteppingTesting;

namespace FedPG.Tests.Envs.Control;

public sealed class PendulumTests
{
    [Fact]
    public void Steps_agree_with_a_plain_computation() =>
        Gen.Select(Gen.Double[-20, 20], Gen.Double[-8, 8], Gen.Double[-4, 4], Gen.Double[1, 20], Gen.Double[0.5, 2], Gen.Double[0.5, 2])
            .Sample((theta, dot, torque, g, m, l) =>
        {
            var environment = new Pendulum(new PendulumOptions { Gravity = g, Mass = m, Length = l });
            Reset(environment, 0, [theta, dot]);
            Seen seen = Step(environment, torque);
            double u = Math.Max(-2, Math.Min(2, torque)), angle = Math.Atan2(Math.Sin(theta), Math.Cos(theta));
            // A rod about its end has inertia m l^2 / 3: theta'' = (m g l / 2 sin(theta) + u) / (m l^2 / 3).
            double speed = dot + (0.05 * ((m * g * l / 2 * Math.Sin(theta)) + u) / (m * l * l / 3));
            speed = Math.Max(-8, Math.Min(8, speed));
            Assert.Equal(speed, seen.State[1], 1e-12);
            Assert.Equal(theta + (0.05 * speed), seen.State[0], 1e-12);
            Assert.Equal(-((angle * angle) + (0.1 * dot * dot) + (0.001 * u * u)), seen.Reward, 1e-11);
            Assert.Equal([Math.Cos(seen.State[0]), Math.Sin(seen.State[0]), seen.State[1]], seen.Observation);
            Assert.False(seen.Terminated);
        }, iter: 2000);

    /// <summary>
    /// Gravity times c^2 and speeds times c make a step of 0.05 s one of 0.05 c s; the method is symplectic, so the energy swings in
    /// proportion to that and does not drift.
    /// </summary>
    [Fact]
    public void Energy_swings_in_proportion_to_the_step_where_no_torque_acts()
    {
        double coarse = Swing(0.02), fine = Swing(0.01);
        Assert.InRange(coarse, 1e-5, 1e-2);
        Assert.InRange(coarse / fine, 1.9, 2.1);

        static double Swing(double scale)
        {
            double gravity = 10 * scale * scale;
            Seen[] seen = Run(new Pendulum(new PendulumOptions { Gravity = gravity }), 0, Constant(0, (int)Math.Round(200 / scale)),
                [1.0, 0.5 * scale]);
            double[] energies = [.. seen.Select(s => ((s.State[1] * s.State[1] / 2) + (1.5 * gravity * Math.Cos(s.State[0]))) / gravity)];
            return energies.Max() - energies.Min();
        }
    }

    [Fact]
    public void The_mirrored_state_and_torque_give_the_mirrored_trajectory()
    {
        double[][] actions = Actions(new Pendulum().ActionSpace, 200, 5), mirrored = [.. actions.Select(a => new[] { -a[0] })];
        Seen[] one = Run(new Pendulum(), 0, actions, [2.5, -0.7]), other = Run(new Pendulum(), 0, mirrored, [-2.5, 0.7]);
        foreach ((Seen a, Seen b) in one.Zip(other))
        {
            Assert.Equal(a.State, b.State.Select(v => -v));
            Assert.Equal(a.Reward, b.Reward, 1e-12);
        }
    }

    [Fact]
    public void Torques_beyond_the_limit_are_clipped()
    {
        double[] start = [1.0, 0.5];
        Assert.Equal(Bits(Run(new Pendulum(), 0, [[2], [-2]], start)), Bits(Run(new Pendulum(), 0, [[7.5], [-1e6]], start)));
    }

    [Fact]
    public void Every_reward_lies_in_the_range_that_is_promised()
    {
        var range = Make("Pendulum-v1").RewardRange;
        Assert.Equal(-16.2736044, range.Minimum, 1e-7);
        for (long seed = 0; seed < 20; seed++)
            Assert.All(Run(new Pendulum(), seed, Actions(new Pendulum().ActionSpace, 200, seed)),
                s => Assert.True(range.Contains(s.Reward)));
    }
}
