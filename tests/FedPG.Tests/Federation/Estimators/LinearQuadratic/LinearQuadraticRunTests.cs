using FedPG.Envs.LinearQuadratic;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Federation.Agents;
using FedPG.Tests.Build;
using FedPG.Tests.Envs.LinearQuadratic;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Federation.Estimators.LinearQuadratic;

public sealed class LinearQuadraticRunTests
{
    private const string Noise = "policy.standardDeviation=0.3", Sampled = "gradient.estimator=gpomdp";

    /// <summary>Each algorithm's rounds in plain loops over plain sums.</summary>
    [Theory]
    [InlineData("fast-fedpg", LinearQuadraticTesting.Deterministic, "policy.standardDeviation=0")]
    [InlineData("fedavg", LinearQuadraticTesting.Deterministic, "policy.standardDeviation=0")]
    [InlineData("centralized", LinearQuadraticTesting.Deterministic, "policy.standardDeviation=0")]
    [InlineData("fast-fedpg", LinearQuadraticTesting.Episodic, Noise)]
    [InlineData("fedavg", LinearQuadraticTesting.Discounted, Noise)]
    public void Exact_runs_follow_an_independent_program(string algorithm, string environment, string noise)
    {
        const int rounds = 4, localSteps = 3;
        const double eta = 0.004, alpha = 0.7;
        using var folder = new TemporaryFolder();
        Experiment experiment = LinearQuadraticTesting.Experiment(
            environment, noise, $"federation.algorithm={algorithm}", $"federation.rounds={rounds}", $"federation.localSteps={localSteps}",
            "federation.globalStepSize=0.7");
        RunTesting.Run(experiment, folder["run"], threads: 2, block: 2);
        var metrics = new CsvFile(folder["run/metrics.csv"]);
        double[] objective = metrics.Numbers("objective"), norms = metrics.Numbers("grad_norm_sq");

        var problem = (LinearQuadraticProblem)experiment.Environment;
        double sigma = noise == Noise ? 0.3 : 0;
        PlainLinearQuadratic[] agents = [.. Enumerable.Range(0, 5).Select(i => new PlainLinearQuadratic(problem, i, sigma))];
        double[] theta = LinearQuadraticTesting.Rows(problem.InitialGain);
        for (int t = 0; t <= rounds; t++)
        {
            double[][] memories = [.. agents.Select(agent => agent.Gradient(theta))];
            double[] memory = Mean(memories);
            Assert.Equal(1, agents.Average(agent => agent.Value(theta)) / objective[t], 1e-11);
            Assert.Equal(1, memory.Sum(g => g * g) / norms[t], 1e-9);
            if (algorithm == "centralized")
            {
                for (int l = 0; l < localSteps; l++)
                    theta = Less(theta, eta * alpha, Mean([.. agents.Select(agent => agent.Gradient(theta))]));
                continue;
            }
            double[][] ends = [.. agents.Select((agent, i) =>
            {
                double[] own = theta;
                for (int l = 0; l < localSteps; l++)
                {
                    double[] gradient = agent.Gradient(own);
                    own = Less(own, eta, algorithm == "fedavg" ? gradient : Less(Less(gradient, 1, memories[i]), -1, memory));
                }
                return own;
            })];
            theta = Less(Less(theta, alpha, theta), -alpha, Mean(ends));
        }

        static double[] Less(double[] x, double factor, double[] y) => [.. x.Zip(y, (a, b) => a - (factor * b))];
        static double[] Mean(double[][] rows) => [.. Enumerable.Range(0, rows[0].Length).Select(k => rows.Average(row => row[k]))];
    }

    /// <summary>
    /// The published verdict: Fast-FedPG below 1e-10, FedAvg above a thousandth of the first gap, the same file otherwise.
    /// </summary>
    [Fact]
    public void Fast_FedPG_converges_linearly_where_FedAvg_sticks()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(Repository.Root, "experiments", "linear-rate", "lqr.json");
        double[] fast = Gaps("fast-fedpg"), average = Gaps("fedavg");
        Assert.InRange(fast[^1], -1e-13, 1e-10);
        Assert.True(average[^1] > 1e-3 * average[0]);
        // A line on the logarithmic scale: the same ratio early and late, down to rounding.
        int last = Array.FindIndex(fast, gap => gap < 1e-11);
        double early = Math.Log(fast[last / 2] / fast[last / 4]) / ((last / 2) - (last / 4)),
            late = Math.Log(fast[last] / fast[last / 2]) / (last - (last / 2));
        Assert.InRange(early / late, 0.8, 1.5);

        double[] Gaps(string algorithm)
        {
            RunTesting.Run(ExperimentReader.Default.ReadFile(file, [$"federation.algorithm={algorithm}", "checkpointEvery=0"]),
                folder[algorithm]);
            return new CsvFile(folder[$"{algorithm}/metrics.csv"]).Numbers("gap");
        }
    }

    [Theory]
    [InlineData("fast-fedpg")]
    [InlineData("fast-fedpg", LinearQuadraticTesting.Discounted, Noise, Sampled, "dtype=float32")]
    [InlineData("fast-fedpg", LinearQuadraticTesting.Episodic, Noise, "gradient.estimator=reinforce", "federation.memory=fresh")]
    [InlineData("fedavg", LinearQuadraticTesting.Discounted, Noise, Sampled, "gradient.baseline=constant")]
    [InlineData("centralized", LinearQuadraticTesting.Episodic, Noise, Sampled, "gradient.baseline=none")]
    public void Threads_blocks_and_stops_change_no_bit(string algorithm, params string[] assignments)
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = LinearQuadraticTesting.Experiment([$"federation.algorithm={algorithm}", "federation.localStepSize=0.001",
            .. assignments]);
        RunTesting.AssertSameBits(experiment, folder, 1, 2);
    }

    [Fact]
    public void A_run_reports_what_is_known()
    {
        using var folder = new TemporaryFolder();
        RunSummary discounted =
            RunTesting.Run(LinearQuadraticTesting.Experiment(LinearQuadraticTesting.Discounted, Noise, Sampled,
                "federation.localStepSize=1e-5"), folder["a"]);
        Assert.NotNull(discounted.Gap);
        Assert.Null(discounted.UniformGap);
        Assert.All(discounted.Agents, agent => Assert.True(agent.Objective >= agent.Optimum));
        // (4 + 1) memories re-used as the first of 3 local steps: 13 batches of 3 trajectories of 5 steps, for 5 agents.
        Assert.Equal(13 * 3 * 5 * 5, discounted.EnvSteps);
        RunSummary stepped =
            RunTesting.Run(LinearQuadraticTesting.Experiment(LinearQuadraticTesting.Episodic, Noise, Sampled,
                "federation.localStepSize=1e-5"), folder["b"]);
        Assert.Equal((null, null), (stepped.Gap, stepped.Optimum));
        Assert.Equal(13 * 3 * 4 * 5, stepped.EnvSteps);
        Assert.All(new CsvFile(folder["b/metrics.csv"])["gap"], Assert.Empty);
    }

    [Theory]
    [InlineData("fedavg", "agent agent-[0-4]: its gain no longer keeps the cost finite, so there is no gradient")]
    [InlineData("centralized", "agent agent-0: its gain no longer keeps the cost finite, so there is no gradient")]
    public void A_gain_that_leaves_the_stable_ones_ends_the_run_with_round_and_agent(string algorithm, string expected)
    {
        using var folder = new TemporaryFolder();
        using TrainingRun run =
            RunTesting.Start(LinearQuadraticTesting.Experiment($"federation.algorithm={algorithm}", "federation.localStepSize=0.1"),
                folder.FullPath);
        DivergedException e = Assert.Throws<DivergedException>(() => run.Run(TestContext.Current.CancellationToken));
        Assert.Matches($"^round 0: {expected}; a smaller federation.localStepSize may help", e.Message);
    }

    /// <summary>A sampled gradient is a number at any gain: there the evaluation finds out.</summary>
    [Fact]
    public void A_sampled_run_ends_when_the_cost_of_its_gain_is_infinite()
    {
        using var folder = new TemporaryFolder();
        using TrainingRun run = RunTesting.Start(
            LinearQuadraticTesting.Experiment(LinearQuadraticTesting.Discounted, Noise, Sampled, "federation.localStepSize=0.05",
                "federation.algorithm=centralized"), folder.FullPath);
        DivergedException e = Assert.Throws<DivergedException>(() => run.Run(TestContext.Current.CancellationToken));
        Assert.Matches("^round [1-4]: the server: its gain no longer keeps the cost finite; a smaller", e.Message);
        Assert.All(new CsvFile(folder["metrics.csv"]).Numbers("objective"), j => Assert.True(double.IsFinite(j)));
    }
}
