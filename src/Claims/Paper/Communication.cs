using System.Globalization;
using FedPG.Claims.Laws;
using FedPG.Claims.Measuring;
using FedPG.Core.Statistics;
using FedPG.Experiments;
using FedPG.Federation.Algorithms;
using FedPG.Reporting.Figures;

namespace FedPG.Claims.Paper;

/// <summary>
/// What a given gap costs each algorithm in round trips, bytes and trajectories, tuned for each of
/// them: a report, and two laws that can be judged.
/// </summary>
internal sealed class Communication : Claim
{
    private const string Reference = "fedavg", Tested = "fast-fedpg", Central = "centralized";

    private static readonly Currency[] Currencies =
    [
        new("round trips", use => use.RoundTrips),
        new("bytes", use => use.Bytes),
        new("trajectories", use => use.Trajectories),
    ];

    /// <inheritdoc/>
    public override string Name => "communication";

    /// <inheritdoc/>
    public override string Statement =>
        "Fast-FedPG communicates once every H local steps, twice the bytes of FedAvg-PG a round, and reaches the noise floor that "
            + "centralised training reaches with as many trajectories (section III, Theorem 2).";

    /// <inheritdoc/>
    public override string Equation => """
        A round of Fast-FedPG moves 4 vectors of d numbers an agent, one of FedAvg-PG 2; both floors are $\alpha\, tr(\Sigma)/(4NHB)$.
        """;

    /// <inheritdoc/>
    public override string Procedure => """
        Every algorithm in which agents follow these gradients and a server averages is tuned (local steps and step size, on seeds of their
        own; other options at their defaults) for each thing that can be scarce: round trips between agents and server, bytes, trajectories;
        what it needs to reach a share of the first gap is in needed.csv. That comparison is a report, not a judgement. Judged are the bytes
        of a round, and that Fast-FedPG's noise floor is that of centralised steps with an H times larger batch: equal trajectories, H times
        fewer round trips.
        """;

    /// <inheritdoc/>
    public override IReadOnlyList<Check> Run(Lab lab)
    {
        ArgumentNullException.ThrowIfNull(lab);
        var table = new Table("needed", "setting", "counted", "algorithm", "local_steps", "local_step_size", "needed", "low", "high");
        List<Panel> panels = [.. Compare(lab, table, "exact", 1e-6), .. Compare(lab, table, "sampled", 0.05)];
        lab.Save(table);
        lab.Save("plot", new Figure { Panels = panels, Columns = 2 });
        return [Floor(lab), Bytes(lab)];
    }

    /// <summary>Tunes every algorithm for every currency on one set of seeds, and measures on another.</summary>
    private static IEnumerable<Panel> Compare(Lab lab, Table table, string settings, double target)
    {
        bool sampled = settings == "sampled";
        double[] etas = sampled
            ? lab.Choose<double[]>([0.0125, 0.025, 0.05, 0.1, 0.2, 0.4], [0.1, 0.4])
            : lab.Choose<double[]>([0.4, 0.8, 1.6, 3.2, 6.4, 12.8], [0.4, 1.6]);
        int[] steps = lab.Choose<int[]>([1, 5, 20], [1, 10]);
        int tuningSeeds = 1, seeds = sampled ? lab.Choose(6, 2) : 1;
        string[] algorithms =
        [
            .. ExperimentCatalog.Default.Algorithms.Entries
                .Where(algorithm => algorithm.Has(AlgorithmTraits.ServerPolicyGradient)).Select(algorithm => algorithm.Name),
        ];
        Setting[] grid = [.. from a in algorithms from h in steps from eta in etas select new Setting(a, h, eta)];
        Use[] tuning = lab.Map(grid.Length * tuningSeeds,
            k => Measure(lab, settings, grid[k / tuningSeeds], target, lab.Seed(5_000 + (k % tuningSeeds))));

        Currency[] counted = sampled ? Currencies : Currencies[..2];
        (Currency Currency, Setting Best)[] chosen =
            [.. from currency in counted from a in algorithms select (currency, Best(currency, a))];
        Use[] uses = lab.Map(chosen.Length * seeds, k => Measure(lab, settings, chosen[k / seeds].Best, target, lab.Seed(k % seeds)));
        for (int c = 0; c < chosen.Length; c++)
        {
            (Currency currency, Setting best) = chosen[c];
            double[] needed = [.. uses.Skip(c * seeds).Take(seeds).Select(currency.Of)];
            Figure95 median = needed.Any(double.IsInfinity)
                ? new Figure95(Intervals.Median(needed), needed.Min(), needed.Max())
                : Intervals.Bootstrap(needed, Intervals.Median, lab.Seed(0));
            table.Add(settings, currency.Name, best.Algorithm, best.LocalSteps, best.Eta, median.Value, median.Low, median.High);
        }
        foreach (Currency currency in counted.Take(2))
        {
            yield return new Panel
            {
                Title = $"{settings} gradients, tuned for {currency.Name}",
                XLabel = currency.Name == "bytes" ? "bytes an agent sent and received" : currency.Name,
                YLabel = "gap / first gap",
                XScale = AxisScale.Log,
                YScale = AxisScale.Log,
                YRange = (target / 10, 1.5),
                References = [new ReferenceLine(ReferenceDirection.Horizontal, target, "target")],
                Series = [.. algorithms.Select((a, s) => Drawn(a, s, currency))],
            };
        }

        Setting Best(Currency currency, string algorithm) =>
            grid.Select((setting, k) => (setting, Cost: Enumerable.Range(0, tuningSeeds)
                .Average(s => Bounded(currency.Of(tuning[(k * tuningSeeds) + s])))))
            .Where(x => x.setting.Algorithm == algorithm).MinBy(x => x.Cost).setting;

        // A run that never gets there counts by how far it got, so that the least bad setting is shown.
        double Bounded(double cost) => double.IsInfinity(cost) ? 1e18 : cost;

        Series Drawn(string algorithm, int style, Currency currency)
        {
            Use use = uses[Array.FindIndex(chosen, c => c.Currency == currency && c.Best.Algorithm == algorithm) * seeds];
            double unit = currency.Name == "bytes" ? use.BytesARound : use.TripsARound;
            return Plots.Measured(algorithm, [.. Enumerable.Range(1, use.Gap.Length - 1).Select(t => t * unit)],
                [.. use.Gap.Skip(1).Select(g => g / use.Gap[0])], style);
        }
    }

    private static Use Measure(Lab lab, string settings, Setting setting, double target, long seed)
    {
        // Every run has the same number of local steps, and so of trajectories; centralised training talks at every one of them.
        Experiment experiment = lab.Read(settings, $"federation.algorithm={setting.Algorithm}",
            $"federation.localSteps={setting.LocalSteps}",
            string.Create(CultureInfo.InvariantCulture, $"federation.localStepSize={setting.Eta:R}"), $"seed={seed}",
            $"federation.rounds={2000 / setting.LocalSteps}");
        Curve curve = lab.Run(experiment);
        double first = curve.Gap[0];
        int reached = Enumerable.Range(0, curve.Rounds - 3)
            .FirstOrDefault(t => Enumerable.Range(t, 5).Average(k => curve.Gap[Math.Min(k, curve.Rounds)]) <= target * first, -1);
        int trips = curve.RoundTripsPerRound;
        double trajectories = (double)curve.EnvSteps / curve.Rounds / experiment.Mdp.Agents.Count / 45;
        double Of(double unit) => reached < 0 ? double.PositiveInfinity : reached * unit;
        return new Use(Of(trips), Of(curve.BytesPerAgentAndRound), Of(trajectories), [.. curve.Gap], trips, curve.BytesPerAgentAndRound);
    }

    /// <summary>The floor of Fast-FedPG over that of centralised steps with an H-fold batch, at equal alpha and trajectories.</summary>
    private static Check Floor(Lab lab)
    {
        int seeds = lab.Choose(40, 4), dropped = 100;
        Experiment settings = lab.Read("floor");
        using Stationary optimum = Stationary.SoftOptimum(settings);
        (double eta, int h) = (settings.Federation.LocalStepSize.At(0), settings.Federation.LocalSteps);
        double[] gaps = lab.Map(2 * seeds, k =>
        {
            string seed = $"seed={lab.Seed(k / 2)}";
            Experiment experiment = k % 2 == 0
                ? lab.UnderTest("floor", seed)
                : lab.Read("floor", seed, $"federation.algorithm={Central}", "federation.localSteps=1",
                    string.Create(CultureInfo.InvariantCulture, $"federation.localStepSize={eta * h:R}"), $"gradient.trajectories={h}");
            return GapFit.Mean(lab.Run(experiment with { InitialParameters = optimum.Theta }).Gap, dropped);
        });
        double[] fast = [.. gaps.Where((_, k) => k % 2 == 0)], central = [.. gaps.Where((_, k) => k % 2 == 1)];
        var table = new Table("floor", "seed", "fast_fedpg", "centralized");
        for (int s = 0; s < seeds; s++) table.Add(lab.Seed(s), fast[s], central[s]);
        lab.Save(table);
        // Seed against seed: both means are uncertain, and so is their ratio.
        Figure95 logRatio = Intervals.OfMean([.. fast.Zip(central, (f, c) => Math.Log(f / c))]);
        var ratio = new Figure95(Math.Exp(logRatio.Value), Math.Exp(logRatio.Low), Math.Exp(logRatio.High));
        var bound = new Bound(0.8, 1.25);
        return new Check("floor",
            "noise floor of Fast-FedPG (H = 20, B = 1) over that of centralised steps with a batch of 20, equal alpha and trajectories",
            ratio, bound,
            "both are alpha tr(Sigma) / (4 N H B)", Chances.ChanceOfLeaving(ratio, seeds - 1, bound));
    }

    private static Check Bytes(Lab lab)
    {
        Curve[] curves =
            lab.Map(2, k => lab.Run(lab.Read("exact", $"federation.algorithm={(k == 0 ? Tested : Reference)}", "federation.rounds=200")));
        return new Check("bytes", "bytes a round of Fast-FedPG over those of FedAvg-PG",
            Figure95.Exactly(curves[0].BytesPerAgentAndRound / curves[1].BytesPerAgentAndRound), new Bound(2, 2.01),
            "4 vectors against 2, and one exchange of memories before round 0", Check.NoChance);
    }

    private sealed record Currency(string Name, Func<Use, double> Of);

    private sealed record Setting(string Algorithm, int LocalSteps, double Eta);

    /// <summary>What a run needed until its gap was at the target, an agent each; infinite when it never was.</summary>
    private sealed record Use(double RoundTrips, double Bytes, double Trajectories, double[] Gap, double TripsARound, double BytesARound);
}
