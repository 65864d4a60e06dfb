using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Experiments;
using FedPG.Federation.Estimators;
using FedPG.Federation.Estimators.Tabular;
using FedPG.Policies;
using FedPG.Policies.Tabular;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Estimators.Tabular;

public sealed class NaturalExactTests
{
    private static readonly FisherOptions Undamped = new(Damping: 0, Iterations: 10_000);

    [Theory]
    [InlineData("random-0", 0)]
    [InlineData("random-0", 0.3)]
    [InlineData("random-own-kernels", 0)]
    [InlineData("random-own-kernels", 0.3)]
    [InlineData("grid-ending", 0)]
    [InlineData("grid-own-endings", 0.1)]
    public void The_direction_of_a_table_is_the_advantage_over_one_minus_gamma(string name, double tau)
    {
        const int agents = 3;
        FiniteMdp mdp = NumericsTesting.Mdp(name, agents);
        foreach (Objective objective in (Objective[])[Objective.Regret, Objective.Reward])
        {
            using DisposeScope scope = NewDisposeScope();
            using var policy = new TabularSoftmax(mdp.States, mdp.Actions, TensorFormat.Float64);
            Tensor rows = NumericsTesting.RandomRows(policy, agents, seed: 4, scale: 2);
            using var estimator = new NaturalExactEstimator(
                new EstimatorSetup(mdp, policy, 0, agents, objective, NumericsTesting.Entropy(tau), Seed: 1), Undamped);
            double[][] directions = [.. NumericsTesting.Directions(estimator, rows, default).Numbers().Chunk(policy.Layout.Length)];
            for (int i = 0; i < agents; i++)
            {
                double[] theta = rows.select(0, i).Numbers();
                EstimatorsTesting.AssertClose(new PlainMdp(mdp, i, objective).Natural(theta, tau), directions[i], 1e-10);
            }
        }
    }

    /// <summary>
    /// One-hot features are the table in another guise: F^+ g is then the advantage without the
    /// mean of its state, the part in the null space of F.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0.2)]
    public void The_solved_direction_of_one_hot_features_is_that_of_the_table(double tau)
    {
        using DisposeScope scope = NewDisposeScope();
        FiniteMdp mdp = NumericsTesting.Mdp("random-0", 2);
        using var table = new TabularSoftmax(mdp.States, mdp.Actions, TensorFormat.Float64);
        using var features = LogLinear.OneHot(mdp.States, mdp.Actions, TensorFormat.Float64);
        Tensor rows = NumericsTesting.RandomRows(table, 2, seed: 8);
        double[] closed = Natural(mdp, table, rows, tau, Undamped), solved = Natural(mdp, features, rows, tau, Undamped);
        double[] centred = [.. closed.Chunk(mdp.Actions).SelectMany(row => row.Select(x => x - row.Average()))];
        EstimatorsTesting.AssertClose(centred, solved, 1e-7);
    }

    /// <summary>
    /// (F + lambda I) x = g, with F formed from central differences of log pi and g from those of J: no autograd on the checking side.
    /// </summary>
    [Theory]
    [InlineData("log-linear given")]
    [InlineData("neural tanh one-hot [5]")]
    public void The_solved_direction_solves_the_damped_system(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        const double damping = 1e-2, step = 1e-5;
        FiniteMdp mdp = NumericsTesting.Mdp("random-0", 1);
        using TabularPolicy policy = PolicyCases.Create(name, mdp, TensorFormat.Float64);
        int d = policy.Layout.Length;
        Tensor row = NumericsTesting.RandomRows(policy, 1, seed: 6);
        double[] theta = row.Numbers(), x = Natural(mdp, policy, row, 0, new FisherOptions(damping, 10_000));
        double[] shifted = [.. Enumerable.Range(0, 2 * d)
            .SelectMany(k => theta.Select((t, j) => j == k / 2 ? t + (k % 2 == 0 ? step : -step) : t))];
        Tensor around = tensor(shifted, [2 * d, d]);
        double[][] logs = [.. policy.Evaluate(around).Output.Numbers().Chunk(mdp.States * mdp.Actions)];
        double[] objectives = NumericsTesting.RegularisedObjectives(mdp, 0, Objective.Regret, 0, policy, around);
        var plain = new PlainMdp(mdp, 0, Objective.Regret);
        double[,] probabilities = plain.Table([.. policy.Evaluate(row).Output.Numbers().Select(Math.Exp)]);
        double[] occupancy = plain.Occupancy(probabilities), left = [.. x.Select(v => damping * v)], gradient = new double[d];
        for (int k = 0; k < d; k++) gradient[k] = (objectives[2 * k] - objectives[(2 * k) + 1]) / (2 * step);
        for (int pair = 0; pair < mdp.States * mdp.Actions; pair++)
        {
            double[] score = [.. Enumerable.Range(0, d).Select(k => (logs[2 * k][pair] - logs[(2 * k) + 1][pair]) / (2 * step))];
            (int s, int a) = (pair / mdp.Actions, pair % mdp.Actions);
            double along = (1 - mdp.Discount) * occupancy[s] * probabilities[s, a] * score.Zip(x, (u, v) => u * v).Sum();
            for (int k = 0; k < d; k++) left[k] += along * score[k];
        }
        Assert.True(NumericsTesting.Norm(gradient) > 1e-2);
        Assert.True(NumericsTesting.Distance(left, gradient) <= 1e-6 * NumericsTesting.Norm(gradient),
            $"{NumericsTesting.Distance(left, gradient)}");
    }

    /// <summary>Plain loops over arrays against whole runs: the memory takes the natural direction too.</summary>
    [Theory]
    [InlineData("fast-fedpg", "shared", 0)]
    [InlineData("fast-fedpg", "own", 0.1)]
    [InlineData("fedavg", "own", 0)]
    [InlineData("centralized", "own", 0.1)]
    public void Runs_agree_with_plain_loops(string algorithm, string kernels, double tau)
    {
        const int agents = 3, rounds = 12, steps = 3;
        const double eta = 0.05, alpha = 0.7;
        Experiment experiment = EstimatorsTesting.Read($$"""
            { "dtype": "float64", "environment": { "id": "RandomMdp-v0", "agents": {{agents}}, "options": { "kernels": "{{kernels}}" } },
              "policy": { "kind": "tabular-softmax" }, "gradient": { "estimator": "exact", "direction": "natural", "entropy": {{tau}} },
              "federation": { "algorithm": "{{algorithm}}", "rounds": {{rounds}}, "localSteps": {{steps}}, "localStepSize": {{eta}},
                "globalStepSize": {{alpha}} } }
            """);
        PlainMdp[] mdps = [.. Enumerable.Range(0, agents).Select(i => new PlainMdp(experiment.Mdp, i, Objective.Regret))];
        double[] theta = new double[20];
        EstimatorsTesting.Train(experiment, (report, actual) =>
        {
            EstimatorsTesting.AssertClose(theta, actual, 1e-9);
            theta = PlainRound(theta);
        });

        double[] PlainRound(double[] thetabar)
        {
            if (algorithm == "centralized")
            {
                for (int l = 0; l < steps; l++)
                {
                    double[] mean = Mean([.. mdps.Select(m => m.Natural(thetabar, tau))]);
                    thetabar = [.. thetabar.Zip(mean, (t, g) => t - (eta * alpha * g))];
                }
                return thetabar;
            }
            double[][] memories = [.. mdps.Select(m => algorithm == "fedavg" ? new double[thetabar.Length] : m.Natural(thetabar, tau))];
            double[] mbar = Mean(memories);
            double[] end = Mean([.. mdps.Select((m, i) =>
            {
                double[] local = [.. thetabar];
                for (int l = 0; l < steps; l++)
                {
                    double[] g = m.Natural(local, tau);
                    for (int k = 0; k < local.Length; k++) local[k] -= eta * (g[k] - memories[i][k] + mbar[k]);
                }
                return local;
            })]);
            return [.. thetabar.Zip(end, (t, e) => ((1 - alpha) * t) + (alpha * e))];
        }
    }

    /// <summary>What metrics.csv calls grad_norm_sq stays that of the plain gradient.</summary>
    [Fact]
    public void The_gradient_norm_that_is_reported_is_that_of_the_plain_gradient()
    {
        const string json = """
            { "dtype": "float64", "environment": { "id": "RandomMdp-v0", "agents": 2 }, "policy": { "kind": "tabular-softmax" },
              "gradient": { "estimator": "exact" }, "federation": { "rounds": 0 } }
            """;
        var norms = new List<double>();
        foreach (string direction in (string[])["plain", "natural"])
            EstimatorsTesting.Train(EstimatorsTesting.Read(json, $"gradient.direction={direction}"),
                (report, _) => norms.Add(report.Evaluation!.GradientNormSquared!.Value));
        Assert.Equal(norms[0], norms[1]);
    }

    private static double[] Mean(double[][] vectors) => [.. Enumerable.Range(0, vectors[0].Length).Select(k => vectors.Average(v => v[k]))];

    private static double[] Natural(FiniteMdp mdp, TabularPolicy policy, Tensor rows, double tau, FisherOptions options)
    {
        using var estimator = new NaturalExactEstimator(
            new EstimatorSetup(mdp, policy, 0, (int)rows.shape[0], Objective.Regret, NumericsTesting.Entropy(tau), Seed: 1), options);
        return NumericsTesting.Directions(estimator, rows, default).Numbers();
    }
}
