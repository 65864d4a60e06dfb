using FedPG.Claims.Breaking;
using FedPG.Claims.Laws;
using FedPG.Claims.Measuring;
using FedPG.Core.Statistics;
using FedPG.Envs.Tabular;
using FedPG.Experiments;
using FedPG.Policies.Tabular.Exact;
using FedPG.Reporting.Figures;

namespace FedPG.Claims.Paper;

/// <summary>Theorem 3: with different kernels, where there is no average MDP, the gradient of the mean objective still vanishes.</summary>
internal sealed class Stationarity : Claim
{
    /// <inheritdoc/>
    public override string Name => "stationarity";

    /// <inheritdoc/>
    public override string Statement =>
        "Without gradient domination, and with different kernels, the mean of ||grad J||^2 falls as 1/sqrt(NHT) to a stationary point of "
            + "the mean objective (Theorem 3).";

    /// <inheritdoc/>
    public override string Equation => """
        $\frac1T \sum_t E||\nabla J(\bar\theta^{(t)})||^2 = \tilde O(1/\sqrt{NHT})$ with $\eta = \frac4H \sqrt{NH/T}$ (Theorem 3).
        """;

    /// <inheritdoc/>
    public override string Procedure => """
        Agents with different kernels (instance D): there is no average MDP. The slope -1/2 is an identity of the step size, which everybody
        passes, so it is the level that is judged: $[gap_0/4 + 2 tr(\bar A \Sigma)/B]/\sqrt{NHT}$. What tells right from wrong is exact
        gradients at a large step (alpha = 4): $||\nabla J||^2$ of the mean objective must vanish, on instance D and on MDPs drawn at
        random. Last, two agents for whom opposite actions lead to the goal; with q = 0.4 the best common policy is random, and known in
        closed form (with q = 1 the pair is symmetric, and every broken variant passes).
        """;

    /// <inheritdoc/>
    public override IReadOnlyList<Breakage> Catches => [Breakage.NoMemory, Breakage.Resample, Breakage.WrongSign, Breakage.Drop];

    /// <inheritdoc/>
    public override IReadOnlyList<Check> Run(Lab lab)
    {
        ArgumentNullException.ThrowIfNull(lab);
        (Check[] exact, double[] end, Panel exactPanel) = Exact(lab);
        (Check schedule, Panel schedulePanel) = Schedule(lab, end);
        (Check[] opposite, Panel oppositePanel) = Opposite(lab);
        lab.Save("plot", new Figure { Panels = [schedulePanel, exactPanel, oppositePanel], Columns = 3 });
        return [schedule, .. exact, .. RandomInstances(lab), .. opposite];
    }

    /// <summary>Exact gradients: ||grad J||^2 of the mean (regularised) objective, and where the run ends.</summary>
    private static (Check[] Checks, double[] End, Panel Panel) Exact(Lab lab)
    {
        (Curve Curve, double[] Squared, double[] End)[] runs = lab.Map(3, k => Follow(lab, k switch
        {
            0 => lab.UnderTest("exact"),
            1 => lab.Read("exact", "federation.algorithm=fedavg"),
            _ => lab.Read("exact"),
        }));
        var table = new Table("exact", "round", "gradient_squared", "gradient_squared_fedavg");
        for (int t = 0; t < runs[0].Squared.Length; t++) table.Add(t, runs[0].Squared[t], runs[1].Squared[t]);
        lab.Save(table);
        return (
        [
            new Check("exact", "||grad J||^2 at the end, different kernels, exact gradients, alpha = 4",
                Figure95.Exactly(runs[0].Squared[^1]), Bound.AtMost(1e-20), "a stationary point of the mean objective", Check.NoChance),
            new Check("fedavg", "||grad J||^2 at the end of FedAvg-PG", Figure95.Exactly(runs[1].Squared[^1]), Bound.AtLeast(1e-8),
                "FedAvg-PG ends elsewhere", Check.NoChance),
        ], runs[2].End, Compare(lab, "different kernels, exact gradients", "||grad J||^{2}", Plots.Rounds(runs[0].Squared.Length),
            runs[0].Squared, runs[1].Squared));
    }

    /// <summary>Exact gradients on instances drawn at random, a kernel for each agent.</summary>
    private static Check[] RandomInstances(Lab lab)
    {
        int count = lab.Choose(24, 1);
        (double Tested, double Average)[] results = lab.Map(count, k =>
        {
            string instance = $"environment.options.instance={lab.Seed(k)}";
            return (Follow(lab, lab.UnderTest("random", instance)).Squared[^1],
                Follow(lab, lab.Read("random", instance, "federation.algorithm=fedavg")).Squared[^1]);
        });
        var table = new Table("random-instances", "instance", "gradient_squared", "gradient_squared_fedavg");
        for (int k = 0; k < count; k++) table.Add(lab.Seed(k), results[k].Tested, results[k].Average);
        lab.Save(table);
        double[] tested = [.. results.Select(r => r.Tested)], average = [.. results.Select(r => r.Average)];
        Bound testedBound = Bound.AtMost(1e-20), averageBound = Bound.AtLeast(1e-8);
        return [
            new Check("exact-random",
                $"||grad J||^2 at the end, the largest of {count} random instances with a kernel for each agent, exact gradients, "
                    + "alpha = 4", Figure95.Exactly(tested.Max()), testedBound,
                "a stationary point of the mean objective", InstanceChance.OfWorst(tested, testedBound, 1e-33)),
            new Check("fedavg-random", $"||grad J||^2 at the end of FedAvg-PG, the least of {count} random instances",
                Figure95.Exactly(average.Min()), averageBound, "FedAvg-PG ends elsewhere", InstanceChance.OfWorst(average, averageBound))];
    }

    /// <summary>Theorem 3's step size: the level of the mean of ||grad J||^2.</summary>
    private static (Check Check, Panel Panel) Schedule(Lab lab, double[] end)
    {
        (int N, int H, int T)[] points = lab.Choose<(int, int, int)[]>(
            [(2, 10, 2000), (4, 10, 2000), (8, 10, 2000), (16, 10, 2000), (8, 5, 2000), (8, 20, 2000), (8, 10, 1000), (8, 10, 4000)],
            [(4, 10, 1000)]);
        int seeds = lab.Choose(4, 2);
        Experiment settings = lab.Read("schedule");
        using FederatedObjective objective = Objectives.Of(settings);
        double first = objective.Value(new double[end.Length]) - objective.Value(end);
        LocalModel model = LocalModel.At([.. Enumerable.Range(0, objective.Count).Select(objective.Agent)], end);
        // Agents alternate between two kinds, so the mean covariance is the same for every even number of them.
        double noise =
            model.TraceWith(NoiseModel.At(settings, end, lab.Choose(20_000, 2_000), lab.Seed(9_999), lab.Cancellation).Covariance);
        double[] levels = lab.Map(points.Length * seeds, k =>
        {
            (int n, int h, int t) = points[k / seeds];
            return Follow(lab, lab.UnderTest("schedule", $"environment.agents={n}", $"federation.localSteps={h}",
                $"federation.rounds={t}", $"seed={lab.Seed(k)}")).Squared.SkipLast(1).Average();
        });
        var table = new Table("schedule", "agents", "local_steps", "rounds", "seed", "mean_gradient_squared", "law");
        double[] ratios = new double[levels.Length];
        for (int k = 0; k < levels.Length; k++)
        {
            (int n, int h, int t) = points[k / seeds];
            double law = ((first / 4) + (2 * noise)) / Math.Sqrt((double)n * h * t);
            ratios[k] = levels[k] / law;
            table.Add(n, h, t, lab.Seed(k), levels[k], law);
        }
        lab.Save(table);
        double[] products = [.. points.Select(p => (double)p.N * p.H * p.T).Distinct().Order()];
        var panel = new Panel
        {
            Title = "Theorem 3's step size",
            XLabel = "N H T",
            YLabel = "mean of ||grad J||^{2}",
            XScale = AxisScale.Log,
            YScale = AxisScale.Log,
            Series =
            [
                Plots.Means(lab.Tested,
                    products.Select(x =>
                        (x, levels.Where((_, k) => (double)points[k / seeds].N * points[k / seeds].H * points[k / seeds].T == x)
                            .ToArray())), 0),
                Plots.Law("law of Theorem 3", products, [.. products.Select(x => ((first / 4) + (2 * noise)) / Math.Sqrt(x))], 0),
            ],
        };
        Figure95 level = Intervals.OfMean(ratios);
        var bound = new Bound(0.85, 1.15);
        return (new Check("schedule",
            $"mean of ||grad J||^2 over the law, mean of {points.Length} points (N, H, T), step size of Theorem 3", level, bound,
            "[gap0/4 + 2 tr(Abar Sigma)/B] / sqrt(NHT)", Chances.ChanceOfLeaving(level, ratios.Length - 1, bound)), panel);
    }

    /// <summary>Opposite kernels: the best common policy is random.</summary>
    private static (Check[] Checks, Panel Panel) Opposite(Lab lab)
    {
        Experiment experiment = lab.UnderTest("opposite");
        double best = BestCommon(experiment.Mdp);
        Curve tested = lab.Run(experiment), average = lab.Run(lab.Read("opposite", "federation.algorithm=fedavg"));
        var table = new Table("opposite", "round", "gap", "gap_fedavg");
        for (int t = 0; t <= tested.Rounds; t += experiment.EvaluateEvery)
            table.Add(t, tested.Objective[t] - best, average.Objective[t] - best);
        lab.Save(table);
        int[] shown = [.. Enumerable.Range(0, tested.Rounds + 1).Where(t => t % experiment.EvaluateEvery == 0)];
        Panel panel = Compare(lab, "opposite kernels", "|J - J of the best common policy|", [.. shown.Select(t => (double)t)],
            [.. shown.Select(t => Math.Abs(tested.Objective[t] - best))], [.. shown.Select(t => Math.Abs(average.Objective[t] - best))]);
        return ([new Check("opposite", "|J - J of the best common policy| at the end, opposite kernels, q = 0.4",
            Figure95.Exactly(Math.Abs(tested.Objective[^1] - best)), Bound.AtMost(1e-12),
            "the stationary point is the best common policy, which is random", Check.NoChance),
            new Check("opposite-fedavg", "the same of FedAvg-PG", Figure95.Exactly(Math.Abs(average.Objective[^1] - best)),
                Bound.AtLeast(1e-5), "about 5e-5", Check.NoChance)], panel);
    }

    private static Panel Compare(Lab lab, string title, string label, double[] rounds, double[] tested, double[] average) => new()
    {
        Title = title,
        XLabel = "round",
        YLabel = label,
        YScale = AxisScale.Log,
        Series = [Plots.Measured(lab.Tested, rounds, tested, 0), Plots.Measured("FedAvg-PG", rounds, average, 1)],
    };

    /// <summary>
    /// The least mean of J over policies that take action 0 with probability p: 1 / (1 - gamma (1 -
    /// p)) for even agents and with q (1 - p) for odd ones.
    /// </summary>
    private static double BestCommon(FiniteMdp mdp)
    {
        double gamma = mdp.Discount, q = mdp.Agents[1].Kernel.Probabilities(1)[^1], low = 0, high = 1;
        for (int k = 0; k < 200; k++)
        {
            double middle = 0.5 * (low + high);
            if (Slope(middle) < 0) low = middle;
            else high = middle;
        }
        return Value(0.5 * (low + high));

        double Value(double p) => 0.5 * ((1 / (1 - (gamma * (1 - p)))) + (1 / (1 - (gamma * (1 - (q * (1 - p)))))));
        double Slope(double p) =>
            0.5 * ((-gamma / Math.Pow(1 - (gamma * (1 - p)), 2)) + (gamma * q / Math.Pow(1 - (gamma * (1 - (q * (1 - p)))), 2)));
    }

    private static (Curve Curve, double[] Squared, double[] End) Follow(Lab lab, Experiment experiment)
    {
        using FederatedObjective objective = Objectives.Of(experiment);
        double[] gradient = new double[objective.Dimension], end = gradient;
        Curve curve = lab.Run(experiment, theta =>
        {
            objective.Gradient(theta, gradient);
            end = theta;
            return [gradient.Sum(g => g * g)];
        });
        return (curve, [.. Enumerable.Range(0, curve.Rounds + 1).Select(t => curve.Observed(t)?[0] ?? double.PositiveInfinity)], end);
    }
}
