using FedPG.Reporting.Curves;
using FedPG.Reporting.Figures;

namespace FedPG.Reporting.Report;

/// <summary>The curves of a report: what was reached, against all that was spent; agents; what goes on inside. Stateless.</summary>
internal static class ReportCharts
{
    /// <summary>Agents that have a small chart each.</summary>
    public const int MaxAgents = 24;

    private static readonly (string Name, string Label, Func<ReportedRun, IReadOnlyList<double>> Of)[] Axes =
    [
        ("rounds", "communication rounds", run => run.Column("round")),
        ("env-steps", "env-steps, all agents", run => run.Column("env_steps")),
        ("bytes", "bytes, both directions, all agents",
            run => [.. run.Column("bytes_up").Zip(run.Column("bytes_down"), (up, down) => up + down)]),
        ("seconds", "seconds", run => run.Column("seconds")),
    ];

    private static readonly (string Column, string Label)[] Within =
        [("drift", "drift of local steps, squared"), ("grad_norm_sq", "gradient of the mean objective, squared norm")];

    /// <summary>Whether every run knows its gap.</summary>
    public static bool HaveGaps(IEnumerable<RunGroup> groups) => groups.All(g => g.Runs.All(r => double.IsFinite(r.End("gap"))));

    /// <summary>Returns, gap or objective, own gaps: for each axis that anything was spent along, its charts.</summary>
    /// <param name="groups">The groups.</param>
    public static IReadOnlyList<(string Axis, IReadOnlyList<WebChart> Charts)> Learning(IReadOnlyList<RunGroup> groups)
    {
        string judged = HaveGaps(groups) ? "gap" : "objective";
        (string Title, Func<ReportedRun, IReadOnlyList<double>> Of)[] figures =
        [
            ("return of an episode, mean over agents", ReturnOf),
            (judged == "gap" ? "gap to the optimum" : "objective", run => run.Column(judged)),
            ("own gap, mean over agents", run => run.Column("own_gap")),
            ("worst own gap, share of the uniform policy's", run => run.Column("worst_own_gap")),
        ];
        var all = new List<(string, IReadOnlyList<WebChart>)>();
        foreach ((string name, string label, Func<ReportedRun, IReadOnlyList<double>> axis) in Axes)
        {
            // What nobody used (no messages, exact gradients) is no axis.
            if (!groups.Any(g => g.Runs.Any(r => axis(r).Any(x => x > 0)))) continue;
            all.Add((name, [.. figures.Select(f => ChartOf(f.Title, label, groups, axis, f.Of)).OfType<WebChart>()]));
        }
        return all.Count > 0 ? all : [(Axes[0].Name, [.. figures.Select(f => ChartOf(f.Title, Axes[0].Label, groups, Axes[0].Of, f.Of))
            .OfType<WebChart>()])];
    }

    /// <summary>Drift of the agents and size of the gradient, against rounds.</summary>
    /// <param name="groups">The groups.</param>
    public static IReadOnlyList<WebChart> Inside(IReadOnlyList<RunGroup> groups) =>
    [
        .. Within.Select(f => ChartOf(f.Label, Axes[0].Label, groups, Axes[0].Of,
            run => [.. run.Column(f.Column).Select(y => y > 0 ? y : double.NaN)]))
        .OfType<WebChart>(),
    ];

    /// <summary>A small chart for each agent, on one vertical axis; of many agents those that end worst.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="left">How many agents have none.</param>
    public static IReadOnlyList<WebChart> Agents(IReadOnlyList<RunGroup> groups, out int left)
    {
        AgentCurves[][] curves = [.. groups.Select(g => g.Runs.Select(run => run.AgentCurves).ToArray())];
        AgentCurve[] known = [.. curves.SelectMany(g => g).SelectMany(run => run.Agents)];
        string[] names = [.. known.Select(agent => agent.Name).Distinct()];
        bool returns = known.Length > 0 && known.All(agent => agent.Return.Any(double.IsFinite));
        bool gaps = known.Length > 0 && known.All(agent => double.IsFinite(agent.Optimum));
        string[] shown = names.Length <= MaxAgents ? names :
        [
            .. names.OrderByDescending(name =>
                known.Where(a => a.Name == name).Max(a => gaps ? a.Objective[^1] - a.Optimum : a.Objective[^1]))
                .Take(MaxAgents),
        ];
        left = names.Length - shown.Length;
        Series[][] series = [.. shown.Select(Of)];
        double[] values = [.. series.SelectMany(s => s).SelectMany(s => s.Y).Where(double.IsFinite)];
        if (values.Length == 0) return [];
        bool log = gaps && !returns && values.All(v => v > 0) && values.Max() > 3 * values.Min();
        (double, double)? range = values.Max() <= values.Min() ? null
            : log ? (values.Min() / 1.2, values.Max() * 1.2)
            : (values.Min() - (0.04 * (values.Max() - values.Min())), values.Max() + (0.04 * (values.Max() - values.Min())));
        return [.. shown.Select((name, k) => new WebChart
        {
            Title = name, Series = series[k], YScale = log ? AxisScale.Log : AxisScale.Linear, YRange = range, IsSmall = true,
        })];

        Series[] Of(string name) =>
        [
            .. groups.Select((group, g) => (group, Runs: curves[g]
                .Select(run => (run.Rounds, Agent: run.Agents.FirstOrDefault(a => a.Name == name)))
                .Where(run => run.Agent is not null).ToArray())).Where(g => g.Runs.Length > 0)
            .Select(g => Dressed(SeedCurves.Of(g.group.Label, [.. g.Runs.Select(run => (run.Rounds, Shown(run.Agent!)))],
                [.. g.Runs.Select(_ => false)], g.group.Style), g.group, groups)),
        ];

        IReadOnlyList<double> Shown(AgentCurve agent) =>
            returns ? agent.Return : gaps ? [.. agent.Objective.Select(j => j - agent.Optimum)] : agent.Objective;
    }

    /// <summary>What the small charts show, in words.</summary>
    /// <param name="groups">The groups.</param>
    public static string AgentsShow(IReadOnlyList<RunGroup> groups)
    {
        AgentCurve[] known = [.. groups.SelectMany(g => g.Runs).SelectMany(run => run.AgentCurves.Agents)];
        return known.All(agent => agent.Return.Any(double.IsFinite)) ? "return of an episode"
            : known.All(agent => double.IsFinite(agent.Optimum)) ? "objective minus the agent's own optimum" : "objective";
    }

    /// <summary>Returns, where there are any, at the rows of metrics.csv.</summary>
    private static IReadOnlyList<double> ReturnOf(ReportedRun run)
    {
        Dictionary<double, double> known = run.AgentCurves.Rounds.Zip(run.AgentCurves.MeanReturn).GroupBy(r => r.First)
            .ToDictionary(r => r.Key, r => r.Last().Second);
        return [.. run.Column("round").Select(round => known.GetValueOrDefault(round, double.NaN))];
    }

    private static WebChart? ChartOf(string title, string label, IReadOnlyList<RunGroup> groups,
        Func<ReportedRun, IReadOnlyList<double>> axis, Func<ReportedRun, IReadOnlyList<double>> of)
    {
        Series[] series =
        [
            .. groups.Select(group => Dressed(SeedCurves.Of(group.Label, [.. group.Runs.Select(run => (axis(run), of(run)))],
                [.. group.Runs.Select(run => run.IsDiverged)], group.Style), group, groups)),
        ];
        return series.Any(s => s.Y.Any(double.IsFinite))
            ? new WebChart { Title = title, XLabel = label, Series = series, YScale = SeedCurves.ScaleOf(series) }
            : null;
    }

    /// <summary>More curves than can be told apart are thin and grey: the pointer and the tables name them.</summary>
    private static Series Dressed(Series series, RunGroup group, IReadOnlyList<RunGroup> groups)
    {
        int place = groups.TakeWhile(other => !ReferenceEquals(other, group)).Count();
        return place < WebChart.MaxCurves ? series : series with { Kind = SeriesKind.Thin, Low = null, High = null };
    }
}
