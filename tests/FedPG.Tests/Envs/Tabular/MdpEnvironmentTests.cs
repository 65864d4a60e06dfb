using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.LinearQuadratic;
using FedPG.Envs.Tabular;
using MathNet.Numerics.LinearAlgebra;
using Xunit;
using static FedPG.Tests.Envs.SteppingTesting;

namespace FedPG.Tests.Envs.Tabular;

public sealed class MdpEnvironmentTests
{
    [Theory]
    [InlineData("FrozenLake-v1", """{ "heterogeneity": 0.6 }""")]
    [InlineData("RandomMdp-v0", """{ "states": 5, "actions": 3, "kernels": "own" }""")]
    [InlineData("OppositeKernels-v0", "{}")]
    [InlineData("CliffWalkingSlippery-v1", "{}")]
    public void Steps_pay_the_table_and_move_by_its_probabilities(string id, string options)
    {
        const int draws = 2000;
        FiniteMdp mdp = EnvTesting.Make(id, 2, options);
        EpisodicEnvironment environment = EpisodicEnvironment.Of(mdp);
        for (int agent = 0; agent < 2; agent++)
        {
            var stepped = (IStatefulEnvironment)environment.Create(agent);
            double[] observation = new double[1];
            stepped.Reset(agent, observation);
            for (int row = 0; row < Math.Min(mdp.States * mdp.Actions, 40); row++)
            {
                int[] met = new int[mdp.States];
                for (int k = 0; k < draws; k++)
                {
                    stepped.WriteState([row / mdp.Actions], observation);
                    StepResult result = stepped.Step([row % mdp.Actions], observation);
                    Assert.Contains(result.Reward, Paid(mdp.Agents[agent], row, (int)observation[0]));
                    Assert.Equal(mdp.Terminal[(int)observation[0]], result.Terminated);
                    met[(int)observation[0]]++;
                }
                for (int s = 0; s < mdp.States; s++)
                {
                    double p = EnvTesting.Probability(mdp.Agents[agent].Kernel, row / mdp.Actions, row % mdp.Actions, s);
                    // Six standard errors over some 1,000 figures, a false alarm in a million were seeds not fixed. Exact where nothing
        // is random.
                    Assert.InRange((met[s] / (double)draws) - p, -6 * Math.Sqrt(p * (1 - p) / draws), 6 * Math.Sqrt(p * (1 - p) / draws));
                }
            }
        }
    }

    /// <summary>Each transition pays what the public table pays for it, and not the expectation of the row.</summary>
    [Theory]
    [InlineData("FrozenLake-v1", "{}", 14, 2, 15, 1)]
    [InlineData("FrozenLake-v1", "{}", 14, 2, 10, 0)]
    [InlineData("FrozenLake-v1", "{}", 14, 2, 14, 0)]
    [InlineData("FrozenLake-v1", """{ "rewardSchedule": [10, -5, -0.1] }""", 10, 1, 11, -5)]
    [InlineData("FrozenLake-v1", """{ "rewardSchedule": [10, -5, -0.1] }""", 10, 1, 14, -0.1)]
    [InlineData("CliffWalkingSlippery-v1", "{}", 25, 3, 36, -100)]
    [InlineData("CliffWalkingSlippery-v1", "{}", 25, 3, 24, -1)]
    [InlineData("CliffWalkingSlippery-v1", "{}", 34, 1, 36, -100)]
    [InlineData("CliffWalkingSlippery-v1", "{}", 35, 1, 47, -1)]
    [InlineData("FourRooms-v0", "{}", 62, 2, 62, 0)]
    [InlineData("FourRooms-v0", "{}", 62, 2, 70, 1)]
    [InlineData("Taxi-v4", """{ "rainy": true }""", 328, 0, 428, -1)]
    [InlineData("RiverSwim-v0", "{}", 5, 1, 5, 10_000)]
    [InlineData("RiverSwim-v0", "{}", 5, 1, 4, 0)]
    public void A_transition_pays_its_own_reward(string id, string options, int state, int action, int next, double expected)
    {
        double[] paid = Drawn(EnvTesting.Make(id, 1, options), state, action, next);
        Assert.True(paid.Length > 100, $"{paid.Length} of 3,000 steps went to state {next}");
        Assert.All(paid, reward => Assert.Equal(expected, reward));
    }

    /// <summary>
    /// Two of three ways from the start to the start, over the border and into the cliff: six standard errors of a share of one half.
    /// </summary>
    [Fact]
    public void Ways_to_one_state_keep_their_rewards_apart()
    {
        FiniteMdp mdp = EnvTesting.Make("CliffWalkingSlippery-v1");
        double[] paid = Drawn(mdp, 36, 1, 36);
        Assert.Equal([-100, -1], paid.Distinct().Order());
        Assert.Equal(0.5, paid.Count(r => r == -100) / (double)paid.Length, 6 * 0.5 / Math.Sqrt(paid.Length));
        Assert.Equal(-102.0 / 3, mdp.Agents[0].Rewards[(36 * 4) + 1], 1e-12);
    }

    /// <summary>
    /// For every table: the rewards of transitions have R(s, a) as their expectation and the kernel's probabilities, and lie in the range
    /// that is stated for steps.
    /// </summary>
    [Theory]
    [MemberData(nameof(Tables))]
    public void Rewards_of_transitions_are_those_of_the_table_in_the_mean(string id)
    {
        foreach (string options in (string[])["{}", """{ "heterogeneity": 1 }"""])
        {
            FiniteMdp mdp = EnvTesting.Make(id, 2, options);
            EpisodicEnvironment stepped = EpisodicEnvironment.Of(mdp);
            foreach (AgentMdp agent in mdp.Agents)
            {
                foreach (int row in agent.RewardsByTransition is { } some ? some.Rows : [])
                {
                    PaidTransition[] outcomes = [.. agent.RewardsByTransition!.Of(row)];
                    Assert.Equal(agent.Rewards[row], outcomes.Sum(o => o.Probability * o.Reward),
                        1e-12 * Math.Max(1, outcomes.Max(o => Math.Abs(o.Reward))));
                    foreach (IGrouping<int, PaidTransition> next in outcomes.GroupBy(o => o.Next))
                        Assert.Equal(EnvTesting.Probability(agent.Kernel, row / mdp.Actions, row % mdp.Actions, next.Key),
                            next.Sum(o => o.Probability), 1e-15);
                    Assert.All(outcomes, o => Assert.True(stepped.RewardRange.Contains(o.Reward)));
                }
            }
        }
    }

    public static TheoryData<string> Tables() => new(EnvTesting.AllIds.Where(id => EnvTesting.Configure(id, 2).Build() is FiniteMdp));

    [Fact]
    public void Rewards_of_transitions_that_do_not_fit_the_table_are_refused()
    {
        FiniteMdp lake = EnvTesting.Make("FrozenLake-v1");
        AgentMdp agent = lake.Agents[0];
        double[] other = [.. agent.Rewards];
        other[(14 * 4) + 2] += 0.1;
        AgentMdp firm = EnvTesting.Make("FrozenLake-v1", 1, """{ "successRate": 0.5 }""").Agents[0];
        foreach (AgentMdp wrong in (AgentMdp[])[agent with { Rewards = other }, agent with { Kernel = firm.Kernel }])
            Assert.Contains("do not fit its table: state 1",
                Assert.Throws<ArgumentException>(() =>
                new FiniteMdp("lake", 0.9, lake.Initial, [wrong])).Message, StringComparison.Ordinal);
    }

    /// <summary>What 3,000 steps from a state paid, of those that led to another.</summary>
    private static double[] Drawn(FiniteMdp mdp, int state, int action, int next)
    {
        var stepped = (IStatefulEnvironment)EpisodicEnvironment.Of(mdp).Create(0);
        double[] observation = new double[1];
        stepped.Reset(7, observation);
        var paid = new List<double>();
        for (int k = 0; k < 3000; k++)
        {
            stepped.WriteState([state], observation);
            StepResult result = stepped.Step([action], observation);
            if (observation[0] == next) paid.Add(result.Reward);
        }
        return [.. paid];
    }

    /// <summary>What going to a state may pay.</summary>
    private static IEnumerable<double> Paid(AgentMdp agent, int row, int next)
    {
        PaidTransition[] own = [.. agent.RewardsByTransition is { } paid ? paid.Of(row) : []];
        return own.Length == 0 ? [agent.Rewards[row]] : own.Where(o => o.Next == next).Select(o => o.Reward);
    }

    [Fact]
    public void Starts_are_drawn_from_the_start_distribution()
    {
        const int draws = 4000;
        FiniteMdp mdp = EnvTesting.Make("RandomMdp-v0", 1, """{ "states": 6 }""");
        IEnvironment environment = EpisodicEnvironment.Of(mdp).Create(0);
        int[] met = new int[mdp.States];
        double[] observation = new double[1];
        for (int seed = 0; seed < draws; seed++)
        {
            environment.Reset(seed, observation);
            met[(int)observation[0]]++;
        }
        for (int s = 0; s < mdp.States; s++)
            Assert.Equal(mdp.Initial[s], met[s] / (double)draws, (5 * Math.Sqrt(mdp.Initial[s] * (1 - mdp.Initial[s]) / draws)) + 1e-12);
    }

    [Fact]
    public void Actions_and_states_that_do_not_exist_are_refused()
    {
        var environment = (IStatefulEnvironment)Make("FrozenLake-v1").Create(0);
        Reset(environment, 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => Step(environment, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => Step(environment, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => environment.WriteState([16], new double[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => environment.WriteState([0.5], new double[1]));
    }

    [Fact]
    public void Linear_quadratic_steps_are_products_of_matrices()
    {
        var problem = (LinearQuadraticProblem)EnvTesting.Configure("LinearQuadratic-v0", 2,
            """{ "b": [[1, 0], [0, 1], [1, 1]], "initialGain": [[1, 0, 0], [0, 1, 1]], "r": [[2, 0], [0, 1]], "discount": 0.1 }""").Build();
        EpisodicEnvironment environment = EpisodicEnvironment.Of(problem);
        double[] x = [0.3, -1, 2], u = [0.7, -0.2];
        for (int agent = 0; agent < 2; agent++)
        {
            Vector<double> state = Vector<double>.Build.DenseOfArray(x), control = Vector<double>.Build.DenseOfArray(u);
            LinearQuadraticAgent own = problem.Agents[agent];
            Seen seen = Run(environment.Create(agent), 0, [u], x)[0];
            Assert.Equal(-((state * own.Q * state) + (control * own.R * control)), seen.Reward, 1e-12);
            Vector<double> next = (own.A * state) + (own.B * control);
            for (int k = 0; k < 3; k++) Assert.Equal(next[k], seen.State[k], 1e-12);
            Assert.False(seen.Terminated);
        }
        Assert.Equal(12, Make("LinearQuadratic-v0", 1, """{ "steps": 12 }""").StepLimit);
        Assert.Null(environment.StepLimit);
    }

    [Fact]
    public void Linear_quadratic_starts_have_the_covariance_of_the_problem()
    {
        const int draws = 20_000;
        IEnvironment environment = Make("LinearQuadratic-v0", 1,
            """{ "startCovariance": [[2, 0.5, 0], [0.5, 1, 0], [0, 0, 0]] }""").Create(0);
        double[] x = new double[3];
        double first = 0, cross = 0, second = 0;
        for (int seed = 0; seed < draws; seed++)
        {
            environment.Reset(seed, x);
            Assert.Equal(0, x[2], 1e-12);
            (first, cross, second) = (first + (x[0] * x[0]), cross + (x[0] * x[1]), second + (x[1] * x[1]));
        }
        // Five standard errors: the variance of x_i x_j is S_ii S_jj + S_ij^2.
        Assert.Equal(2, first / draws, 5 * Math.Sqrt(8.0 / draws));
        Assert.Equal(0.5, cross / draws, 5 * Math.Sqrt(2.25 / draws));
        Assert.Equal(1, second / draws, 5 * Math.Sqrt(2.0 / draws));
    }
}
