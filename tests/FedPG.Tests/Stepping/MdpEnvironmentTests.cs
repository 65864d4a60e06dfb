using FedPG.Envs;
using FedPG.Envs.LinearQuadratic;
using FedPG.Tests.Envs;
using MathNet.Numerics.LinearAlgebra;
using Xunit;
using static FedPG.Tests.Stepping.SteppingTesting;

namespace FedPG.Tests.Stepping;

public sealed class MdpEnvironmentTests
{
    [Theory]
    [InlineData("FrozenLake-v1", """{ "heterogeneity": 0.6 }""")]
    [InlineData("RandomMdp-v0", """{ "states": 5, "actions": 3, "kernels": "own" }""")]
    [InlineData("OppositeKernels-v0", "{}")]
    public void Steps_pay_the_table_and_move_by_its_probabilities(string id, string options)
    {
        const int draws = 2000;
        FiniteMdp mdp = EnvTesting.Make(id, 2, options);
        SteppedEnvironment environment = SteppedEnvironment.Of(mdp);
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
                    Assert.Equal(mdp.Agents[agent].Rewards[row], result.Reward);
                    Assert.Equal(mdp.Terminal[(int)observation[0]], result.Terminated);
                    met[(int)observation[0]]++;
                }
                for (int s = 0; s < mdp.States; s++)
                {
                    double p = EnvTesting.Probability(mdp.Agents[agent].Kernel, row / mdp.Actions, row % mdp.Actions, s);
                    // Six standard errors over some 1,000 figures, a false alarm in a million were seeds not fixed; exact where nothing is random.
                    Assert.InRange((met[s] / (double)draws) - p, -6 * Math.Sqrt(p * (1 - p) / draws), 6 * Math.Sqrt(p * (1 - p) / draws));
                }
            }
        }
    }

    [Fact]
    public void Starts_are_drawn_from_the_start_distribution()
    {
        const int draws = 4000;
        FiniteMdp mdp = EnvTesting.Make("RandomMdp-v0", 1, """{ "states": 6 }""");
        IEnvironment environment = SteppedEnvironment.Of(mdp).Create(0);
        int[] met = new int[mdp.States];
        double[] observation = new double[1];
        for (int seed = 0; seed < draws; seed++)
        {
            environment.Reset(seed, observation);
            met[(int)observation[0]]++;
        }
        for (int s = 0; s < mdp.States; s++) Assert.Equal(mdp.Initial[s], met[s] / (double)draws, (5 * Math.Sqrt(mdp.Initial[s] * (1 - mdp.Initial[s]) / draws)) + 1e-12);
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
        var problem = (LinearQuadraticProblem)EnvTesting.Configure("LinearQuadratic-v0", 2, """{ "b": [[1, 0], [0, 1], [1, 1]], "initialGain": [[1, 0, 0], [0, 1, 1]], "r": [[2, 0], [0, 1]], "discount": 0.1 }""").Build();
        SteppedEnvironment environment = SteppedEnvironment.Of(problem);
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
        IEnvironment environment = Make("LinearQuadratic-v0", 1, """{ "startCovariance": [[2, 0.5, 0], [0.5, 1, 0], [0, 0, 0]] }""").Create(0);
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
