using CsCheck;
using FedPG.Envs.Control;
using Xunit;
using static FedPG.Tests.Envs.SteppingTesting;

namespace FedPG.Tests.Envs.Control;

public sealed class CartPoleTests
{
    private static readonly Gen<double[]> States =
        Gen.Select(Gen.Double[-2, 2], Gen.Double[-3, 3], Gen.Double[-3, 3], Gen.Double[-4, 4], (a, b, c, d) => new[] { a, b, c, d });

    [Fact]
    public void Steps_solve_the_equations_of_motion() =>
        Gen.Select(States, Gen.Int[0, 1], Gen.Double[0.1, 20], Gen.Double[0.1, 3], Gen.Double[0.01, 2], Gen.Double[0.1, 2])
            .Sample((state, action, g, cart, pole, half) =>
        {
            var environment =
                new CartPole(new CartPoleOptions { Gravity = g, MassCart = cart, MassPole = pole, Length = half, ForceMag = 7,
                    Tau = 0.01 });
            Reset(environment, 0, state);
            double[] expected = PlainPhysics.CartPole(state, action == 1 ? 7 : -7, g, cart, pole, half, 0.01),
                actual = Step(environment, action).State;
            for (int k = 0; k < 4; k++) Assert.Equal(expected[k], actual[k], 1e-12 * Math.Max(1, Math.Abs(expected[k])));
        }, iter: 2000);

    [Fact]
    public void Energy_drifts_in_proportion_to_the_step_when_nothing_pushes()
    {
        double[] start = [0, 0.3, 1.0, -0.5];
        double coarse = Drift(2e-4), fine = Drift(1e-4);
        Assert.InRange(coarse, 1e-9, 1e-2);
        Assert.InRange(coarse / fine, 1.9, 2.1);

        double Drift(double tau)
        {
            Seen[] seen = Run(new CartPole(new CartPoleOptions { ForceMag = 0, Tau = tau }), 0,
                Constant(1, (int)Math.Round(2 / tau)), start);
            return Math.Abs(PlainPhysics.CartPoleEnergy(seen[^1].State) - PlainPhysics.CartPoleEnergy(start));
        }
    }

    [Fact]
    public void The_mirrored_state_and_push_give_the_mirrored_trajectory_to_the_bit()
    {
        double[] start = [0.3, -0.2, 0.05, 0.4];
        double[][] actions = Actions(new CartPole().ActionSpace, 60, 5), mirrored = [.. actions.Select(a => new[] { 1 - a[0] })];
        Seen[] one = Run(new CartPole(), 0, actions, start), other = Run(new CartPole(), 0, mirrored, [.. start.Select(v => -v)]);
        foreach ((Seen a, Seen b) in one.Zip(other))
        {
            Assert.Equal(a.State, b.State.Select(v => -v));
            Assert.Equal(a.Terminated, b.Terminated);
        }
    }

    [Theory]
    [InlineData(2.39, 0.0, false)]
    [InlineData(2.4001, 0.0, true)]
    [InlineData(-2.4001, 0.0, true)]
    [InlineData(0.0, 0.2094, false)]
    [InlineData(0.0, 0.2095, true)]
    [InlineData(0.0, -0.2095, true)]
    public void Ends_beyond_the_thresholds_and_pays_for_the_last_step(double x, double theta, bool ends)
    {
        var environment = new CartPole();
        Reset(environment, 0, [x, 0, theta, 0]);
        Seen seen = Step(environment, 1);
        Assert.Equal((ends, 1.0), (seen.Terminated, seen.Reward));
    }

    [Fact]
    public void Who_goes_on_where_the_pole_lies_is_paid_for_the_first_step_only()
    {
        var environment = new CartPole();
        for (int episode = 0; episode < 2; episode++)
        {
            Reset(environment, 0, [3, 0, 0, 0]);
            Assert.Equal((1.0, 0.0, 0.0), (Step(environment, 1).Reward, Step(environment, 1).Reward, Step(environment, 1).Reward));
        }
    }

    [Fact]
    public void Starts_are_uniform_within_a_twentieth()
    {
        const int episodes = 4000;
        var environment = new CartPole();
        double[] observation = new double[4], sums = new double[4], squares = new double[4];
        for (int seed = 0; seed < episodes; seed++)
        {
            environment.Reset(seed, observation);
            for (int k = 0; k < 4; k++)
            {
                Assert.InRange(observation[k], -0.05, 0.05);
                sums[k] += observation[k] / 0.05;
                squares[k] += observation[k] * observation[k] / 0.0025;
            }
        }
        // Mean 0 with variance 1/3, mean square 1/3 with variance 4/45; five standard errors, a false
        // alarm in 2 million per figure, were seeds not fixed.
        Assert.All(sums, sum => Assert.InRange(sum / episodes, -5 * Math.Sqrt(1 / 3.0 / episodes), 5 * Math.Sqrt(1 / 3.0 / episodes)));
        Assert.All(squares,
            sum => Assert.InRange((sum / episodes) - (1 / 3.0), -5 * Math.Sqrt(4 / 45.0 / episodes), 5 * Math.Sqrt(4 / 45.0 / episodes)));
    }
}
