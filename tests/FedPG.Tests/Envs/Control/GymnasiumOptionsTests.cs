using FedPG.Core.Options;
using FedPG.Envs.Control;
using FedPG.Envs.Tabular;
using Xunit;
using static FedPG.Tests.Envs.SteppingTesting;

namespace FedPG.Tests.Envs.Control;

/// <summary>Options of Gymnasium's environments. Literal numbers were computed by a program of its own from the public formulae.</summary>
public sealed class GymnasiumOptionsTests
{
    [Fact]
    public void CartPole_integrates_velocities_first_where_asked()
    {
        var environment = new CartPole(new CartPoleOptions { KinematicsIntegrator = "semi-implicit-euler" });
        Reset(environment, 0, [0.1, -0.2, 0.03, 0.4]);
        _ = Step(environment, 1);
        _ = Step(environment, 0);
        AssertNear([0.09574866609499985, -0.006364338885606918, 0.04353237762509054, 0.14006270979920055], Step(environment, 1).State);
    }

    [Fact]
    public void CartPole_pays_as_in_the_book_where_asked()
    {
        var options = new CartPoleOptions { SuttonBartoReward = true };
        var environment = new CartPole(options);
        Reset(environment, 0, [2.3, 0, 0, 0]);
        Assert.Equal(0, Step(environment, 1).Reward);
        Reset(environment, 0, [2.41, 0, 0, 0]);
        Assert.Equal((-1.0, true), (Step(environment, 1).Reward, Step(environment, 1).Terminated));
        Assert.Equal(new NumberRange(-1, 0), CartPole.Create(1, options).RewardRange);
        Assert.Equal(NumberRange.UnitInterval, CartPole.Create(1).RewardRange);
        Assert.Single(EnvTesting.ErrorsOf("CartPole-v1", 1, """{ "suttonBartoReward": true, "targetShare": 0.5 }"""));
    }

    [Theory]
    [InlineData("book", 0.4507681690697263, -0.6433841732793704, 0.3759528895581239, 0.9746237908225962)]
    [InlineData("nips", 0.4539792730232897, -0.65159647890497, 0.4008311529254548, 0.9114596984908566)]
    public void Acrobot_moves_by_the_book_or_by_the_paper(string equations, params double[] expected)
    {
        var environment = new Acrobot(new AcrobotOptions { BookOrNips = equations });
        Reset(environment, 0, [0.3, -0.7, 1.1, -0.4]);
        AssertNear(expected, Step(environment, 2).State);
    }

    [Fact]
    public void MountainCarContinuous_takes_a_force_and_charges_its_square()
    {
        var environment = new MountainCarContinuous();
        Reset(environment, 0, [-0.5, 0.01]);
        (double Force, double[] State, double Reward)[] expected =
        [
            (0.7, [-0.48912684300416925, 0.010873156995830743], -0.049), (-0.3, [-0.47896176490995723, 0.010165078094211993], -0.009),
            (1, [-0.4676304647448507, 0.011331300165106546], -0.1),
        ];
        foreach ((double force, double[] state, double reward) in expected)
        {
            Seen seen = Step(environment, force);
            AssertNear(state, seen.State);
            Assert.Equal((reward, false), (Math.Round(seen.Reward, 15), seen.Terminated));
        }
        Reset(environment, 0, [0.44, 0.03]);
        Seen last = Step(environment, 2);
        Assert.Equal((99.9, true), (last.Reward, last.Terminated));
        Reset(environment, 0, [-1.19, -0.07]);
        Assert.Equal([-1.2, 0], Step(environment, -1).State);
    }

    [Fact]
    public void Taxi_takes_both_probabilities()
    {
        FiniteMdp mdp = EnvTesting.Make("Taxi-v4", 1,
            """{ "rainy": true, "rainyProbability": 0.5, "fickle": true, "fickleProbability": 0.9 }""");
        // From (2, 2), south, the passenger on board wants to go to 1: half of the moves arrive; of these 0.1 keep the destination.
        int from = Index(2, 2), south = Index(3, 2);
        Assert.Equal(0.05, EnvTesting.Probability(mdp.Agents[0].Kernel, from + 1, 0, 500 + south + 1), 1e-15);
        Assert.Equal(0.15, EnvTesting.Probability(mdp.Agents[0].Kernel, from + 1, 0, 500 + south + 3), 1e-15);
        Assert.Equal(2, EnvTesting.ErrorsOf("Taxi-v4", 1, """{ "rainyProbability": 0.5, "fickleProbability": 0.9 }""").Count);

        static int Index(int row, int column) => ((((row * 5) + column) * 5) + 4) * 4;
    }

    /// <summary>Gymnasium's names of options are no names of ours, and lead to them.</summary>
    [Theory]
    [InlineData("CartPole-v1", "sutton_barto_reward", "suttonBartoReward")]
    [InlineData("CartPole-v1", "kinematics_integrator", "kinematicsIntegrator")]
    [InlineData("CartPole-v1", "masscart", "massCart")]
    [InlineData("CartPole-v1", "force_mag", "forceMag")]
    [InlineData("Acrobot-v1", "book_or_nips", "bookOrNips")]
    [InlineData("Acrobot-v1", "torque_noise_max", "torqueNoise")]
    [InlineData("Acrobot-v1", "LINK_LENGTH_1", "linkLength1")]
    [InlineData("MountainCar-v0", "goal_velocity", "goalVelocity")]
    [InlineData("MountainCarContinuous-v0", "goal_velocity", "goalVelocity")]
    [InlineData("Pendulum-v1", "g", "gravity")]
    [InlineData("Taxi-v4", "is_rainy", "rainy")]
    [InlineData("Taxi-v4", "fickle_passenger", "fickle")]
    [InlineData("Taxi-v4", "rainy_probability", "rainyProbability")]
    [InlineData("Taxi-v4", "fickle_probability", "fickleProbability")]
    [InlineData("FrozenLake-v1", "is_slippery", "slippery")]
    [InlineData("FrozenLake-v1", "map_name", "map")]
    [InlineData("FrozenLake-v1", "success_rate", "successRate")]
    [InlineData("FrozenLake-v1", "reward_schedule", "rewardSchedule")]
    [InlineData("CliffWalking-v1", "is_slippery", "slippery")]
    public void The_names_of_Gymnasium_lead_to_ours(string id, string name, string ours)
    {
        ValidationError error = Assert.Single(EnvTesting.ErrorsOf(id, 1, $$"""{ "{{name}}": 1 }"""));
        Assert.Contains($"the nearest key is \"{ours}\"", error.Allowed, StringComparison.Ordinal);
    }

    private static void AssertNear(double[] expected, double[] actual)
    {
        for (int k = 0; k < expected.Length; k++) Assert.Equal(expected[k], actual[k], 1e-14);
    }
}
