using System.Globalization;
using FedPG.Claims.Breaking;
using FedPG.Claims.Laws;
using FedPG.Claims.Measuring;
using FedPG.Core.Statistics;
using FedPG.Experiments;
using FedPG.Reporting.Figures;

namespace FedPG.Claims.Paper;

/// <summary>No bias from heterogeneity: the final gap does not know how far the agents' rewards lie apart.</summary>
internal sealed class Heterogeneity : Claim
{
    private const double Alpha = 2;

    /// <inheritdoc/>
    public override string Name => "heterogeneity";

    /// <inheritdoc/>
    public override string Statement =>
        "The gap that is left has no term of heterogeneity, for any number of local steps (Theorem 2 and its discussion).";

    /// <inheritdoc/>
    public override string Equation => """
        No term of Eq. (13) depends on how far the $R_i$ lie apart.
        """;

    /// <inheritdoc/>
    public override string Procedure => """
        The rewards are $r_i = \bar r + \lambda (r_i - \bar r)$: the average MDP, and so the optimum, does not depend on $\lambda$.
        $\lambda$ goes from 0 to 1 and H from 1 to 50, at alpha = 2. With exact gradients the gap must fall to rounding at every point of
        the grid, and on MDPs drawn at random; with sampled ones it must end at the noise floor of the law that knows nothing of $\lambda$
        (tr(Sigma) is measured for each $\lambda$). That law is first order in alpha. Where the agents' Hessians differ and H is large, the
        noise of the memory no longer cancels in the mean of the agents, and the floor lies a little above: `sampled.csv` has the quadratic
        model's value, which knows this term of order alpha^2 (see `speedup`). It is variance that falls as 1/N, not bias. FedAvg-PG runs
        beside it with exact gradients.
        """;

    /// <inheritdoc/>
    public override IReadOnlyList<Breakage> Catches => [Breakage.NoMemory, Breakage.Resample, Breakage.WrongSign, Breakage.Drop];

    /// <inheritdoc/>
    public override IReadOnlyList<Check> Run(Lab lab)
    {
        ArgumentNullException.ThrowIfNull(lab);
        double[] degrees = lab.Choose<double[]>([0, 0.25, 0.5, 0.75, 1], [0, 1]);
        int[] steps = lab.Choose<int[]>([1, 5, 20, 50], [1, 20]);
        (double Degree, int H)[] grid = [.. steps.SelectMany(h => degrees.Select(d => (d, h)))];
        (Check[] exact, Panel exactPanel) = Exact(lab, grid);
        (Check[] sampled, Panel sampledPanel) = Sampled(lab, grid);
        lab.Save("plot", new Figure { Panels = [exactPanel, sampledPanel], Columns = 2 });
        return [.. exact, .. RandomInstances(lab), .. sampled];
    }

    private static (Check[] Checks, Panel Panel) Exact(Lab lab, (double Degree, int H)[] grid)
    {
        Curve[] curves = lab.Map(2 * grid.Length, k =>
        {
            string[] assignments = Assignments(grid[k / 2]);
            return lab.Run(k % 2 == 0
                ? lab.UnderTest("exact", assignments)
                : lab.Read("exact", [.. assignments, "federation.algorithm=fedavg"]));
        });
        var table = new Table("exact", "lambda", "local_steps", "gap", "gap_fedavg");
        double[] tested = new double[grid.Length], average = new double[grid.Length];
        for (int k = 0; k < grid.Length; k++)
        {
            (tested[k], average[k]) = (Math.Abs(curves[2 * k].Gap[^1]), Math.Abs(curves[(2 * k) + 1].Gap[^1]));
            table.Add(grid[k].Degree, grid[k].H, tested[k], average[k]);
        }
        lab.Save(table);
        int strongest = Array.IndexOf(grid, (1.0, grid.Max(g => g.H)));
        var panel = new Panel
        {
            Title = "exact gradients",
            XLabel = "heterogeneity \u03bb",
            YLabel = "gap at the end",
            YScale = AxisScale.Log,
            Series =
            [
                .. grid.Select(g => g.H).Distinct().Where(h => h > 1)
                    .Select((h, s) => Plots.Measured($"FedAvg-PG, H = {h}", Degrees(grid, h), Values(grid, h, average), s + 1)),
                Plots.Measured($"{lab.Tested}, largest over H", [.. grid.Select(g => g.Degree).Distinct()],
                    [.. grid.Select(g => g.Degree).Distinct().Select(d => grid.Select((g, k) => g.Degree == d ? tested[k] : 0).Max())], 0),
            ],
        };
        return ([new Check("exact", $"largest gap at the end over {grid.Length} pairs of lambda and H, exact gradients",
            Figure95.Exactly(tested.Max()), Bound.AtMost(1e-10), "no term of heterogeneity", Check.NoChance),
            new Check("fedavg", "FedAvg-PG's gap at the end over the first, lambda = 1 and the largest H",
            Figure95.Exactly(average[strongest] / curves[(2 * strongest) + 1].Gap[0]), Bound.AtLeast(1e-3),
            "FedAvg-PG keeps a bias that grows as lambda^4 (eta (H-1))^2", Check.NoChance)], panel);
    }

    /// <summary>Exact gradients on instances drawn at random, at full heterogeneity and the largest H.</summary>
    private static Check[] RandomInstances(Lab lab)
    {
        int count = lab.Choose(24, 1);
        (double Gap, double Average)[] results = lab.Map(count, k =>
        {
            string instance = $"environment.options.instance={lab.Seed(k)}";
            Experiment probe = lab.Read("random", instance);
            using Stationary optimum = Stationary.SoftOptimum(probe);
            // As many rounds as the law asks for from a gap of 1 to 1e-13.
            double predicted = Math.Log(optimum.Model.FastFedPgRate(probe.Federation.LocalStepSize.At(0), probe.Federation.LocalSteps));
            string rounds = string.Create(CultureInfo.InvariantCulture,
                $"federation.rounds={Math.Min(4000, 100 + (10 * (int)(Math.Log(1e-13) / predicted / 10)))}");
            Curve average = lab.Run(lab.Read("random", instance, rounds, "federation.algorithm=fedavg"));
            return (Math.Abs(lab.Run(lab.UnderTest("random", instance, rounds)).Gap[^1]), average.Gap[^1] / average.Gap[0]);
        });
        var table = new Table("random-instances", "instance", "gap", "gap_fedavg_over_first");
        for (int k = 0; k < count; k++) table.Add(lab.Seed(k), results[k].Gap, results[k].Average);
        lab.Save(table);
        double[] gaps = [.. results.Select(r => r.Gap)], averages = [.. results.Select(r => r.Average)];
        Bound gapBound = Bound.AtMost(1e-10), averageBound = Bound.AtLeast(1e-4);
        return [new Check("exact-random", $"largest gap at the end of {count} random instances, lambda = 1 and the largest H",
            Figure95.Exactly(gaps.Max()), gapBound, "no term of heterogeneity", InstanceChance.OfWorst(gaps, gapBound, 1e-16)),
            new Check("fedavg-random", $"FedAvg-PG's gap at the end over the first, the least of {count} random instances",
                Figure95.Exactly(averages.Min()), averageBound, "FedAvg-PG keeps a bias", InstanceChance.OfWorst(averages, averageBound))];
    }

    private static (Check[] Checks, Panel Panel) Sampled(Lab lab, (double Degree, int H)[] grid)
    {
        int seeds = lab.Choose(4, 2), dropped = 100;
        double[] degrees = [.. grid.Select(g => g.Degree).Distinct()];
        int[] steps = [.. grid.Select(g => g.H).Distinct()];
        (double Trace, double[] Quadratic)[] noise = lab.Map(degrees.Length, k =>
        {
            Experiment experiment = lab.Read("sampled", Text("environment.options.heterogeneity", degrees[k]));
            using Stationary optimum = Stationary.SoftOptimum(experiment);
            LocalModel model = optimum.Model;
            NoiseModel at = NoiseModel.At(experiment, optimum.Theta, lab.Choose(10_000, 1_500), lab.Seed(9_999), lab.Cancellation);
            return (at.Trace, steps.Select(h => model.FastFedPgFloor(Alpha / h, h, at.Agents, dropped, experiment.Federation.Rounds))
                .ToArray());
        });
        double[] gaps = lab.Map(grid.Length * seeds, k =>
        {
            Experiment experiment = lab.UnderTest("sampled", [.. Assignments(grid[k / seeds]), $"seed={lab.Seed(k)}"]);
            using Stationary optimum = Stationary.SoftOptimum(experiment);
            return GapFit.Mean(lab.Run(experiment with { InitialParameters = optimum.Theta }).Gap, dropped);
        });
        var table = new Table("sampled", "lambda", "local_steps", "seed", "gap", "law", "quadratic_model");
        double[] ratios = new double[gaps.Length];
        for (int k = 0; k < gaps.Length; k++)
        {
            (double degree, int h) = grid[k / seeds];
            (double trace, double[] quadratic) = noise[Array.IndexOf(degrees, degree)];
            double law = Alpha * trace / (4 * 10 * h);
            ratios[k] = gaps[k] / law;
            table.Add(degree, h, lab.Seed(k), gaps[k], law, quadratic[Array.IndexOf(steps, h)]);
        }
        lab.Save(table);
        double[][] byPoint = [.. ratios.Chunk(seeds)];
        Figure95 worst = Intervals.OfWorst(byPoint), mean = Intervals.OfMean(ratios);
        Bound worstBound = new(0.75, 1.35), meanBound = new(0.85, 1.15);
        var panel = new Panel
        {
            Title = "sampled gradients, one trajectory each",
            XLabel = "heterogeneity \u03bb",
            YLabel = "gap over the law \u03b1 tr(\u03a3)/(4 N H B)",
            YRange = (0, 2),
            References = [new ReferenceLine(ReferenceDirection.Horizontal, 1, "law")],
            Series = [.. grid.Select(g => g.H).Distinct()
                .Select((h, s) => Plots.Means($"{lab.Tested}, H = {h}",
                    Enumerable.Range(0, grid.Length).Where(k => grid[k].H == h)
                        .Select(k => (grid[k].Degree + (0.01 * s), ratios[(k * seeds)..((k + 1) * seeds)])), s))],
        };
        return ([new Check("sampled", $"noise floor over the law without heterogeneity, the worst of {grid.Length} pairs of lambda and H",
            worst, worstBound,
            "gap = alpha tr(Sigma) / (4 N H B), whatever lambda is",
            Chances.ChanceOfLeaving(worst, Intervals.WorstDegrees(byPoint), worstBound)),
            new Check("sampled-mean", "the same, mean over all pairs", mean, meanBound, "gap = alpha tr(Sigma) / (4 N H B)",
                Chances.ChanceOfLeaving(mean, ratios.Length - 1, meanBound))], panel);
    }

    private static double[] Degrees((double Degree, int H)[] grid, int h) => [.. grid.Where(g => g.H == h).Select(g => g.Degree)];

    private static double[] Values((double Degree, int H)[] grid, int h, double[] values) => [.. values.Where((_, k) => grid[k].H == h)];

    private static string[] Assignments((double Degree, int H) point) =>
        [Text("environment.options.heterogeneity", point.Degree), $"federation.localSteps={point.H}",
            Text("federation.localStepSize", Alpha / point.H)];

    private static string Text(string key, double value) => string.Create(CultureInfo.InvariantCulture, $"{key}={value:R}");
}
