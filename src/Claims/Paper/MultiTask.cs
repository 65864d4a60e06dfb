using System.Globalization;
using FedPG.Claims.Breaking;
using FedPG.Claims.Laws;
using FedPG.Claims.Measuring;
using FedPG.Core.Statistics;
using FedPG.Envs;
using FedPG.Envs.Derivatives;
using FedPG.Envs.Tabular;
using FedPG.Experiments;
using FedPG.Policies;
using FedPG.Policies.Tabular;
using FedPG.Reporting.Figures;

namespace FedPG.Claims.Paper;

/// <summary>Beyond the paper: where correction pays once policies are told of the agent, and where it costs.</summary>
internal sealed class MultiTask : Claim
{
    private const int Agents = 8;

    /// <summary>Small enough that the law, which is of second order in the local step size, says all.</summary>
    private const double SmallStep = 0.01;

    private static readonly Setting[] Settings =
    [
        new("shared", [0.1, 0.5, 1], ShareContexts),
        new("class", [0.05, 0.1, 0.2], AddUp),
        new("own", [0.5, 1], experiment => experiment),
    ];

    /// <inheritdoc/>
    public override string Name => "multi-task";

    /// <inheritdoc/>
    public override string Statement =>
        "Correction pays where agents that share parameters disagree at the optimum, is worth nothing where a policy that is told of the "
            + "agent suits everybody at once, and costs where local steps saturate the softmax (beyond the paper).";

    /// <inheritdoc/>
    public override string Equation => """
        At a stationary point of the mean, H local steps without correction move thetabar by $\eta^2 H(H-1)/2\; mean_i(A_i b_i)$ in a round,
        to second order in $\eta$, with $b_i$ and $A_i$ the gradient and the Hessian of $J_i$. Fast-FedPG does not move.
        """;

    /// <inheritdoc/>
    public override string Procedure => """
        Eight goals on a 6 x 6 gridworld, exact gradients, H = 20. Two agents for each of four contexts (`shared`), logits that are sums of
        a row's, a column's and an agent's (`class`), a table an agent (`own`). Each algorithm has the best of two or three step sizes. Then
        the sampled network that sees coordinates of cell and goal, H = 50 (`network`). Judged is the advantage: FedAvg-PG's objective at
        the end less Fast-FedPG's, in gaps of the uniform policy. The pull mean(A_i b_i) says who is to win: it is computed where Fast-FedPG
        ends, and compared with a round of FedAvg-PG at a small step. Local Adam is not among the settings.
        """;

    /// <inheritdoc/>
    public override IReadOnlyList<Breakage> Catches => [Breakage.NoMemory];

    /// <inheritdoc/>
    public override IReadOnlyList<Check> Run(Lab lab)
    {
        ArgumentNullException.ThrowIfNull(lab);
        Setting[] settings = lab.IsQuick ? [.. Settings.Select(s => s with { Etas = [s.Etas[s.Etas.Length / 2]] })] : Settings;
        (Setting Setting, bool Tested, double Eta)[] grid =
            [.. from s in settings from tested in (bool[])[true, false] from eta in s.Etas select (s, tested, eta)];
        Ended[] ends = lab.Map(grid.Length, k => Train(lab, grid[k].Setting, grid[k].Tested, grid[k].Eta));
        var table = new Table("runs", "setting", "algorithm", "local_step_size", "gap_share");
        for (int k = 0; k < grid.Length; k++)
            table.Add(grid[k].Setting.File, AlgorithmOf(grid[k].Tested), grid[k].Eta, ends[k].Share);
        lab.Save(table);
        Outcome[] outcomes = [.. settings.Select(s => new Outcome(s, Best(s, true), Best(s, false)))];
        Pull[] pulls = lab.Map(settings.Length, k => PullAt(lab, settings[k], outcomes[k].Tested.Theta!));
        var predicted = new Table("pull", "setting", "pull", "measured_over_predicted");
        for (int k = 0; k < settings.Length; k++) predicted.Add(settings[k].File, pulls[k].Predicted, pulls[k].Ratio);
        lab.Save(predicted);
        double[] network = Network(lab);
        lab.Save("plot", Figure.Of(new Panel
        {
            XLabel = "FedAvg-PG's objective less Fast-FedPG's, in gaps of the uniform policy",
            Estimates =
            [
                .. outcomes.Select((o, k) => new Estimate(o.Setting.File, o.Advantage, o.Advantage, o.Advantage, k)),
                new Estimate("network", network.Average(), network.Min(), network.Max(), settings.Length),
            ],
        }));
        var loss = Bound.AtMost(-0.05);
        return
        [
            Advantage("shared", "two agents a context", outcomes[0], Bound.AtLeast(0.05), "pull is not 0"),
            Advantage("class", "no parameters suit all", outcomes[1], Bound.AtLeast(0.003), "pull is not 0"),
            Advantage("own", "a table an agent", outcomes[2], new Bound(-0.005, 0.005), "b_i = 0 for every agent at the optimum: pull = 0"),
            new Check("network", "the advantage on a sampled network, H = 50: mean over seeds; it loses",
                Intervals.Bootstrap(network, values => values.Average(), lab.Seed(0)), loss,
                "no law: softmax saturates locally, g_i -> 0, and mbar - m_i goes on unopposed",
                Chances.ChanceOfLeaving(network, values => values.Average(), lab.Seed(1), loss)),
            new Check("pull-shared", "a round of FedAvg-PG from Fast-FedPG's end over the law, eta = 0.01, setting shared",
                Figure95.Exactly(pulls[0].Ratio), new Bound(0.9, 1.1), "eta^2 H (H - 1) / 2 mean(A_i b_i)", Check.NoChance),
            new Check("pull-own", "pull of setting own over that of shared",
                Figure95.Exactly(pulls[2].Predicted / pulls[0].Predicted), Bound.AtMost(0.1), "0 at the optimum", Check.NoChance),
        ];

        Ended Best(Setting setting, bool tested) =>
            ends.Where((_, k) => grid[k].Setting.File == setting.File && grid[k].Tested == tested).MinBy(e => e.Share)!;
    }

    private static string AlgorithmOf(bool tested) => tested ? "fast-fedpg" : "fedavg";

    private static Check Advantage(string name, string what, Outcome outcome, Bound bound, string law) => new(
        name, $"the advantage, {what}, each at its best step size", Figure95.Exactly(outcome.Advantage), bound, law, Check.NoChance);

    private static Ended Train(Lab lab, Setting setting, bool tested, double eta)
    {
        string step = string.Create(CultureInfo.InvariantCulture, $"federation.localStepSize={eta:R}");
        Experiment experiment = setting.Shape(tested
            ? lab.UnderTest(setting.File, step)
            : lab.Read(setting.File, step, "federation.algorithm=fedavg"));
        Curve curve = lab.Run(experiment, theta => theta);
        return new Ended(curve.Gap[^1] / curve.Gap[0], curve.Observed(curve.Rounds));
    }

    /// <summary>mean(A_i b_i) at a point, and what a round of plain local steps makes of it there.</summary>
    private static Pull PullAt(Lab lab, Setting setting, double[] theta)
    {
        const double reach = 1e-4;
        string step = string.Create(CultureInfo.InvariantCulture, $"federation.localStepSize={SmallStep:R}");
        Experiment plain = setting.Shape(lab.Read(setting.File, step, "federation.algorithm=fedavg", "federation.rounds=1"));
        using var objective = Objectives.Of(plain);
        double[] mean = new double[theta.Length], pull = new double[theta.Length];
        for (int i = 0; i < Agents; i++)
        {
            IDifferentiableObjective agent = objective.Agent(i);
            double[] b = GradientAt(agent, theta, theta, 0);
            double[] ahead = GradientAt(agent, theta, b, reach), behind = GradientAt(agent, theta, b, -reach);
            for (int k = 0; k < theta.Length; k++)
            {
                mean[k] += b[k] / Agents;
                pull[k] += (ahead[k] - behind[k]) / (2 * reach) / Agents;
            }
        }
        int h = plain.Federation.LocalSteps;
        double[] after = lab.Run(plain with { InitialParameters = theta }, end => end).Observed(1)!;
        double law = SmallStep * SmallStep * h * (h - 1) / 2, along = 0, square = 0;
        for (int k = 0; k < theta.Length; k++)
        {
            // The part of the move that the mean gradient makes, which is not yet 0, is no drift.
            double moved = after[k] - theta[k] + (SmallStep * h * mean[k]);
            along += moved * law * pull[k];
            square += law * pull[k] * law * pull[k];
        }
        return new Pull(Math.Sqrt(square) / law, along / square);
    }

    private static double[] GradientAt(IDifferentiableObjective objective, double[] theta, double[] direction, double reach)
    {
        double[] gradient = new double[theta.Length];
        objective.Gradient([.. theta.Zip(direction, (t, d) => t + (reach * d))], gradient);
        return gradient;
    }

    /// <summary>The advantage on the sampled network, seed by seed.</summary>
    private static double[] Network(Lab lab)
    {
        int seeds = lab.Choose(3, 1);
        double[] shares = lab.Map(2 * seeds, k =>
        {
            string seed = $"seed={lab.Seed(k / 2)}";
            Curve curve = lab.Run(k % 2 == 0 ? lab.UnderTest("network", seed) : lab.Read("network", seed, "federation.algorithm=fedavg"));
            return curve.Gap[^1] / curve.Gap[0];
        });
        var table = new Table("network", "seed", "fast_fedpg", "fedavg");
        for (int s = 0; s < seeds; s++) table.Add(lab.Seed(s), shares[2 * s], shares[(2 * s) + 1]);
        lab.Save(table);
        return [.. Enumerable.Range(0, seeds).Select(s => shares[(2 * s) + 1] - shares[2 * s])];
    }

    private static Experiment ShareContexts(Experiment experiment)
    {
        FiniteMdp mdp = experiment.Mdp;
        var pairs = new AgentTasks(["pair"], [.. Enumerable.Range(0, Agents).Select(i => new double[] { i / 2 })]);
        AgentContexts contexts = AgentContexts.OfTasks(pairs);
        return experiment with { CreatePolicy = format => new TabularSoftmax(mdp.States, mdp.Actions, format, contexts) };
    }

    private static Experiment AddUp(Experiment experiment)
    {
        FiniteMdp mdp = experiment.Mdp;
        GridLayout grid = mdp.Grid!;
        double[,] features = new double[mdp.States, grid.Rows + grid.Columns];
        for (int s = 0; s < mdp.States; s++)
        {
            (int row, int column) = grid.Cells[s];
            (features[s, row], features[s, grid.Rows + column]) = (1, 1);
        }
        AgentContexts contexts = AgentContexts.OfIndices(Agents);
        return experiment with { CreatePolicy = format => LogLinear.OfStateFeatures(features, mdp.Actions, format, contexts) };
    }

    /// <param name="File">The settings.</param>
    /// <param name="Etas">Step sizes that each algorithm chooses from.</param>
    /// <param name="Shape">Puts in the policy where a file cannot say it.</param>
    private sealed record Setting(string File, double[] Etas, Func<Experiment, Experiment> Shape);

    private sealed record Ended(double Share, double[]? Theta);

    private sealed record Outcome(Setting Setting, Ended Tested, Ended Plain)
    {
        public double Advantage => Plain.Share - Tested.Share;
    }

    private sealed record Pull(double Predicted, double Ratio);
}
