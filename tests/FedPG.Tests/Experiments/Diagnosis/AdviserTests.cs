using FedPG.Envs.Derivatives;
using FedPG.Experiments;
using FedPG.Experiments.Diagnosis;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Families;
using FedPG.Tests.Experiments.Runs;
using FedPG.Tests.Federation;
using Xunit;

namespace FedPG.Tests.Experiments.Diagnosis;

public sealed class AdviserTests
{
    private const string Linear = """policy={"kind":"linear"}""", Quadratic = """environment={"id":"LinearQuadratic-v0","agents":2}""";

    [Theory]
    [InlineData("theorem-2", "gradient-domination", "gradient.entropy=0.2")]
    [InlineData("theorem-3", "weak-domination", "gradient.entropy=0")]
    [InlineData("theorem-3", "weak-domination", """gradient.entropy={"from":0.2,"to":0,"until":3}""")]
    [InlineData("theorem-3", "none-proven", RunTesting.Neural, "gradient.entropy=0.2")]
    [InlineData("theorem-3", "gradient-domination", "environment.options.kernels=own", "gradient.entropy=0.2")]
    [InlineData("theorem-2", "gradient-domination", Quadratic, Linear, "gradient.estimator=exact", "objective=reward")]
    public void The_theorem_is_the_one_whose_conditions_are_known_to_hold(string theorem, string domination, params string[] assignments)
    {
        Advice advice = Adviser.Of(RunTesting.Experiment([.. assignments]));
        Assert.Equal((theorem, domination), (advice.Theorem, advice.Domination));
        Assert.NotEmpty(advice.Reasons);
        Assert.NotNull(advice.Constants.Smoothness);
        bool known = !assignments.Contains("environment.options.kernels=own");
        Assert.Equal(known, advice.Constants.Mu is not null);
        Assert.Equal(known, advice.Unknown.Count == 0);
    }

    [Fact]
    public void The_figures_are_those_of_the_formulas_and_the_schedule_is_what_a_run_takes()
    {
        string[] assignments = ["gradient.entropy=0.2", "federation.rounds=5000", "federation.localSteps=6"];
        Advice advice = Adviser.Of(RunTesting.Experiment(assignments), accuracy: 1e-3, constant: 2);
        (double l, double mu, double variance) = (advice.Constants.Smoothness!.Value, advice.Constants.Mu!.Value,
            advice.Constants.TraceSigma!.Value / 3);
        (double n, double h, double t) = (4, 6, 5000);
        Assert.Equal(1 / (8 * l * h), advice.Step.Admissible!.Value, 1e-12);
        Assert.Equal(1 / (3 * l * h), advice.Step.AdmissibleByLemma2!.Value, 1e-12);
        Assert.Equal(Math.Ceiling(Math.Log(n * h * t) / (2 * Math.Log(1 / 0.9))), advice.Needs.Horizon);
        double least = advice.Needs.RoundsOfTheorem2!.Value;
        Assert.True(least >= l / mu * Math.Max(32 * Math.Log(n * h * least), n * h));
        Assert.False(least - 1 >= l / mu * Math.Max(32 * Math.Log(n * h * (least - 1)), n * h));
        double needed = advice.Needs.RoundsForAccuracy!.Value;
        Assert.True(needed >= least);
        Assert.True(Theorems.Gap2(advice.Constants.StartGap!.Value, variance, mu, n * h * needed) <= 1e-3);
        Experiment scheduled = RunTesting.Experiment(
            [.. assignments, FormattableString.Invariant($$"""federation.localStepSize={"schedule":"theorem-2","mu":{{mu:R}}}""")]);
        Assert.Equal(advice.Step.Theorem2!.Value, scheduled.Federation.LocalStepSize.At(17), 1e-12);
    }

    [Fact]
    public void The_measured_smoothness_lies_between_that_of_the_start_and_the_proven_bound()
    {
        Experiment experiment = RunTesting.Experiment("gradient.entropy=0.1");
        Advice advice = Adviser.Of(experiment);
        using KnownProblem problem = ProblemFamily.Of(experiment.Environment).CreateProblem(experiment, 0.1)!;
        double atStart = Enumerable.Range(0, 4).Max(i => Eigenvalue(Hessians.Of(problem.Agent(i), new double[15])));
        Assert.InRange(advice.Constants.Smoothness!.Value, 0.99 * atStart, advice.Constants.SmoothnessBound!.Value);
        Assert.True(advice.Constants.EndGap < advice.Constants.StartGap);
    }

    [Fact]
    public void The_same_experiment_gives_the_same_advice()
    {
        Assert.Equal(
            System.Text.Json.JsonSerializer.Serialize(Adviser.Of(RunTesting.Experiment(RunTesting.Neural))),
            System.Text.Json.JsonSerializer.Serialize(Adviser.Of(RunTesting.Experiment(RunTesting.Neural))));
    }

    /// <summary>The largest absolute eigenvalue, by squaring until one is left.</summary>
    private static double Eigenvalue(double[,] matrix)
    {
        int d = matrix.GetLength(0);
        double[] v = NumericsTesting.Uniform(2, d, 1);
        double size = 0;
        for (int k = 0; k < 2000; k++)
        {
            double[] next = [.. Enumerable.Range(0, d).Select(i => Enumerable.Range(0, d).Sum(j => matrix[i, j] * v[j]))];
            size = NumericsTesting.Norm(next) / NumericsTesting.Norm(v);
            v = [.. next.Select(x => x / size)];
        }
        return size;
    }
}
