using System.Globalization;
using FedPG.Claims.Breaking;
using FedPG.Claims.Laws;
using FedPG.Claims.Measuring;
using FedPG.Core.Statistics;
using FedPG.Experiments;
using FedPG.Reporting.Figures;

namespace FedPG.Claims.Paper;

/// <summary>Lemma 1, Lemma 2 and Theorem 1's Eq. (11) without noise: that they hold, and how tight they are.</summary>
internal sealed class Progress : Claim
{
    private const double Perturbation = 0.05;
    private const int SmoothnessEvery = 15;

    /// <inheritdoc/>
    public override string Name => "progress";

    /// <inheritdoc/>
    public override string Statement =>
        "Every round lowers J by at least alpha/4 ||grad J||^2, because the drift within it is of the order eta^2 H^2 ||grad J||^2 "
            + "(Lemmas 1 and 2, Theorem 1, Eq. (11)).";

    /// <inheritdoc/>
    public override string Equation => """
        Lemma 1; $||\Delta_{i,l}||^2 \le 32 \eta^2 H^2 ||\nabla J||^2$ (Lemma 2);
        $J(\bar\theta^{(t+1)}) \le J(\bar\theta^{(t)}) - \frac\alpha4 ||\nabla J(\bar\theta^{(t)})||^2$ (Theorem 1, Eq. (11)), all without
        noise and truncation.
        """;

    /// <inheritdoc/>
    public override string Procedure => """
        Exact gradients near $\theta^*$ with a small step (instance W and random MDPs): the drift over Lemma 2's bound and over its own
        first-order value, and the progress over $\alpha ||\nabla J||^2$. With noise FedAvg-PG passes the bound too; without it, its drift
        does not vanish with the gradient. Lemma 1 is followed along the whole path from the uniform policy at alpha L from 0.05 to 4, on
        instance W and the random MDPs, with the largest Hessian eigenvalue of any agent along a path for L.
        """;

    /// <inheritdoc/>
    public override IReadOnlyList<Breakage> Catches => [Breakage.NoMemory, Breakage.WrongSign, Breakage.Drop];

    /// <inheritdoc/>
    public override IReadOnlyList<Check> Run(Lab lab)
    {
        ArgumentNullException.ThrowIfNull(lab);
        var table = new Table("near", "instance", "round", "drift_over_bound", "drift_over_law", "progress_over_alpha_gradient");
        int instances = lab.Choose(20, 4);
        string[][] problems = [[], .. Enumerable.Range(0, instances).Select(k => (string[])
            [$$"""environment={ "id": "RandomMdp-v0", "agents": 10, "options": { "instance": {{lab.Seed(k)}} } }"""])];
        Round[][] near = lab.Map(problems.Length, k => Near(lab, problems[k]));
        for (int k = 0; k < near.Length; k++)
        {
            for (int t = 0; t < near[k].Length; t++)
                table.Add(k == 0 ? "W" : $"random-{k}", t, near[k][t].DriftOverBound, near[k][t].DriftOverLaw, near[k][t].Progress);
        }
        lab.Save(table);
        Round[] all = [.. near.SelectMany(r => r)];
        return
        [
            new Check("lemma-2", $"largest drift over Lemma 2's bound near theta*, W and {instances} random instances",
                Figure95.Exactly(all.Max(r => r.DriftOverBound)), Bound.AtMost(1),
                "mean drift <= 32 eta^2 H^2 ||grad J||^2",
                InstanceChance.OfWorst([.. near.Select(n => n.Max(r => r.DriftOverBound))], Bound.AtMost(1))),
            new Check("lemma-2-tightness", "largest drift over its first-order value",
                Figure95.Exactly(all.MaxBy(r => Math.Abs(Math.Log(r.DriftOverLaw)))!.DriftOverLaw), new Bound(0.8, 1.25),
                "mean over l = 1..H of ||l eta grad J||^2 = eta^2 (H+1)(2H+1)/6 ||grad J||^2, about 1/96 of the bound",
                InstanceChance.OfWorst([.. near.Select(n => n.MaxBy(r => Math.Abs(Math.Log(r.DriftOverLaw)))!.DriftOverLaw)],
                    new Bound(0.8, 1.25))),
            new Check("theorem-1", "smallest (J(t) - J(t+1)) / (alpha ||grad J||^2)", Figure95.Exactly(all.Min(r => r.Progress)),
                Bound.AtLeast(0.25), "Eq. (11) without noise and truncation",
                InstanceChance.OfWorst([.. near.Select(n => n.Min(r => r.Progress))], Bound.AtLeast(0.25))),
            Lemma1(lab, problems),
        ];
    }

    private static Round[] Near(Lab lab, string[] problem)
    {
        Experiment experiment = lab.UnderTest("near", problem);
        using Stationary optimum = Stationary.SoftOptimum(experiment);
        double[] start = [.. optimum.Theta.Select((x, k) => x + (Perturbation * Math.Sin(k + 1)))];
        Path path = Follow(lab, experiment with { InitialParameters = start }, optimum);
        (double eta, int h) = (experiment.Federation.LocalStepSize.At(0), experiment.Federation.LocalSteps);
        return [.. Enumerable.Range(0, path.Drift.Length).Select(t => new Round(
            path.Drift[t] / (32 * eta * eta * h * h * path.GradientSquared[t]),
            path.Drift[t] / (eta * eta * (h + 1) * ((2 * h) + 1) / 6.0 * path.GradientSquared[t]),
            (path.Value[t] - path.Value[t + 1]) / (eta * h * path.GradientSquared[t])))];
    }

    /// <summary>
    /// Lemma 1 along the path from the uniform policy, at steps up to alpha L = 4: what its right-hand side leaves, in alpha ||grad J||^2.
    /// </summary>
    private static Check Lemma1(Lab lab, string[][] problems)
    {
        double[] products = [0.05, 0.25, 1, 4];
        var table = new Table("lemma-1", "instance", "l", "alpha_l", "round", "slack");
        (double Smoothness, double[][] Slacks)[] results = lab.Map(problems.Length, k =>
        {
            Experiment experiment = lab.Read("path", problems[k]);
            using Stationary optimum = Stationary.SoftOptimum(experiment);
            double smoothness = SmoothnessOf(lab, experiment, optimum);
            return (smoothness, products.Select(product => Slacks(lab, problems[k], optimum, smoothness, product / smoothness)).ToArray());
        });
        for (int k = 0; k < problems.Length; k++)
        {
            for (int p = 0; p < products.Length; p++)
            {
                for (int t = 0; t < results[k].Slacks[p].Length; t++)
                    table.Add(k == 0 ? "W" : $"random-{k}", results[k].Smoothness, products[p], t, results[k].Slacks[p][t]);
            }
        }
        lab.Save(table);
        double[][] shown = results[0].Slacks;
        lab.Save("plot", Figure.Of(new Panel
        {
            Title = "instance W",
            XLabel = "round",
            YLabel = "slack of Lemma 1 / (\u03b1 ||grad J||^{2})",
            YScale = AxisScale.Log,
            Series =
                [
                    .. products.Select((p, k) => Plots.Measured(FormattableString.Invariant($"\u03b1 L = {p}"),
                        Plots.Rounds(shown[k].Length), shown[k], k))],
        }));
        // Positive with room to spare: what would come near 0 is what the chance is asked of.
        double[] least = [.. results.Select(r => r.Slacks.SelectMany(s => s).Min())];
        return new Check("lemma-1",
            $"smallest slack of Lemma 1 over alpha ||grad J||^2, alpha L from 0.05 to 4, W and {problems.Length - 1} random instances",
            Figure95.Exactly(least.Min()), Bound.AtLeast(0),
            "Lemma 1 without noise and truncation", InstanceChance.OfWorst(least, Bound.AtLeast(1e-6)));
    }

    /// <summary>L: the largest absolute Hessian eigenvalue of any agent, at theta* and along a run with small steps.</summary>
    private static double SmoothnessOf(Lab lab, Experiment experiment, Stationary optimum)
    {
        double largest = optimum.Model.Smoothness;
        lab.Run(experiment with { EvaluateEvery = SmoothnessEvery }, theta =>
        {
            largest = Math.Max(largest, optimum.ModelAt(theta).Smoothness);
            return [];
        });
        return largest;
    }

    private static double[] Slacks(Lab lab, string[] problem, Stationary optimum, double smoothness, double alpha)
    {
        Experiment probe = lab.Read("path");
        Path path =
            Follow(lab,
                lab.UnderTest("path", [.. problem,
                    string.Create(CultureInfo.InvariantCulture, $"federation.localStepSize={alpha / probe.Federation.LocalSteps:R}")]),
                    optimum);
        return [.. Enumerable.Range(0, path.Drift.Length).Select(t =>
        {
            double squared = path.GradientSquared[t];
            // The lemma's sum runs over l = 0..H-1, the measured mean over l = 1..H, which is no smaller.
            double right = (-alpha / 2 * (1 - (8 * alpha * smoothness)) * squared)
                + (alpha * smoothness * (smoothness + (4 * alpha * smoothness * smoothness)) * path.Drift[t]);
            return (right - (path.Value[t + 1] - path.Value[t])) / (alpha * squared);
        })];
    }

    /// <summary>Runs, and follows value, gradient and drift while the gradient is well above rounding.</summary>
    private static Path Follow(Lab lab, Experiment experiment, Stationary optimum)
    {
        double[] gradient = new double[optimum.Theta.Length];
        Curve curve = lab.Run(experiment, theta =>
        {
            optimum.Objective.Gradient(theta, gradient);
            return [gradient.Sum(g => g * g)];
        });
        double[] squared = [.. Enumerable.Range(0, curve.Rounds + 1).TakeWhile(t => curve.Observed(t) is { } o && o[0] > 1e-9)
            .Select(t => curve.Observed(t)![0])];
        int rounds = Math.Min(squared.Length, curve.Rounds);
        return new Path([.. curve.Objective.Take(rounds + 1)], squared, [.. curve.Drift.Skip(1).Take(rounds)]);
    }

    private sealed record Round(double DriftOverBound, double DriftOverLaw, double Progress);

    private sealed record Path(double[] Value, double[] GradientSquared, double[] Drift);
}
