using FedPG.Reporting.Curves;
using FedPG.Reporting.Figures;

namespace FedPG.Reporting.Report;

/// <summary>
/// The figures of a report: what was reached against rounds, bytes, env-steps and seconds; drift and gradient; the agents. Stateless.
/// </summary>
internal static class ReportFigures
{
    private const int MaxAgents = 24, AgentHeight = 26, Frame = 110;

    private static readonly (string Label, Func<ReportedRun, IReadOnlyList<double>> Of)[] Axes =
    [
        ("communication rounds", run => run.Column("round")),
        ("bytes, both directions, all agents", run => [.. run.Column("bytes_up").Zip(run.Column("bytes_down"), (up, down) => up + down)]),
        ("env-steps, all agents", run => run.Column("env_steps")),
        ("seconds", run => run.Column("seconds")),
    ];

    /// <summary>Whether every run knows its gap.</summary>
    public static bool HaveGaps(IEnumerable<RunGroup> groups) => groups.All(g => g.Runs.All(r => double.IsFinite(r.End("gap"))));

    /// <summary>The gap, or the objective where gaps are not known, against all that was spent.</summary>
    public static Figure Progress(IReadOnlyList<RunGroup> groups)
    {
        string judged = HaveGaps(groups) ? "gap" : "objective";
        var panels = new List<Panel>();
        foreach ((string label, Func<ReportedRun, IReadOnlyList<double>> axis) in Axes)
        {
            Series[] series = Curves(groups, axis, judged);
            // What nobody used (no messages, exact gradients) is no axis.
            if (!series.Any(s => s.X.Any(x => x > 0))) continue;
            panels.Add(new Panel { XLabel = label, YLabel = judged, YScale = SeedCurves.ScaleOf(series), Series = series });
        }
        return new Figure
        {
            Panels = panels.Count > 0 ? panels : [new Panel
            {
                XLabel = Axes[0].Label,
                YLabel = judged,
                Series = Curves(groups, Axes[0].Of, judged),
            }],
            Columns = 2,
            Legend = LegendOf(groups),
        };
    }

    /// <summary>Drift of the agents, size of the gradient and the agents' own gaps, against rounds; null where none was measured.</summary>
    public static Figure? Inside(IReadOnlyList<RunGroup> groups)
    {
        var panels = new List<Panel>();
        foreach ((string column, string label) in (ReadOnlySpan<(string, string)>)
        [
            ("drift", "drift, mean of ||theta_{i} - thetabar||^{2}"), ("grad_norm_sq", "||grad J||^{2}"),
            ("own_gap", "own gap, mean over agents"), ("worst_own_gap", "worst own gap, share of the uniform policy's"),
        ])
        {
            Series[] series = Curves(groups, Axes[0].Of, column);
            if (!series.Any(s => s.Y.Any(y => double.IsFinite(y) && y > 0))) continue;
            panels.Add(new Panel { XLabel = Axes[0].Label, YLabel = label, YScale = SeedCurves.ScaleOf(series), Series = series });
        }
        return panels.Count == 0 ? null : new Figure { Panels = panels, Columns = 2, Legend = LegendOf(groups) };
    }

    /// <summary>The agents' objectives at the end; null where there are none, or too many to draw.</summary>
    public static Figure? Agents(IReadOnlyList<RunGroup> groups, IReadOnlyList<AgentFigures> agents)
    {
        string[] names = [.. agents.SelectMany(a => a.Names).Distinct()];
        if (names.Length is 0 or > MaxAgents || agents.Count != groups.Count) return null;
        var rows = new List<Estimate>();
        foreach (string name in names)
        {
            for (int k = 0; k < groups.Count; k++)
            {
                int i = agents[k].Names.IndexOf(name);
                if (i >= 0)
                    rows.Add(new Estimate(groups.Count == 1 ? name : $"{name}, {Shortened(groups[k].Label)}", agents[k].Mean[i],
                        agents[k].Min[i], agents[k].Max[i], k));
            }
        }
        if (rows.Count > 3 * MaxAgents || !rows.Any(r => double.IsFinite(r.Value))) return null;
        return new Figure
        {
            Panels = [new Panel
            {
                XLabel = "objective of the common policy at the end"
                    + (groups.Any(g => g.Runs.Count > 1) ? "; lines from the least to the most of the seeds" : ""),
                Estimates = rows,
            }],
            Legend = LegendPlacement.None,
            Height = Math.Max(Figure.DefaultPanelHeight / 2, Frame + (AgentHeight * rows.Count)),
            Width = 2 * Figure.DefaultPanelWidth,
        };
    }

    private static LegendPlacement LegendOf(IReadOnlyList<RunGroup> groups) =>
        groups.Count > 1 ? LegendPlacement.Below : LegendPlacement.None;

    private static string Shortened(string label)
    {
        const int most = 24;
        return label.Length <= most ? label : $"{label[..((most - 1) / 2)]}\u2026{label[^(most / 2)..]}";
    }

    private static Series[] Curves(IReadOnlyList<RunGroup> groups, Func<ReportedRun, IReadOnlyList<double>> axis, string column) =>
        [
            .. groups.Select((group, k) => SeedCurves.Of(group.Label, [.. group.Runs.Select(run => (axis(run), run.Column(column)))],
                [.. group.Runs.Select(run => run.IsDiverged)], k))];
}

/// <summary>The agents of a group at the end of its runs, over seeds.</summary>
/// <param name="Names">The agents.</param>
/// <param name="Mean">The mean objective of each.</param>
/// <param name="Min">The least of the runs.</param>
/// <param name="Max">The most.</param>
/// <param name="Optimum">Each agent's own optimum; NaN where unknown.</param>
/// <param name="Return">The mean return of episodes; NaN where there are none.</param>
internal sealed record AgentFigures(
    List<string> Names, IReadOnlyList<double> Mean, IReadOnlyList<double> Min, IReadOnlyList<double> Max, IReadOnlyList<double> Optimum,
    IReadOnlyList<double> Return)
{
    /// <summary>Adds up the runs of a group that have ended; the furthest of them, where not all have finished.</summary>
    public static AgentFigures Of(RunGroup group)
    {
        ReportedRun[] ended = [.. group.Runs.Where(run => run.Summary is not null)];
        if (group.Round is not null && ended.Length > 0) ended = [.. ended.Where(run => run.Rounds >= ended.Max(other => other.Rounds))];
        var agents = ended.SelectMany(run => run.Agents).GroupBy(agent => agent.Name).ToArray();
        return new AgentFigures(
            [.. agents.Select(a => a.Key)], [.. agents.Select(a => a.Average(r => r.Objective))],
            [.. agents.Select(a => a.Min(r => r.Objective))],
            [.. agents.Select(a => a.Max(r => r.Objective))], [.. agents.Select(a => a.First().Optimum)],
            [.. agents.Select(a => a.Average(r => r.Return))]);
    }
}
