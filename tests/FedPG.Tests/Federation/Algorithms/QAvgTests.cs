using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Experiments;
using FedPG.Federation.Estimators;
using FedPG.Policies;
using FedPG.Policies.Tabular;
using FedPG.Tests.Federation.Estimators;
using FedPG.Tests.Federation.Estimators.Tabular;
using Xunit;

namespace FedPG.Tests.Federation.Algorithms;

public sealed class QAvgTests
{
    private const string Random = """
        { "dtype": "float64", "environment": { "id": "RandomMdp-v0", "agents": 3, "options": { "kernels": "own" } }, "gradient": {
          "estimator": "exact" },
          "federation": { "algorithm": "qavg", "rounds": 12, "localSteps": 3, "localStepSize": 0.3, "globalStepSize": 0.8 } }
        """;

    [Theory]
    [InlineData("regret")]
    [InlineData("reward")]
    public void Runs_agree_with_plain_loops(string objective)
    {
        Experiment experiment = EstimatorsTesting.Read(Random, $"objective={objective}");
        PlainMdp[] mdps = [.. Enumerable.Range(0, 3).Select(i => new PlainMdp(experiment.Mdp, i, experiment.Objective))];
        double[] theta = new double[20];
        EstimatorsTesting.Train(experiment, (report, actual) =>
        {
            EstimatorsTesting.AssertClose(theta, actual, 1e-11);
            double[][] ends = [.. mdps.Select(mdp =>
            {
                double[,] q = mdp.Table(theta);
                for (int l = 0; l < 3; l++)
                {
                    double[,] backed = mdp.Bellman(q);
                    for (int k = 0; k < theta.Length; k++) q[k / 4, k % 4] = (0.7 * q[k / 4, k % 4]) + (0.3 * backed[k / 4, k % 4]);
                }
                return q.Cast<double>().ToArray();
            })];
            theta = [.. theta.Select((t, k) => (0.2 * t) + (0.8 * ends.Average(end => end[k])))];
        });
    }

    /// <summary>
    /// The authors' public code, literally: values of states E times, and action values from them at the end. With rewards they maximise;
    /// costs are minimised here.
    /// </summary>
    [Fact]
    public void A_full_backup_first_is_the_update_of_the_authors_code()
    {
        Experiment experiment = EstimatorsTesting.Read(Random, "federation.fullBackup=true", "federation.globalStepSize=1");
        PlainMdp[] mdps = [.. Enumerable.Range(0, 3).Select(i => new PlainMdp(experiment.Mdp, i, experiment.Objective))];
        double[] theta = new double[20];
        EstimatorsTesting.Train(experiment, (report, actual) =>
        {
            EstimatorsTesting.AssertClose(theta, actual, 1e-11);
            double[][] ends = [.. mdps.Select(mdp =>
            {
                double[] v = Least(mdp.Table(theta));
                for (int l = 0; l < 3; l++)
                {
                    double[] backed = Least(ActionValues(mdp, v));
                    for (int s = 0; s < v.Length; s++) v[s] = (0.7 * v[s]) + (0.3 * backed[s]);
                }
                return ActionValues(mdp, v).Cast<double>().ToArray();
            })];
            theta = [.. theta.Select((_, k) => ends.Average(end => end[k]))];
        });

        // min over a of a table whose rows are constant is the value itself: T of it is c + gamma P v.
        static double[,] ActionValues(PlainMdp mdp, double[] v)
        {
            double[,] q = new double[5, 4];
            for (int k = 0; k < q.Length; k++) q[k / 4, k % 4] = v[k / 4];
            return mdp.Bellman(q);
        }

        static double[] Least(double[,] q) =>
            [.. Enumerable.Range(0, q.GetLength(0)).Select(s => Enumerable.Range(0, q.GetLength(1)).Min(a => q[s, a]))];
    }

    /// <summary>The server's step is halved after every round over which the norm of the mean change has not fallen by a share.</summary>
    [Theory]
    [InlineData("0.33", true)]
    [InlineData("0", false)]
    public void On_a_plateau_the_servers_step_becomes_shorter(string fall, bool shortens)
    {
        Experiment experiment = EstimatorsTesting.Read(Random, "federation.plateauRatio=0.5", $"federation.plateauFall={fall}");
        double share = double.Parse(fall, System.Globalization.CultureInfo.InvariantCulture);
        PlainMdp[] mdps = [.. Enumerable.Range(0, 3).Select(i => new PlainMdp(experiment.Mdp, i, experiment.Objective))];
        double[] theta = new double[20];
        (double step, double last, int cuts) = (0.8, 0, 0);
        EstimatorsTesting.Train(experiment, (report, actual) =>
        {
            EstimatorsTesting.AssertClose(theta, actual, 1e-11);
            double[][] ends = [.. mdps.Select(mdp =>
            {
                double[,] q = mdp.Table(theta);
                for (int l = 0; l < 3; l++)
                {
                    double[,] backed = mdp.Bellman(q);
                    for (int k = 0; k < theta.Length; k++) q[k / 4, k % 4] = (0.7 * q[k / 4, k % 4]) + (0.3 * backed[k / 4, k % 4]);
                }
                return q.Cast<double>().ToArray();
            })];
            double[] delta = [.. theta.Select((t, k) => ends.Average(end => end[k]) - t)];
            theta = [.. theta.Select((t, k) => t + (step * delta[k]))];
            double norm = Math.Sqrt(delta.Sum(x => x * x));
            if (last > 0 && norm > (1 - share) * last) (step, cuts) = (step / 2, cuts + 1);
            last = norm;
        });
        Assert.Equal(shortens, cuts > 0);
    }

    [Fact]
    public void A_full_backup_needs_equal_plain_steps()
    {
        InvalidInputException refused = Assert.Throws<InvalidInputException>(() => EstimatorsTesting.Read(
            Random, "federation.fullBackup=true", "federation.localOptimizer=adam", "federation.agentLocalSteps=[1,2,3]"));
        Assert.All(refused.Errors, error => Assert.Equal("federation.fullBackup", error.KeyPath));
    }

    /// <summary>
    /// Agents that differ in rewards alone have an average MDP, whose optimal Q every E leads to only
    /// where E = 1; there the greedy policy is optimal.
    /// </summary>
    [Fact]
    public void With_one_local_step_the_fixed_point_is_the_optimal_Q_of_the_average()
    {
        Experiment experiment = EstimatorsTesting.Read(
            Random, "environment.options.kernels=shared", "federation.localSteps=1", "federation.localStepSize=1",
            "federation.globalStepSize=1", "federation.rounds=400", "evaluateEvery=400");
        double gap = double.NaN;
        double[] theta = EstimatorsTesting.Train(experiment, (report, _) => gap = report.Evaluation?.Gap ?? gap);
        PlainMdp[] mdps = [.. Enumerable.Range(0, 3).Select(i => new PlainMdp(experiment.Mdp, i, Objective.Regret))];
        double[,] q = mdps[0].Table(theta);
        double[][] backed = [.. mdps.Select(mdp => mdp.Bellman(q).Cast<double>().ToArray())];
        EstimatorsTesting.AssertClose(theta, [.. theta.Select((_, k) => backed.Average(b => b[k]))], 1e-12);
        Assert.InRange(gap, -1e-12, 1e-12);
    }

    /// <summary>
    /// The greedy policy starts uniform, where all actions are equally good, and its objective is that of the exact layer.
    /// </summary>
    [Fact]
    public void The_greedy_policy_shares_ties_evenly()
    {
        FiniteMdp mdp = NumericsTesting.Mdp("random-0", 1);
        using var values = new ActionValues(ValueFeatures.Table(mdp.States), mdp.Actions, TensorFormat.Float64);
        double[] q = [0, 0, 0, 0, 1, -1, 2, -1, 3, 2, 1, 0.5, -1, -1, -1, 5, 0, 1, 2, 3];
        double[] probabilities = [.. values.Evaluate(TorchSharp.torch.tensor(q, [1, 20])).Output.Numbers().Select(Math.Exp)];
        const double third = 1.0 / 3;
        EstimatorsTesting.AssertClose([0.25, 0.25, 0.25, 0.25, 0, 0.5, 0, 0.5, 0, 0, 0, 1, third, third, third, 0, 1, 0, 0, 0],
            probabilities, 1e-15);
    }

    /// <summary>
    /// Sampled backups are unbiased: over 4,000 batches the mean of each of the 60 coordinates lies within 5.5 standard errors of the exact
    /// one, which chance leaves with probability below 60 * 4e-8 = 3e-6.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public void Sampled_backups_are_unbiased(int samples)
    {
        const int batches = 4_000;
        double[] rows = NumericsTesting.Uniform(3, 60, 2);
        Experiment exact = EstimatorsTesting.Read(Random),
            sampled = EstimatorsTesting.Read(Random, "gradient.estimator=sampled", $"gradient.trajectories={samples}");
        (IGradientEstimator expected, Policy first) = EstimatorsTesting.Estimator(exact);
        (IGradientEstimator estimator, Policy second) = EstimatorsTesting.Estimator(sampled);
        using (first) using (second) using (expected) using (estimator)
        {
            double[] truth = EstimatorsTesting.Directions(expected, rows, 3, default);
            double[] sum = new double[60], squares = new double[60];
            for (int k = 0; k < batches; k++)
            {
                double[] drawn = EstimatorsTesting.Directions(estimator, rows, 3, new BatchKey(k, 0));
                for (int j = 0; j < 60; j++)
                    (sum[j], squares[j]) = (sum[j] + (drawn[j] - truth[j]), squares[j] + Math.Pow(drawn[j] - truth[j], 2));
            }
            Assert.Equal((long)batches * 60 * samples, estimator.EnvSteps);
            Assert.True(squares.Sum() > 1);
            for (int j = 0; j < 60; j++)
                Assert.True(Math.Abs(sum[j]) <= 5.5 * Math.Sqrt(squares[j]) + 1e-12,
                    $"coordinate {j}: {sum[j] / Math.Sqrt(squares[j])} standard errors");
        }
    }
}
