using FedPG.Claims.Laws;
using FedPG.Claims.Measuring;
using FedPG.Core.Statistics;
using FedPG.Core.Streams;
using FedPG.Experiments;
using FedPG.Policies.Tabular.Exact;
using FedPG.Reporting.Figures;

namespace FedPG.Claims.Paper;

/// <summary>Assumption 4: truncated trajectories bias the gradient by at most D gamma^K.</summary>
internal sealed class Truncation : Claim
{
    /// <inheritdoc/>
    public override string Name => "truncation";

    /// <inheritdoc/>
    public override string Statement =>
        "Truncating trajectories after K steps biases the gradient by at most D gamma^K (Assumption 4, Eq. (10)).";

    /// <inheritdoc/>
    public override string Equation => """
        $||\nabla_K J_i(\theta) - \nabla J_i(\theta)|| \le D \gamma^K$ (Assumption 4, Eq. (10)).
        """;

    /// <inheritdoc/>
    public override string Procedure => """
        Both gradients are exact, the truncated one by dynamic programming, for every K from 1 to 120, at random parameters of a tabular
        policy, on instance W and random MDPs; the slope is fitted on the upper half. A gridworld of 100 states is drawn beside them: its
        chain does not mix within K, and its error is more than a constant times $\gamma^K$. Nothing here depends on the algorithm, so no
        broken variant can fail it.
        """;

    /// <inheritdoc/>
    public override IReadOnlyList<Check> Run(Lab lab)
    {
        ArgumentNullException.ThrowIfNull(lab);
        int count = lab.Choose(24, 6), longest = 120;
        var table = new Table("truncation", "instance", "horizon", "error", "d");
        Experiment[] experiments =
        [
            lab.Read("ergodic"),
            .. Enumerable.Range(0, count).Select(k => lab.Read("ergodic",
                $$"""environment={ "id": "RandomMdp-v0", "agents": 10, "options": { "instance": {{lab.Seed(k)}} } }""")),
        ];
        double[][] errors = lab.Map(experiments.Length, k => Errors(experiments[k], longest, lab.Seed(100 + k)));
        double[] slopes = [.. errors.Select((e, k) => Slope(e) / Math.Log(experiments[k].Mdp.Discount))];
        for (int k = 0; k < errors.Length; k++) Record(k == 0 ? "W" : $"random-{k}", errors[k], experiments[k].Mdp.Discount);
        Experiment slow = lab.Read("slow");
        double[] slowErrors = Errors(slow, longest, lab.Seed(200)), horizons = [.. Plots.Rounds(longest).Select(k => k + 1)];
        Record("gridworld", slowErrors, slow.Mdp.Discount);
        lab.Save(table);
        double discount = experiments[0].Mdp.Discount, constant = errors[0][^1] / Math.Pow(discount, longest);
        lab.Save("plot", Figure.Of(new Panel
        {
            XLabel = "horizon K",
            YLabel = "||grad_{K} J_{i} - grad J_{i}||, largest over agents",
            YScale = AxisScale.Log,
            Series =
            [
                Plots.Measured("gridworld, 100 states: not mixed", horizons, slowErrors, 1),
                Plots.Measured("instance W", horizons, errors[0], 0),
                .. errors.Skip(1)
                    .Select(e => new Series { Name = $"{count} random instances", X = horizons, Y = e, Style = 2, Kind = SeriesKind.Thin }),
                Plots.Law("D \u03b3^{K}", horizons, [.. horizons.Select(k => constant * Math.Pow(discount, k))], 0),
            ],
        }));
        double worst = slopes.MaxBy(s => Math.Abs(s - 1));
        return
        [
            new Check("power", $"slope of the log error in K over log gamma, the farthest from 1 of W and {count} random instances",
                Figure95.Exactly(worst), new Bound(0.99, 1.01),
                "D gamma^K once the chain has mixed", InstanceChance.OfWorst(slopes, new Bound(0.99, 1.01))),
            new Check("constant",
                $"error / gamma^K at K = {longest} over that at K = {longest / 2}, instance W, where D = "
                    + $"{Bound.Short(constant)} at the drawn parameters",
                Figure95.Exactly(constant / (errors[0][(longest / 2) - 1] / Math.Pow(discount, longest / 2))), new Bound(0.99, 1.01),
                "D does not depend on K", Check.NoChance),
        ];

        void Record(string instance, double[] error, double gamma)
        {
            for (int horizon = 1; horizon <= longest; horizon++)
                table.Add(instance, horizon, error[horizon - 1], error[horizon - 1] / Math.Pow(gamma, horizon));
        }
    }

    /// <summary>The slope on the upper half of the horizons.</summary>
    private static double Slope(double[] errors)
    {
        int[] horizons = [.. Enumerable.Range(errors.Length / 2, errors.Length - (errors.Length / 2)).Select(k => k + 1)];
        return Line.Fit([.. horizons.Select(h => (double)h)], [.. horizons.Select(h => Math.Log(errors[h - 1]))]).Slope.Value;
    }

    /// <summary>The largest ||grad_K J_i - grad J_i|| over agents for K = 1 to the longest, at parameters drawn at random.</summary>
    private static double[] Errors(Experiment experiment, int longest, long seed)
    {
        using FederatedObjective objective = Objectives.Of(experiment);
        var random = new RandomSequence(new StreamKey(seed, StreamPurpose.Environment, 0, 0, 0));
        double[] theta = [.. Enumerable.Range(0, objective.Dimension).Select(_ => (2 * random.NextDouble()) - 1)],
            exact = new double[theta.Length], truncated = new double[theta.Length];
        double[] errors = new double[longest];
        for (int i = 0; i < objective.Count; i++)
        {
            objective.Agent(i).Gradient(theta, exact);
            for (int horizon = 1; horizon <= longest; horizon++)
            {
                objective.AgentTruncatedGradient(i, theta, horizon, truncated);
                errors[horizon - 1] = Math.Max(errors[horizon - 1], Math.Sqrt(exact.Zip(truncated, (a, b) => (a - b) * (a - b)).Sum()));
            }
        }
        return errors;
    }
}
