using FedPG.Envs;
using FedPG.Experiments;
using FedPG.Policies.Heads;
using FedPG.Policies.Tabular;
using FedPG.Tests.Federation.Estimators;
using FedPG.Tests.Federation.Estimators.Tabular;
using Xunit;

namespace FedPG.Tests.Federation.Algorithms;

public sealed class PAvgTests
{
    [Theory]
    [InlineData("tabular-softmax", 1, "float64", 1e-9)]
    [InlineData("tabular-softmax", 4, "float64", 1e-9)]
    [InlineData("tabular-direct", 1, "float64", 1e-9)]
    [InlineData("tabular-direct", 4, "float64", 1e-9)]
    [InlineData("tabular-direct", 4, "float32", 1e-4)]
    public void Both_forms_agree_with_plain_loops(string kind, int steps, string dtype, double tolerance)
    {
        const int agents = 3, rounds = 10, actions = 4;
        const double eta = 0.1, alpha = 0.8;
        Experiment experiment = EstimatorsTesting.Read($$"""
            { "dtype": "{{dtype}}", "environment": { "id": "RandomMdp-v0", "agents": {{agents}}, "options": {
              "kernels": "own", "branching": 3 } },
              "policy": { "kind": "{{kind}}" }, "gradient": { "estimator": "exact" },
              "federation": { "algorithm": "pavg", "rounds": {{rounds}}, "localSteps": {{steps}}, "localStepSize": {{eta}},
                "globalStepSize": {{alpha}} } }
            """);
        PlainMdp[] mdps = [.. Enumerable.Range(0, agents).Select(i => new PlainMdp(experiment.Mdp, i, Objective.Regret))];
        bool direct = kind == TabularDirect.Kind;
        double[] theta = new double[20];
        if (direct) Array.Fill(theta, 1.0 / actions);
        bool reachedBoundary = false;
        EstimatorsTesting.Train(experiment, (report, actual) =>
        {
            EstimatorsTesting.AssertClose(theta, actual, tolerance);
            double[][] ends = [.. mdps.Select(Local)];
            reachedBoundary |= ends.Any(end => end.Contains(0));
            theta = [.. theta.Select((t, k) => ((1 - alpha) * t) + (alpha * ends.Average(end => end[k])))];
        });
        // Where the exact gradient of log pi would be no number.
        Assert.Equal(direct, reachedBoundary);

        double[] Local(PlainMdp mdp)
        {
            double[] local = [.. theta];
            for (int l = 0; l < steps; l++)
            {
                double[] direction = direct ? DirectGradient(mdp, local) : mdp.Natural(local);
                for (int k = 0; k < local.Length; k++) local[k] -= eta * direction[k];
                if (direct) Simplex.Project<double>(local, actions);
            }
            return local;
        }
    }

    /// <summary>d Q, d not normalised: the definition, without subtracting V.</summary>
    private static double[] DirectGradient(PlainMdp mdp, double[] probabilities)
    {
        double[,] policy = mdp.Table(probabilities), q = mdp.Values(policy).Q;
        double[] occupancy = mdp.Occupancy(policy);
        return [.. probabilities.Select((_, k) => occupancy[k / mdp.Actions] * q[k / mdp.Actions, k % mdp.Actions])];
    }

    /// <summary>One agent alone is projected policy gradient, which reaches the optimum; from there it does not move.</summary>
    [Theory]
    [InlineData("tabular-softmax", 1e-6)]
    [InlineData("tabular-direct", 1e-12)]
    public void One_agent_reaches_its_optimum(string kind, double gap)
    {
        Experiment experiment = EstimatorsTesting.Read($$"""
            { "dtype": "float64", "environment": { "id": "RandomMdp-v0", "agents": 1 },
              "policy": { "kind": "{{kind}}" }, "gradient": { "estimator": "exact" },
              "federation": { "algorithm": "pavg", "rounds": 400, "localSteps": 2, "localStepSize": 2 }, "evaluateEvery": 400 }
            """);
        double last = double.NaN;
        double[] theta = EstimatorsTesting.Train(experiment, (report, _) => last = report.Evaluation?.Gap ?? last);
        Assert.InRange(last, -1e-12, gap);
        if (kind == TabularDirect.Kind) Assert.All(theta.Chunk(4), row => Assert.Equal(1, row.Sum(), 1e-12));
    }
}
