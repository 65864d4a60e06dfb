using System.Globalization;
using FedPG.Claims.Breaking;
using FedPG.Claims.Laws;
using FedPG.Claims.Measuring;
using FedPG.Core.Statistics;
using FedPG.Experiments;
using FedPG.Reporting.Figures;

namespace FedPG.Claims.Paper;

/// <summary>
/// Theorem 2 without noise: a straight line in log gap where gradient domination holds, and 1/t where only its weak form does.
/// </summary>
internal sealed class LinearRate : Claim
{
    private const double FirstOrderStep = 0.05;

    /// <inheritdoc/>
    public override string Name => "linear-rate";

    /// <inheritdoc/>
    public override string Statement =>
        "With exact gradients and gradient domination, Eq. (12), the gap falls linearly to zero, without any bias from heterogeneity "
            + "(Theorem 2, Eq. (13) with sigma = D = 0).";

    /// <inheritdoc/>
    public override string Equation => """
        $J(\bar\theta^{(T)}) - J^* \le (1 - \alpha\mu/4)^T (J(\bar\theta^{(0)}) - J^*)$, $\alpha = H \eta \alpha_g$ (Theorem 2, Eq. (13)
        without noise and truncation).
        """;

    /// <inheritdoc/>
    public override string Procedure => """
        Exact gradients, so the only thing in the way of a straight line in log gap is heterogeneity. Gradient domination, Eq. (12), holds
        for softmax with entropy (instance W and random MDPs) and for linear-quadratic problems; there the fitted rate is set against the
        local rate, which the Hessians $A_i$ at $\theta^*$ give, and against the theorem's. FedAvg-PG runs beside it: its plateau follows
        from $b_i = \nabla J_i(\theta^*)$ and $A_i$ to first order. At alpha = 12 a memory one round old no longer converges. Plain softmax
        only has the weak form of domination: its gap falls as 1/t, and $||\nabla J||^2/(J - J^*)$ with it. With exact gradients a
        re-sampled memory is the memory, so that mistake cannot show here.
        """;

    /// <inheritdoc/>
    public override IReadOnlyList<Breakage> Catches => [Breakage.NoMemory, Breakage.WrongSign, Breakage.Drop, Breakage.Stale];

    /// <inheritdoc/>
    public override IReadOnlyList<Check> Run(Lab lab)
    {
        ArgumentNullException.ThrowIfNull(lab);
        var curves = new Table("curves", "instance", "algorithm", "round", "gap");
        var checks = new List<Check>();
        var panels = new List<Panel>();
        checks.AddRange(Dominated(lab, "soft", "softmax with entropy, instance W", Stationary.SoftOptimum, (1e-9, 1e-13), curves, panels));
        checks.AddRange(Dominated(lab, "lqr", "linear-quadratic problems", Stationary.Riccati, (1e-7, 1e-11), curves, panels));
        checks.Add(LargeStep(lab, curves));
        checks.AddRange(RandomInstances(lab));
        checks.AddRange(Plateau(lab, panels));
        checks.AddRange(Plain(lab, curves, panels));
        lab.Save(curves);
        lab.Save("plot", new Figure { Panels = panels, Columns = 2 });
        return checks;
    }

    /// <summary>
    /// A problem with gradient domination: the rate against the local rate and Theorem 2's, and FedAvg-PG on the same axes.
    /// </summary>
    private static IEnumerable<Check> Dominated(Lab lab, string settings, string problem, Func<Experiment, Stationary> solve,
        (double Highest, double Lowest) window, Table curves, List<Panel> panels)
    {
        Experiment experiment = lab.UnderTest(settings);
        using Stationary optimum = solve(experiment);
        (double eta, int steps) = (experiment.Federation.LocalStepSize.At(0), experiment.Federation.LocalSteps);
        double[] gradient = new double[optimum.Theta.Length];
        Curve fast = lab.Run(experiment, theta =>
        {
            optimum.Objective.Gradient(theta, gradient);
            return [gradient.Sum(g => g * g)];
        });
        Curve average = lab.Run(lab.Read(settings, "federation.algorithm=fedavg"));
        Record(curves, problem, "under test", fast);
        Record(curves, problem, "fedavg", average);

        double rate = GapFit.LogRate(fast.Gap, window.Highest, window.Lowest),
            predicted = Math.Log(optimum.Model.FastFedPgRate(eta, steps));
        double mu = Enumerable.Range(0, fast.Rounds).Where(t => fast.Gap[t] > 1e-10 && fast.Observed(t) is not null)
            .Min(t => fast.Observed(t)![0] / fast.Gap[t]);
        double theorem = Math.Log(1 - (eta * steps * mu / 4));
        double[] rounds = Plots.Rounds(fast.Rounds + 1);
        int anchor = Enumerable.Range(0, fast.Rounds).FirstOrDefault(t => fast.Gap[t] < window.Highest, fast.Rounds / 3);
        panels.Add(new Panel
        {
            Title = problem,
            XLabel = "round",
            YLabel = "gap",
            YScale = AxisScale.Log,
            YRange = (1e-16, 100),
            Series =
            [
                Plots.Measured(lab.Tested, rounds, fast.Gap, 0),
                Plots.Measured("FedAvg-PG", rounds, average.Gap, 1),
                Plots.Law("local rate \u03c1(M)^{2}", rounds,
                    [.. rounds.Select(t => fast.Gap[anchor] * Math.Exp(predicted * (t - anchor)))], 2),
                Plots.Law("Theorem 2's rate, or 1/t", rounds, [.. rounds.Select(t => fast.Gap[0] * Math.Exp(theorem * t))], 3),
            ],
        });
        yield return new Check($"rate-{settings}", $"fitted log rate over log rho(M)^2, {problem}", Figure95.Exactly(rate / predicted),
            new Bound(0.97, 1.05),
            "local rate rho(M)^2, M = I - eta mean_i sum_k (I - eta A_i)^k Abar", Check.NoChance);
        yield return new Check($"gap-{settings}", $"gap at the end, {problem}", Figure95.Exactly(Math.Abs(fast.Gap[^1])),
            Bound.AtMost(1e-10), "Theorem 2: no bias", Check.NoChance);
        yield return new Check($"theorem-2-{settings}",
            $"fitted log rate over log(1 - alpha mu/4), mu the smallest along the path, {problem}", Figure95.Exactly(rate / theorem),
            Bound.AtLeast(1),
            "Theorem 2's rate is a bound, about 4 times too slow in the exponent", Check.NoChance);
        yield return new Check($"fedavg-{settings}", $"FedAvg-PG's plateau over the first gap, {problem}",
            Figure95.Exactly(average.Gap[^1] / average.Gap[0]), Bound.AtLeast(1e-3),
            "FedAvg-PG keeps a bias that heterogeneity causes", Check.NoChance);
    }

    /// <summary>A step at which only a memory of this very round will do.</summary>
    private static Check LargeStep(Lab lab, Table curves)
    {
        Curve fast = lab.Run(lab.UnderTest("large-step"));
        Record(curves, "W, alpha 12", "under test", fast);
        return new Check("gap-large-step", "gap at the end, instance W, alpha = 12", Figure95.Exactly(Math.Abs(fast.Gap[^1])),
            Bound.AtMost(1e-10),
            "linear convergence at large steps too; a memory one round old loses it", Check.NoChance);
    }

    /// <summary>Instances drawn at random: the same law.</summary>
    private static IEnumerable<Check> RandomInstances(Lab lab)
    {
        int count = lab.Choose(24, 3);
        var table = new Table("random-instances", "instance", "rounds", "log_rate", "log_rate_predicted", "final_gap");
        (double Rate, double Predicted, double Gap, int Rounds)[] results = lab.Map(count, k =>
        {
            string instance = $"environment.options.instance={lab.Seed(k)}";
            Experiment probe = lab.Read("random", instance);
            using Stationary optimum = Stationary.SoftOptimum(probe);
            double predicted = Math.Log(optimum.Model.FastFedPgRate(probe.Federation.LocalStepSize.At(0), probe.Federation.LocalSteps));
            // As many rounds as the law asks for from a gap of 1 to 1e-14, and some for the way there.
            int rounds = Math.Min(20_000, 150 + (int)(Math.Log(1e-14) / predicted));
            Curve curve =
                lab.Run(lab.UnderTest("random", instance, string.Create(CultureInfo.InvariantCulture, $"federation.rounds={rounds}")));
            return (GapFit.LogRate(curve.Gap), predicted, Math.Abs(curve.Gap[^1]), rounds);
        });
        for (int k = 0; k < count; k++) table.Add(lab.Seed(k), results[k].Rounds, results[k].Rate, results[k].Predicted, results[k].Gap);
        lab.Save(table);
        // A run that never gets to small gaps has no rate: it counts as the slowest of all.
        double[] rates = [.. results.Select(r => double.IsNaN(r.Rate) ? 0 : r.Rate / r.Predicted)], gaps = [.. results.Select(r => r.Gap)];
        Figure95 median = Intervals.Bootstrap(rates, Intervals.Median, lab.Seed(0));
        Bound rateBound = new(0.97, 1.05), gapBound = Bound.AtMost(1e-10);
        yield return new Check("rate-random", $"median over {count} random instances of fitted log rate over log rho(M)^2", median,
            rateBound, "the local rate", Chances.ChanceOfLeaving(rates, Intervals.Median, lab.Seed(1), rateBound));
        yield return new Check("gap-random", $"largest gap at the end of {count} random instances", Figure95.Exactly(gaps.Max()), gapBound,
            "Theorem 2: no bias", InstanceChance.OfWorst(gaps, gapBound, 1e-16));
    }

    /// <summary>FedAvg-PG's plateau to first order in eta (H - 1), and its growth with the degree of heterogeneity.</summary>
    private static IEnumerable<Check> Plateau(Lab lab, List<Panel> panels)
    {
        double[] degrees = lab.Choose<double[]>([0.25, 0.4, 0.6, 0.8, 1], [0.5, 0.7, 1]);
        var table = new Table("fedavg-plateau", "lambda", "gap", "predicted");
        (double Gap, double Predicted)[] results = lab.Map(degrees.Length, k =>
        {
            Experiment experiment = lab.Read("soft", "federation.algorithm=fedavg", "federation.localSteps=2",
                Text("federation.localStepSize", FirstOrderStep),
                Text("environment.options.heterogeneity", degrees[k]), $"federation.rounds={lab.Choose(4000, 1500)}", "evaluateEvery=100");
            using Stationary optimum = Stationary.SoftOptimum(experiment);
            // From theta*, where it will not stay.
            Curve curve = lab.Run(experiment with { InitialParameters = optimum.Theta });
            return (curve.Gap[^1], optimum.Model.FedAvgPlateau(FirstOrderStep, 2));
        });
        for (int k = 0; k < degrees.Length; k++) table.Add(degrees[k], results[k].Gap, results[k].Predicted);
        lab.Save(table);
        panels.Add(new Panel
        {
            Title = "FedAvg-PG's plateau, \u03b7 (H - 1) = 0.05",
            XLabel = "heterogeneity \u03bb",
            YLabel = "gap at the end",
            XScale = AxisScale.Log,
            YScale = AxisScale.Log,
            Series =
            [
                Plots.Points("FedAvg-PG", degrees, [.. results.Select(r => r.Gap)], 1),
                Plots.Law("first order", degrees, [.. results.Select(r => r.Predicted)], 1),
            ],
        });
        yield return new Check("fedavg-level", "FedAvg-PG's plateau over the prediction, eta (H - 1) = 0.05",
            Figure95.Exactly(results[^1].Gap / results[^1].Predicted), new Bound(0.95, 1.02),
            "delta = eta (H-1)/2 Abar^+ mean(A_i b_i), gap = delta' Abar delta / 2", Check.NoChance);
        yield return new Check("fedavg-power", "power of lambda in FedAvg-PG's plateau",
            Line.FitPower(degrees, [.. results.Select(r => r.Gap)]).Slope, new Bound(3.85, 4.15),
            "lambda^4", Check.NoChance);
    }

    /// <summary>Plain softmax: 1/t, and the constants of the strong and weak form of domination along the way.</summary>
    private static IEnumerable<Check> Plain(Lab lab, Table curves, List<Panel> panels)
    {
        int rounds = lab.Choose(10_000, 600);
        Curve curve = lab.Run(lab.UnderTest("plain", $"federation.rounds={rounds}"));
        Record(curves, "W, no entropy", "under test", curve);
        int[] points = GapFit.LogSpaced(100, rounds, 40, every: 10);
        double[] t = [.. points.Select(p => (double)p)];
        panels.Add(new Panel
        {
            Title = "softmax without entropy, instance W",
            XLabel = "round",
            YLabel = "gap",
            XScale = AxisScale.Log,
            YScale = AxisScale.Log,
            Series = [Plots.Measured(lab.Tested, t, [.. points.Select(p => curve.Gap[p])], 0),
                Plots.Law("Theorem 2's rate, or 1/t", t, [.. t.Select(x => curve.Gap[points[^1]] * rounds / x)], 3)],
        });
        yield return new Check("plain-power", "power of t in plain softmax's gap",
            Line.FitPower(t, [.. points.Select(p => curve.Gap[p])]).Slope, new Bound(-1.05, -0.95),
            "1/t: only the weak form ||grad|| >= c (J - J*) holds", Check.NoChance);
        yield return new Check("plain-domination", "power of t in ||grad||^2 / gap",
            Line.FitPower(t, [.. points.Select(p => curve.GradientNormSquared[p] / curve.Gap[p])]).Slope, new Bound(-1.1, -0.9),
            "the constant mu of Eq. (12) falls to 0 as 1/t: the strong form does not hold", Check.NoChance);
    }

    private static void Record(Table table, string instance, string algorithm, Curve curve)
    {
        for (int t = 0; t <= curve.Rounds; t++)
        {
            if (!double.IsNaN(curve.Gap[t])) table.Add(instance, algorithm, t, curve.Gap[t]);
        }
    }

    private static string Text(string key, double value) => string.Create(CultureInfo.InvariantCulture, $"{key}={value:R}");
}
