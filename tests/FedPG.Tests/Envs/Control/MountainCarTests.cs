using CsCheck;
using FedPG.Envs.Control;
using Xunit;
using static FedPG.Tests.Envs.SteppingTesting;

namespace FedPG.Tests.Envs.Control;

public sealed class MountainCarTests
{
    [Fact]
    public void Steps_agree_with_a_plain_computation() =>
        Gen.Select(Gen.Double[-1.2, 0.6], Gen.Double[-0.07, 0.07], Gen.Int[0, 2], Gen.Double[0, 0.01], Gen.Double[0, 0.01])
            .Sample((x, v, action, gravity, force) =>
        {
            var environment = new MountainCar(new MountainCarOptions { Gravity = gravity, Force = force });
            Reset(environment, 0, [x, v]);
            Seen seen = Step(environment, action);
            double speed = Math.Max(-0.07, Math.Min(0.07, v + ((action - 1) * force) - (gravity * Math.Cos(3 * x))));
            double place = Math.Max(-1.2, Math.Min(0.6, x + speed));
            if (place == -1.2) speed = Math.Max(0, speed);
            Assert.Equal(place, seen.State[0], 1e-15);
            Assert.Equal(speed, seen.State[1], 1e-15);
            Assert.Equal(-1, seen.Reward);
            Assert.Equal(seen.State[0] >= 0.5 && seen.State[1] >= 0, seen.Terminated);
            Assert.Equal(seen.State, seen.Observation);
        }, iter: 2000);

    [Fact]
    public void Energy_swings_in_proportion_to_the_step_where_the_engine_rests()
    {
        // Half the root of gravity is half the step in the valley's own time.
        double coarse = Swing(1e-6), fine = Swing(0.25e-6);
        Assert.InRange(coarse, 1e-6, 1e-2);
        Assert.InRange(coarse / fine, 1.9, 2.1);

        static double Swing(double gravity)
        {
            Seen[] seen = Run(new MountainCar(new MountainCarOptions { Gravity = gravity, Force = 0 }), 0,
                Constant(1, (int)(30 / Math.Sqrt(gravity))), [-0.8, 0]);
            double[] energies = [.. seen.Select(s => ((s.State[1] * s.State[1] / 2) + (gravity / 3 * Math.Sin(3 * s.State[0]))) / gravity)];
            return energies.Max() - energies.Min();
        }
    }

    [Fact]
    public void The_valley_is_symmetric_about_its_lowest_point()
    {
        const double bottom = -Math.PI / 6;
        double[][] actions = Actions(new MountainCar().ActionSpace, 40, 5), mirrored = [.. actions.Select(a => new[] { 2 - a[0] })];
        Seen[] one = Run(new MountainCar(), 0, actions, [bottom + 0.1, 0.01]),
            other = Run(new MountainCar(), 0, mirrored, [bottom - 0.1, -0.01]);
        foreach ((Seen a, Seen b) in one.Zip(other))
        {
            Assert.Equal(a.State[0] - bottom, bottom - b.State[0], 1e-13);
            Assert.Equal(a.State[1], -b.State[1], 1e-13);
        }
    }

    [Fact]
    public void The_left_wall_stops_the_car_and_the_goal_asks_for_its_velocity()
    {
        var environment = new MountainCar();
        Reset(environment, 0, [-1.19, -0.07]);
        Assert.Equal([-1.2, 0], Step(environment, 0).State);
        Reset(environment, 0, [0.49, 0.03]);
        Assert.True(Step(environment, 2).Terminated);
        var fast = new MountainCar(new MountainCarOptions { GoalVelocity = 0.05 });
        Reset(fast, 0, [0.49, 0.03]);
        Assert.False(Step(fast, 2).Terminated);
    }

    [Fact]
    public void Starts_lie_in_the_valley_at_rest()
    {
        double[] observation = new double[2];
        var environment = new MountainCar();
        for (int seed = 0; seed < 500; seed++)
        {
            environment.Reset(seed, observation);
            Assert.InRange(observation[0], -0.6, -0.4);
            Assert.Equal(0, observation[1]);
        }
    }
}
