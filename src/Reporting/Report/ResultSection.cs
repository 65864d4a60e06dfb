using FedPG.Core.Statistics;

namespace FedPG.Reporting.Report;

/// <summary>The section of a page that puts the figures of all settings side by side. Stateless.</summary>
internal static class ResultSection
{
    private const long BootstrapSeed = 1;

    /// <summary>Writes the table.</summary>
    /// <param name="page">The page.</param>
    /// <param name="groups">The settings.</param>
    public static void Write(HtmlPage page, IReadOnlyList<RunGroup> groups)
    {
        bool gaps = ReportCharts.HaveGaps(groups), shares = gaps && groups.All(g => g.Runs.All(r => r.Figure("uniformGap") > 0));
        string intervals = groups.Any(g => g.Runs.Count > 1)
            ? " Interquartile means over seeds with the 95 % interval of a bootstrap, as in fedpg compare."
            : "";
        if (groups.Any(g => g.Runs.Count == 1 && double.IsFinite(g.Runs[0].End("objective_se"))))
            intervals += " After \u00b1: 1.96 standard errors of the episodes that a single run was evaluated with.";
        page.Line("<h2>Results</h2>");
        List<string> head = ["setting", "seeds", "rounds", "objective"];
        if (gaps) head.Add("gap to the optimum");
        if (shares) head.Add("of the uniform policy's gap");
        bool own = HaveFigure(groups, "ownGap", "own_gap"), worst = HaveFigure(groups, "worstOwnGap", "worst_own_gap");
        if (own) head.Add("own gap");
        if (worst) head.Add("worst own gap");
        head.AddRange(["env-steps", "bytes", "seconds"]);
        page.Table(head, groups.Select(group =>
        {
            List<string> cells = [HtmlPage.Swatch(group.Style) + HtmlPage.Text(group.Label), HtmlPage.Text(Seeds(group)),
                group.Round is { } round ? HtmlPage.Amount(round) : Range(group, r => r.Rounds),
                Interval(group, End("objective"), group.Runs.Count == 1 ? End("objective_se") : null)];
            if (gaps) cells.Add(Interval(group, End("gap")));
            if (shares) cells.Add(group.Diverged > 0 ? "" : Interval(group, r => 100 * End("gap")(r) / r.Figure("uniformGap")) + " %");
            if (own) cells.Add(Interval(group, OwnEnd("ownGap", "own_gap")));
            if (worst) cells.Add(Interval(group, r => 100 * OwnEnd("worstOwnGap", "worst_own_gap")(r)) + (group.Diverged > 0 ? "" : " %"));
            cells.AddRange([Range(group, End("env_steps")), Range(group, r => End("bytes_up")(r) + End("bytes_down")(r)),
                Range(group, End("seconds"))]);
            return (IReadOnlyList<string>)cells;

            Func<ReportedRun, double> OwnEnd(string key, string column) => run => run.End(key, column, run.IsDiverged ? null : group.Round);

            Func<ReportedRun, double> End(string key) => run => run.End(key, round: run.IsDiverged ? null : group.Round);
        }),
        "Of the final policy; of the last evaluated round where a run has not ended, and of the last that all runs of a setting have "
            + $"evaluated where some of several have not finished.{intervals}");
    }

    /// <summary>Whether every run ends with a figure that has another name in its summary than in its curves.</summary>
    /// <param name="groups">The settings.</param>
    /// <param name="key">Its name in summaries.</param>
    /// <param name="column">Its name in curves.</param>
    public static bool HaveFigure(IReadOnlyList<RunGroup> groups, string key, string column) =>
        groups.All(group => group.Runs.All(run => double.IsFinite(run.End(key, column, run.IsDiverged ? null : group.Round))));

    private static string Seeds(RunGroup group)
    {
        string[] seeds = [.. group.Runs.Select(r => r.Seed)];
        return seeds.Length <= 6 ? string.Join(", ", seeds) : $"{seeds.Length}: {seeds[0]}, {seeds[1]}, ... {seeds[^1]}";
    }

    private static string Interval(RunGroup group, Func<ReportedRun, double> of, Func<ReportedRun, double>? error = null)
    {
        if (group.Diverged > 0) return group.Runs.Count == group.Diverged ? "diverged" : $"{group.Diverged} of {group.Runs.Count} diverged";
        double[] values = [.. group.Runs.Select(of)];
        if (error is not null && error(group.Runs[0]) is var se && double.IsFinite(se))
            return $"{HtmlPage.Number(values[0])} &plusmn; {HtmlPage.Number(1.96 * se)}";
        Figure95 figure = values.All(v => v.Equals(values[0]))
            ? Figure95.Exactly(values[0])
            : Intervals.Bootstrap(values, Intervals.InterquartileMean, BootstrapSeed);
        return values.Length == 1
            ? HtmlPage.Number(figure.Value)
            : $"{HtmlPage.Number(figure.Value)} [{HtmlPage.Number(figure.Low, 3)}, {HtmlPage.Number(figure.High, 3)}]";
    }

    private static string Range(RunGroup group, Func<ReportedRun, double> of)
    {
        double least = group.Runs.Min(of), most = group.Runs.Max(of);
        return HtmlPage.Amount(least) == HtmlPage.Amount(most)
            ? HtmlPage.Amount(most)
            : $"{HtmlPage.Amount(least)} to {HtmlPage.Amount(most)}";
    }
}
