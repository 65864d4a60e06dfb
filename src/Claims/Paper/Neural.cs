using System.Globalization;
using FedPG.Claims.Breaking;
using FedPG.Claims.Measuring;
using FedPG.Core.Statistics;
using FedPG.Envs.Tabular.Exact;
using FedPG.Experiments;
using FedPG.Reporting.Figures;

namespace FedPG.Claims.Paper;

/// <summary>Beyond the theorems: a neural softmax policy for many goals, with sampled gradients, every algorithm tuned.</summary>
internal sealed class Neural : Claim
{
    private const string Tested = "fast-fedpg";
    private static readonly string[] Algorithms = [Tested, "fedavg", "centralized"];

    /// <inheritdoc/>
    public override string Name => "neural";

    /// <inheritdoc/>
    public override string Statement =>
        "One neural softmax policy for agents with different goals: Fast-FedPG ends near centralised training, which talks ten times as "
            + "often, and FedAvg-PG does not (the setting of section II, beyond what Theorem 2 proves).";

    /// <inheritdoc/>
    public override string Equation => """
        None: the theorems need gradient domination, or end in a stationary point.
        """;

    /// <inheritdoc/>
    public override string Procedure => """
        A 32-32 tanh network on a gridworld with eight goals, GPOMDP with the leave-one-out baseline, entropy annealed to 0. Each
        algorithm's step size is tuned on two seeds of their own; then ten seeds each. Given are the interquartile mean over seeds with its
        95 % bootstrap interval, for the mean over agents and for the worst agent. Centralised training talks ten times as often.
        """;

    /// <inheritdoc/>
    public override IReadOnlyList<Breakage> Catches => [Breakage.NoMemory];

    /// <inheritdoc/>
    public override IReadOnlyList<Check> Run(Lab lab)
    {
        ArgumentNullException.ThrowIfNull(lab);
        int seeds = lab.Choose(10, 3);
        double[] etas = Tune(lab);
        Trained[] runs = lab.Map(Algorithms.Length * seeds, k => Train(lab, Algorithms[k / seeds], etas[k / seeds], lab.Seed(k % seeds)));
        var table = new Table("runs", "algorithm", "local_step_size", "seed", "gap_share", "worst_agent", "env_steps", "bytes_an_agent");
        for (int k = 0; k < runs.Length; k++)
            table.Add(Algorithms[k / seeds], etas[k / seeds], lab.Seed(k % seeds), runs[k].Share, runs[k].Curve.WorstAgent,
                runs[k].Curve.EnvSteps, runs[k].Curve.BytesPerAgentAndRound * runs[k].Curve.Rounds);
        lab.Save(table);
        Figure95[] shares = [.. Algorithms.Select((_, a) => Mean(a, r => r.Share))],
            worst = [.. Algorithms.Select((_, a) => Mean(a, r => r.Curve.WorstAgent))];
        var summary = new Table("summary", "algorithm", "local_step_size", "gap_share", "gap_low", "gap_high", "worst_agent", "worst_low",
            "worst_high");
        for (int a = 0; a < Algorithms.Length; a++)
            summary.Add(Algorithms[a], etas[a], shares[a].Value, shares[a].Low, shares[a].High, worst[a].Value, worst[a].Low,
                worst[a].High);
        lab.Save(summary);
        Draw(lab, seeds, runs, shares, worst);

        // Ratios seed by seed: the same seed gives all algorithms the same first parameters.
        double[] againstAverage = Ratios(1), aboveCentral =
            [.. Enumerable.Range(0, seeds).Select(s => runs[s].Share - runs[(2 * seeds) + s].Share)];
        // A ratio to centralised training says little where both are close to nothing: how far apart
        // they end, in shares of the uniform policy's gap.
        Bound averageBound = Bound.AtMost(0.6), centralBound = Bound.AtMost(0.1);
        return
        [
            new Check("fedavg", "gap of Fast-FedPG over that of FedAvg-PG, both tuned: interquartile mean over seeds",
                Intervals.Bootstrap(againstAverage, Intervals.InterquartileMean, lab.Seed(0)), averageBound,
                "no law: the drift of a network is not known in closed form",
                Chances.ChanceOfLeaving(againstAverage, Intervals.InterquartileMean, lab.Seed(2), averageBound)),
            new Check("centralized", "gap of Fast-FedPG above that of centralised training, in gaps of the uniform policy, both tuned",
                Intervals.Bootstrap(aboveCentral, Intervals.InterquartileMean, lab.Seed(1)), centralBound,
                "no law; centralised training talks ten times as often",
                Chances.ChanceOfLeaving(aboveCentral, Intervals.InterquartileMean, lab.Seed(3), centralBound)),
        ];

        Figure95 Mean(int algorithm, Func<Trained, double> figure) =>
            Intervals.Bootstrap([.. runs.Skip(algorithm * seeds).Take(seeds).Select(figure)], Intervals.InterquartileMean,
                lab.Seed(algorithm));
        double[] Ratios(int rival) => [.. Enumerable.Range(0, seeds).Select(s => runs[s].Share / runs[(rival * seeds) + s].Share)];
    }

    /// <summary>Each algorithm's best step size, on seeds of their own.</summary>
    private static double[] Tune(Lab lab)
    {
        double[] etas = lab.Choose<double[]>([0.005, 0.01, 0.02, 0.04, 0.08, 0.16], [0.01, 0.03]);
        int seeds = lab.Choose(2, 1);
        double[] shares = lab.Map(Algorithms.Length * etas.Length * seeds,
            k => Train(lab, Algorithms[k / seeds / etas.Length], etas[k / seeds % etas.Length], lab.Seed(5_000 + (k % seeds))).Share);
        var table = new Table("tuning", "algorithm", "local_step_size", "gap_share");
        double[] best = new double[Algorithms.Length];
        for (int a = 0; a < Algorithms.Length; a++)
        {
            double[] means = [.. Enumerable.Range(0, etas.Length)
                .Select(e => shares.Skip(((a * etas.Length) + e) * seeds).Take(seeds).Average())];
            for (int e = 0; e < etas.Length; e++) table.Add(Algorithms[a], etas[e], means[e]);
            best[a] = etas[Array.IndexOf(means, means.Min())];
        }
        lab.Save(table);
        return best;
    }

    private static Trained Train(Lab lab, string algorithm, double eta, long seed)
    {
        int rounds = lab.Choose(600, 300);
        string[] assignments = [string.Create(CultureInfo.InvariantCulture, $"federation.localStepSize={eta:R}"), $"seed={seed}",
            $"federation.rounds={rounds}", $$"""gradient.entropy={ "from": 0.07, "to": 0, "until": {{rounds * 9 / 10}} }"""];
        Experiment experiment = algorithm == Tested
            ? lab.UnderTest("gridworld", assignments)
            : lab.Read("gridworld", [.. assignments, $"federation.algorithm={algorithm}"]);
        Curve curve = lab.Run(experiment);
        double optimum = MdpOptima.Of(experiment.Mdp, experiment.Objective).Average!.Value;
        return new Trained(curve, optimum, (curve.PlainObjectives[^1] - optimum) / (curve.PlainObjectives[0] - optimum));
    }

    private static void Draw(Lab lab, int seeds, Trained[] runs, Figure95[] shares, Figure95[] worst)
    {
        string[] names = [lab.Tested, "FedAvg-PG", "centralised"];
        lab.Save("plot", new Figure
        {
            Columns = 2,
            Legend = LegendPlacement.None,
            Panels =
            [
                new Panel { XLabel = "gap at the end / gap of the uniform policy",
                    Estimates = [.. names.Select((n, a) => new Estimate(n, shares[a].Value, shares[a].Low, shares[a].High, a))] },
                new Panel { XLabel = "worst agent's discounted regret",
                    Estimates = [.. names.Select((n, a) => new Estimate(n, worst[a].Value, worst[a].Low, worst[a].High, a))] },
            ],
        });
        lab.Save("curves", Figure.Of(new Panel
        {
            XLabel = "round",
            YLabel = "mean regret above the optimum",
            YScale = AxisScale.Log,
            Series =
            [
                .. runs.Select((r, k) => Line(SeriesKind.Thin, [.. Evaluated(r.Curve).Select(t => r.Curve.PlainObjectives[t] - r.Optimum)],
                    k / seeds, Evaluated(r.Curve), "")),
                .. names.Select((n, a) => Line(SeriesKind.Curve,
                    [.. Evaluated(runs[0].Curve)
                        .Select(t =>
                            Intervals.Median([.. runs.Skip(a * seeds).Take(seeds).Select(r => r.Curve.PlainObjectives[t] - r.Optimum)]))],
                            a, Evaluated(runs[0].Curve), n)),
            ],
        }));

        static int[] Evaluated(Curve curve) =>
            [.. Enumerable.Range(0, curve.Rounds + 1).Where(t => !double.IsNaN(curve.PlainObjectives[t]))];
        static Series Line(SeriesKind kind, double[] y, int style, int[] rounds, string name) =>
            new() { Name = name, X = [.. rounds.Select(t => (double)t)], Y = y, Style = style, Kind = kind };
    }

    private sealed record Trained(Curve Curve, double Optimum, double Share);
}
