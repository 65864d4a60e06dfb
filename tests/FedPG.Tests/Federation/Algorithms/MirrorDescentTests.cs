using FedPG.Envs;
using FedPG.Experiments;
using FedPG.Federation.Schedules;
using FedPG.Tests.Federation.Estimators;
using FedPG.Tests.Federation.Estimators.Tabular;
using Xunit;

namespace FedPG.Tests.Federation.Algorithms;

public sealed class MirrorDescentTests
{
    private const string Json = """
        { "dtype": "float64", "environment": { "id": "QuasiRandomMdp-v0", "agents": 4, "options": { "instance": "W" } },
          "gradient": { "estimator": "exact" },
          "federation": { "algorithm": "pmd", "rounds": 120, "localSteps": 1, "localStepSize": 0.1 } }
        """;

    private static readonly string Geometric = FormattableString.Invariant(
        $$"""federation.localStepSize={"schedule":"geometric","from":0.1,"ratio":{{1 / 0.9}}}""");

    /// <summary>
    /// Xiao's Theorem 10 for steps that grow by 1 / gamma: the gap falls at least as gamma^k once the steps are long enough. The uniform
    /// start distribution has mismatch coefficient theta = 1 / (1 - gamma) at most, and the bound is (1 - 1/theta)^k (gap0 + ...) = gamma^k
    /// const. With a constant step it is far slower.
    /// </summary>
    [Fact]
    public void With_geometric_steps_the_gap_falls_linearly_and_with_constant_ones_it_does_not()
    {
        double[] linear = Gaps(Geometric), constant = Gaps();
        // 1e-10 is where rounding of J, about 10, begins to show.
        int end = Array.FindIndex(linear, gap => gap < 1e-10);
        Assert.InRange(end, 1, 110);
        for (int k = 0; k < end; k++) Assert.True(linear[k] <= 2 * linear[0] * Math.Pow(0.9, k), $"round {k}: {linear[k]}");
        Assert.True(constant[end] > 1e3 * Math.Max(linear[end], 1e-12), $"{constant[end]}");
    }

    /// <summary>
    /// The closed form of the proximal step, pi exp(-eta_k Q) / Z with eta_k = localStepSize / (1 - gamma), on the mean of the agents' Q.
    /// </summary>
    [Fact]
    public void A_round_is_the_proximal_step_of_every_state()
    {
        Experiment experiment = EstimatorsTesting.Read(Json, "federation.rounds=8", Geometric);
        PlainMdp[] mdps = [.. Enumerable.Range(0, 4).Select(i => new PlainMdp(experiment.Mdp, i, Objective.Regret))];
        double[,]? policy = null;
        EstimatorsTesting.Train(experiment, (report, theta) =>
        {
            double[,] actual = mdps[0].Softmax(theta);
            if (policy is not null) EstimatorsTesting.AssertClose([.. policy.Cast<double>()], [.. actual.Cast<double>()], 1e-10);
            double step = 0.1 * Math.Pow(1 / 0.9, report.Round) / (1 - 0.9);
            double[][] q = [.. mdps.Select(mdp => mdp.Values(actual).Q.Cast<double>().ToArray())];
            policy = new double[5, 4];
            for (int s = 0; s < 5; s++)
            {
                double[] weights = [.. Enumerable.Range(0, 4)
                    .Select(a => actual[s, a] * Math.Exp(-step * q.Average(own => own[(s * 4) + a])))];
                for (int a = 0; a < 4; a++) policy[s, a] = weights[a] / weights.Sum();
            }
        });
    }

    [Fact]
    public void Geometric_steps_grow_up_to_their_limit()
    {
        var geometric = new GeometricStepSize { From = 0.5, Ratio = 2, Maximum = 7 };
        var schedule = new StepSizeSchedule(geometric, Agents: 1, LocalSteps: 1, Rounds: 10);
        Assert.Equal([0.5, 1, 2, 4, 7, 7], Enumerable.Range(0, 6).Select(schedule.At));
        Assert.Equal(7, schedule.At(100_000));
        Experiment read = EstimatorsTesting.Read(Json,
            """federation.localStepSize={"schedule":"geometric","from":0.5,"ratio":2,"most":7}""");
        Assert.Equal(geometric, read.Federation.LocalStepSize.StepSize);
    }

    private static double[] Gaps(params string[] assignments)
    {
        var gaps = new List<double>();
        EstimatorsTesting.Train(EstimatorsTesting.Read(Json, assignments), (report, _) => gaps.Add(report.Evaluation!.Gap!.Value));
        return [.. gaps];
    }
}
