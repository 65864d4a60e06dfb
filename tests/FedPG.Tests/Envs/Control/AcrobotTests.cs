using CsCheck;
using FedPG.Envs.Control;
using Xunit;
using static FedPG.Tests.Envs.SteppingTesting;

namespace FedPG.Tests.Envs.Control;

public sealed class AcrobotTests
{
    private static readonly Gen<double[]> States =
        Gen.Select(Gen.Double[-3, 3], Gen.Double[-3, 3], Gen.Double[-4, 4], Gen.Double[-8, 8], (a, b, c, d) => new[] { a, b, c, d });

    [Fact]
    public void Steps_solve_the_equations_of_motion() =>
        Gen.Select(States, Gen.Int[0, 2], Gen.Double[1, 15], Gen.Double[0.5, 2], Gen.Double[0.5, 2], Gen.Double[0.3, 0.9])
            .Sample((state, action, g, m1, m2, c2) =>
        {
            var environment = new Acrobot(new AcrobotOptions
            {
                Gravity = g, LinkLength1 = 1.2, LinkMass1 = m1, LinkMass2 = m2, LinkCentre1 = 0.6, LinkCentre2 = c2,
                LinkInertia = 0.8, Torque = 3,
            });
            Reset(environment, 0, state);
            double[] expected = PlainPhysics.Acrobot(state, 3 * (action - 1), g, m1, m2, 1.2, 0.6, c2, 0.8),
                actual = Step(environment, action).State;
            for (int k = 0; k < 2; k++) Assert.Equal(0, Math.IEEERemainder(expected[k] - actual[k], 2 * Math.PI), 1e-10);
            Assert.Equal(Math.Clamp(expected[2], -4 * Math.PI, 4 * Math.PI), actual[2], 1e-10);
            Assert.Equal(Math.Clamp(expected[3], -9 * Math.PI, 9 * Math.PI), actual[3], 1e-10);
            Assert.InRange(actual[0], -Math.PI, Math.PI);
            Assert.InRange(actual[1], -Math.PI, Math.PI);
        }, iter: 2000);

    /// <summary>
    /// With gravity times c^2 and speeds times c, a step of 0.2 s is one of 0.2 c s of the original
    /// system: energy is kept as well as by so short a step.
    /// </summary>
    [Fact]
    public void Energy_is_conserved_where_no_torque_acts()
    {
        const double scale = 0.02, gravity = 9.8 * scale * scale;
        double[] start = [1.0, -0.7, 0.5 * scale, 1.0 * scale];
        double[][] actions = Constant(1, 2000);
        Seen[] seen = Run(new Acrobot(new AcrobotOptions { Gravity = gravity }), 0, actions, start);
        double energy = PlainPhysics.AcrobotEnergy(start, gravity), unit = gravity;
        Assert.All(seen, s => Assert.Equal(energy / unit, PlainPhysics.AcrobotEnergy(s.State, gravity) / unit, 1e-7));
        Assert.True(seen.Max(s => s.State[0]) - seen.Min(s => s.State[0]) > 1, "the links did not move");
    }

    [Fact]
    public void The_mirrored_state_and_torque_give_the_mirrored_trajectory()
    {
        double[] start = [0.3, -0.2, 0.5, 0.4];
        double[][] actions = Actions(new Acrobot().ActionSpace, 40, 5), mirrored = [.. actions.Select(a => new[] { 2 - a[0] })];
        Seen[] one = Run(new Acrobot(), 0, actions, start), other = Run(new Acrobot(), 0, mirrored, [.. start.Select(v => -v)]);
        foreach ((Seen a, Seen b) in one.Zip(other))
        {
            // cos(theta - pi/2), as the source writes the sine, is odd but for rounding.
            for (int k = 0; k < 4; k++) Assert.Equal(a.State[k], -b.State[k], 1e-9);
        }
    }

    [Fact]
    public void The_goal_is_a_tip_above_the_bar_and_costs_nothing()
    {
        int goals = 0;
        States.Sample(state =>
        {
            var environment = new Acrobot();
            Reset(environment, 0, state);
            Seen seen = Step(environment, 2);
            bool above = -Math.Cos(seen.State[0]) - Math.Cos(seen.State[0] + seen.State[1]) > 1;
            Assert.Equal((above, above ? 0.0 : -1.0), (seen.Terminated, seen.Reward));
            double[] expected = [Math.Cos(seen.State[0]), Math.Sin(seen.State[0]), Math.Cos(seen.State[1]), Math.Sin(seen.State[1]),
                seen.State[2], seen.State[3]];
            Assert.Equal(expected, seen.Observation);
            if (above) Interlocked.Increment(ref goals);
        }, iter: 500);
        Assert.InRange(goals, 1, 499);
    }

    [Fact]
    public void Speeds_are_clipped_and_far_angles_are_wrapped_at_once()
    {
        var environment = new Acrobot();
        Reset(environment, 0, [1e9, 5, 1e8, -1e9]);
        double[] state = Step(environment, 0).State;
        Assert.All(state[..2], angle => Assert.InRange(angle, -Math.PI, Math.PI));
        Assert.InRange(state[2], -4 * Math.PI, 4 * Math.PI);
        Assert.InRange(state[3], -9 * Math.PI, 9 * Math.PI);
    }

    [Fact]
    public void Noise_of_the_torque_follows_the_seed()
    {
        double[][] actions = Actions(new Acrobot().ActionSpace, 20, 1);
        double[] start = [0.1, 0, 0, 0];
        long[] Trace(long seed, double noise) => Bits(Run(new Acrobot(new AcrobotOptions { TorqueNoise = noise }), seed, actions, start));
        Assert.Equal(Trace(3, 0.5), Trace(3, 0.5));
        Assert.NotEqual(Trace(3, 0.5), Trace(4, 0.5));
        Assert.Equal(Trace(3, 0), Trace(4, 0));
    }
}
