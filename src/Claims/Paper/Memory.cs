using FedPG.Claims.Breaking;
using FedPG.Claims.Laws;
using FedPG.Claims.Measuring;
using FedPG.Core.Statistics;
using FedPG.Experiments;
using FedPG.Reporting.Figures;

namespace FedPG.Claims.Paper;

/// <summary>What the memory does: its noise cancels in the mean, and its mean takes the drift away.</summary>
internal sealed class Memory : Claim
{
    private const int Parts = 10;

    /// <inheritdoc/>
    public override string Name => "memory";

    /// <inheritdoc/>
    public override string Statement =>
        "The memory costs no noise: the variance of the round's direction is tr(Sigma)/(N B H), as if there were none, provided that "
            + "agents subtract the vector they sent; and it removes the drift (Eq. (6)).";

    /// <inheritdoc/>
    public override string Equation => """
        $\theta_i \leftarrow \theta_i - \eta (\hat\nabla_K J_i(\theta_i) - m_i + \bar m)$ (Eq. (6)), where $\sum_i (\bar m - m_i) = 0$ only
        for the vectors that were sent.
        """;

    /// <inheritdoc/>
    public override string Procedure => """
        A step size of 1e-9 leaves the parameters where they are, and the variance of the round's direction
        $(\bar\theta^{(t+1)} - \bar\theta^{(t)})/(\eta H)$ can be measured over many rounds, against H, for a memory that is re-used as the
        first local gradient, one from a batch of its own, and one that agents sample again instead of subtracting what they sent. FedAvg-PG
        passes that, so it is paired with the drift: with exact gradients from $\theta^*$, corrected agents do not move at all. Both are
        measured on MDPs drawn at random too.
        """;

    /// <inheritdoc/>
    public override IReadOnlyList<Breakage> Catches => [Breakage.NoMemory, Breakage.Resample, Breakage.WrongSign, Breakage.Drop];

    /// <inheritdoc/>
    public override IReadOnlyList<Check> Run(Lab lab)
    {
        ArgumentNullException.ThrowIfNull(lab);
        return [.. Variance(lab), Drift(lab), .. RandomInstances(lab)];
    }

    private static IEnumerable<Check> Variance(Lab lab)
    {
        int[] steps = lab.Choose<int[]>([1, 2, 5, 10, 20, 40], [1, 10]);
        int rounds = lab.Choose(1000, 400);
        string[] kinds = ["under test", "fresh", "resample"];
        Experiment settings = lab.Read("direction");
        double noise = NoiseModel.At(settings, new double[20], lab.Choose(20_000, 3_000), lab.Seed(9_999), lab.Cancellation).Trace
            / settings.Mdp.Agents.Count;
        double[][] parts = lab.Map(kinds.Length * steps.Length, k =>
        {
            string[] assignments = [$"federation.localSteps={steps[k % steps.Length]}", $"federation.rounds={rounds}",
                $"seed={lab.Seed(k)}"];
            return DirectionVariance(lab, kinds[k / steps.Length] switch
            {
                "under test" => lab.UnderTest("direction", assignments),
                string kind => lab.Read("direction", [.. assignments, $"federation.memory={kind}"]),
            });
        });
        double[] variances = [.. parts.Select(p => p.Average())];
        var table = new Table("variance", "memory", "local_steps", "variance", "law");
        var ratios = new Dictionary<string, double[][]>();
        for (int kind = 0; kind < kinds.Length; kind++)
        {
            double[] laws = [.. steps.Select(h => noise * ((1.0 / h) + (kinds[kind] == "resample" ? 2 : 0)))];
            double[] measured = [.. variances.Skip(kind * steps.Length).Take(steps.Length)];
            for (int k = 0; k < steps.Length; k++) table.Add(kinds[kind], steps[k], measured[k], laws[k]);
            ratios[kinds[kind]] = [.. laws.Select((law, k) => parts[(kind * steps.Length) + k].Select(p => p / law).ToArray())];
        }
        lab.Save(table);
        double[] x = [.. steps.Select(h => (double)h)];
        lab.Save("plot", Figure.Of(new Panel
        {
            XLabel = "local steps H",
            YLabel = "variance of the round's direction",
            XScale = AxisScale.Log,
            YScale = AxisScale.Log,
            Series =
            [
                .. kinds.Select((kind, k) =>
                    Plots.Points(k == 0 ? $"{lab.Tested}, memory re-used" : kind == "fresh"
                        ? "memory of its own batch"
                        : "memory sampled again", x, [.. variances.Skip(k * steps.Length).Take(steps.Length)], k)),
                Plots.Law("tr(\u03a3)/(N B H)", x, [.. steps.Select(h => noise / h)], 0),
                Plots.Law("tr(\u03a3)/(N B) (1/H + 2)", x, [.. steps.Select(h => noise * ((1.0 / h) + 2))], 2),
            ],
        }));
        Bound bound = lab.Choose(new Bound(0.9, 1.1), new Bound(0.85, 1.15));
        yield return Of("variance", "under test", "1/H");
        yield return Of("variance-fresh", "fresh", "1/H");
        yield return Of("variance-resampled", "resample", "1/H + 2");

        Check Of(string name, string kind, string factor)
        {
            Figure95 worst = Intervals.OfWorst(ratios[kind]);
            return new Check(name,
                $"variance of the round's direction over the law, the H of {steps.Length} that is farthest off, memory {kind}",
                worst, bound, $"tr(Sigma)/(N B) ({factor})", Chances.ChanceOfLeaving(worst, Intervals.WorstDegrees(ratios[kind]), bound));
        }
    }

    /// <summary>The total variance of (thetabar_t+1 - thetabar_t) / (eta H), in ten parts of the rounds.</summary>
    private static double[] DirectionVariance(Lab lab, Experiment experiment)
    {
        Curve curve = lab.Run(experiment, theta => [.. theta]);
        double scale = 1 / (experiment.Federation.LocalStepSize.At(0) * experiment.Federation.LocalSteps);
        int d = curve.Observed(0)!.Length, length = curve.Rounds / Parts;
        double[] totals = new double[Parts];
        for (int part = 0; part < Parts; part++)
        {
            for (int k = 0; k < d; k++)
            {
                double[] direction = [.. Enumerable.Range(part * length, length)
                    .Select(t => (curve.Observed(t + 1)![k] - curve.Observed(t)![k]) * scale)];
                double mean = direction.Average();
                totals[part] += direction.Sum(x => (x - mean) * (x - mean)) / (length - 1);
            }
        }
        return totals;
    }

    /// <summary>Variance at H = 10 and drift on instances drawn at random.</summary>
    private static Check[] RandomInstances(Lab lab)
    {
        int count = lab.Choose(24, 4);
        (double Variance, double Drift)[] results = lab.Map(count, k =>
        {
            string instance = $"environment.options.instance={lab.Seed(k)}";
            Experiment experiment = lab.UnderTest("random", instance, $"seed={lab.Seed(k)}");
            double law = NoiseModel.At(experiment, new double[20], lab.Choose(4_000, 1_500), lab.Seed(9_000 + k), lab.Cancellation).Trace
                / experiment.Mdp.Agents.Count / experiment.Federation.LocalSteps;
            string[] exact = [instance, "gradient.estimator=exact", "federation.rounds=4", "federation.localStepSize=0.2"];
            return (DirectionVariance(lab, experiment).Average() / law, DriftOf(lab, lab.UnderTest("random", exact),
                lab.Read("random", [.. exact, "federation.algorithm=fedavg"])));
        });
        var table = new Table("random-instances", "instance", "variance_over_law", "drift_over_fedavg");
        for (int k = 0; k < count; k++) table.Add(lab.Seed(k), results[k].Variance, results[k].Drift);
        lab.Save(table);
        Figure95 variance = Intervals.OfMean([.. results.Select(r => r.Variance)]);
        double[] drifts = [.. results.Select(r => r.Drift)];
        Bound varianceBound = new(0.9, 1.1), driftBound = Bound.AtMost(1e-12);
        return [new Check("variance-random", $"variance of the round's direction over the law, mean over {count} random instances, H = 10",
            variance, varianceBound, "tr(Sigma)/(N B) (1/H)", Chances.ChanceOfLeaving(variance, count - 1, varianceBound)),
            new Check("drift-random", $"the same as drift, the largest of {count} random instances", Figure95.Exactly(drifts.Max()),
                driftBound, "at theta* = thetabar there is no drift (section V)", InstanceChance.OfWorst(drifts, driftBound, 1e-32))];
    }

    private static Check Drift(Lab lab)
    {
        return new Check("drift", "largest drift over that of FedAvg-PG in four rounds from theta*, exact gradients",
            Figure95.Exactly(DriftOf(lab, lab.UnderTest("drift"), lab.Read("drift", "federation.algorithm=fedavg"))), Bound.AtMost(1e-12),
            "at theta* = thetabar there is no drift (section V)", Check.NoChance);
    }

    private static double DriftOf(Lab lab, Experiment tested, Experiment uncorrected)
    {
        using Stationary optimum = Stationary.SoftOptimum(tested);
        return lab.Run(tested with { InitialParameters = optimum.Theta }).Drift.Skip(1)
            .Max() / lab.Run(uncorrected with { InitialParameters = optimum.Theta }).Drift[1];
    }
}
