using System.Globalization;
using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Core.Statistics;

namespace FedPG.Reporting.Report;

/// <summary>
/// A page about runs: what was reached and what it cost, curves, agents, policies, what crossed, settings. One file that fetches nothing.
/// The same folders give the same bytes. Stateless.
/// </summary>
internal static class HtmlReport
{
    private const string InsideCaption =
        "Drift: how far local steps lead agents from the server's parameters, squared, mean over agents and local steps of a round. "
        + "The gradient is that of the mean objective at the server's parameters.";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes the page about run folders.</summary>
    /// <param name="read">The runs, and the folders that can only be named; at least one of both together.</param>
    /// <param name="pictures">Makes pictures of policies for the groups; null for none.</param>
    /// <param name="watched">Whether a browser asks for the page again by itself.</param>
    public static string Of(
        ReportedRuns read, Func<IReadOnlyList<RunGroup>, IReadOnlyList<ReportPicture>>? pictures = null, bool watched = false)
    {
        ArgumentNullException.ThrowIfNull(read);
        IReadOnlyList<ReportedRun> runs = read.Shown;
        if (runs.Count == 0) return OfNone(read.Named, watched);
        IReadOnlyList<RunGroup> groups = RunGroup.Of(runs, out IReadOnlyList<(string Key, IReadOnlyList<string> Values)> different);
        string name = string.Join(", ", runs.Select(r => r.Name).Distinct().Take(3))
            + (runs.Select(r => r.Name).Distinct().Count() > 3 ? ", ..." : "");
        var page = new HtmlPage(name) { IsWatched = watched };
        page.Line($"<h1>{HtmlPage.Text(name)}</h1>");
        page.Line($"<p class=\"lead\">{HtmlPage.Text(Lead(runs, groups))}</p>");
        if (Best(groups) is { } best) page.Line($"<p class=\"best\">{best}</p>");
        ResultSection.Write(page, groups);
        Learning(page, groups);
        Agents(page, groups);
        Policies(page, groups, pictures?.Invoke(groups) ?? []);
        Inside(page, groups);
        Exchange(page, groups);
        Certificates(page, groups);
        Settings(page, groups, different);
        Commands(page, groups);
        Runs(page, groups);
        NotShown(page, read.Named);
        return page.ToString();
    }

    private static string OfNone(IReadOnlyList<ValidationError> named, bool watched)
    {
        var page = new HtmlPage("No run to show") { IsWatched = watched };
        page.Line(watched ? "<h1>No round yet</h1>" : "<h1>No run to show</h1>");
        NotShown(page, named);
        return page.ToString();
    }

    /// <summary>The first thing to know of several settings: which is best, by what.</summary>
    private static string? Best(IReadOnlyList<RunGroup> groups)
    {
        RunGroup[] sound = [.. groups.Where(g => g.Diverged == 0)];
        if (groups.Count < 2 || sound.Length == 0) return null;
        (string what, Func<RunGroup, double> of) = ResultSection.HaveFigure(groups, "ownGap", "own_gap")
            ? ("own gap", (Func<RunGroup, double>)(g => Middle(g, r => r.End("ownGap", "own_gap", g.Round))))
            : ReportCharts.HaveGaps(groups) ? ("gap", g => Middle(g, r => r.End("gap", round: g.Round)))
            : ("objective", g => Middle(g, r => r.End("objective", round: g.Round)));
        RunGroup best = sound.MinBy(of)!;
        return $"Lowest {what}: {HtmlPage.Swatch(best.Style)}<strong>{HtmlPage.Text(best.Label)}</strong>, {HtmlPage.Number(of(best))}.";

        static double Middle(RunGroup group, Func<ReportedRun, double> figure) =>
            Intervals.InterquartileMean([.. group.Runs.Select(figure)]);
    }

    private static void Legend(HtmlPage page, IReadOnlyList<RunGroup> groups)
    {
        if (groups.Count < 2) return;
        string named = string.Concat(groups.Take(WebChart.MaxCurves)
            .Select(g => $"<span>{WebChart.Sample(g.Style)}{HtmlPage.Text(g.Label)}</span>"));
        int thin = groups.Count - WebChart.MaxCurves;
        string rest = thin > 0 ? $"<span class=\"rest\">thin and grey: {thin} more, which the pointer and the tables name</span>" : "";
        page.Line($"<p class=\"legend\">{named}{rest}</p>");
    }

    private static void Charts(HtmlPage page, IReadOnlyList<WebChart> charts, string kind = "charts", string more = "")
    {
        page.Line($"<div class=\"{kind}{more}\">");
        foreach (WebChart chart in charts) page.Line(chart.ToMarkup());
        page.Line("</div>");
    }

    private static void Learning(HtmlPage page, IReadOnlyList<RunGroup> groups)
    {
        IReadOnlyList<(string Axis, IReadOnlyList<WebChart> Charts)> learning = ReportCharts.Learning(groups);
        if (learning.All(axis => axis.Charts.Count == 0)) return;
        page.Line("<h2>Learning curves</h2>");
        Legend(page, groups);
        // Without a script: what is chosen hides what it takes the place of.
        string[] others = [.. Enumerable.Range(1, learning.Count - 1).Select(k => Invariant($".switched:has(#ax{k}:checked) .ax"))];
        page.Line($"<div class=\"switched\"><style>.ax:not(.ax0) {{ display: none; }} {string.Concat(others.Select((other, k) =>
            Invariant($"{other}0 {{ display: none; }} {other}{k + 1} {{ display: grid; }} ")))}</style>"
            + "<p class=\"axes\"><span>against</span>");
        for (int k = 0; k < learning.Count; k++)
        {
            page.Line(Invariant($"<label><input type=\"radio\" name=\"axis\" id=\"ax{k}\"{(k == 0 ? " checked" : "")}>")
                + $"{learning[k].Axis}</label>");
        }
        page.Line("</p>");
        for (int k = 0; k < learning.Count; k++) Charts(page, learning[k].Charts, more: Invariant($" ax ax{k}"));
        page.Line("</div>");
        page.Line($"<p class=\"note\">{HtmlPage.Text(Caption(groups))}</p>");
    }

    private static void Inside(HtmlPage page, IReadOnlyList<RunGroup> groups)
    {
        IReadOnlyList<WebChart> inside = ReportCharts.Inside(groups);
        if (inside.Count == 0) return;
        page.Line("<h2>Inside the rounds</h2>");
        Legend(page, groups);
        Charts(page, inside);
        page.Line($"<p class=\"note\">{HtmlPage.Text(InsideCaption)}</p>");
    }

    private static void Agents(HtmlPage page, IReadOnlyList<RunGroup> groups)
    {
        AgentSection.Write(page, groups);
        IReadOnlyList<WebChart> agents = ReportCharts.Agents(groups, out int left);
        if (agents.Count == 0) return;
        page.Line("<h3>Agent by agent</h3>");
        Legend(page, groups);
        Charts(page, agents, "smalls");
        page.Line($"<p class=\"note\">{HtmlPage.Text(ReportCharts.AgentsShow(groups))}, against rounds, the same axis for all."
            + (left > 0 ? Invariant($" The {agents.Count} agents that end worst; {left} more are in agents.csv.") : "") + "</p>");
    }

    private static void Policies(HtmlPage page, IReadOnlyList<RunGroup> groups, IReadOnlyList<ReportPicture> pictures)
    {
        if (pictures.Count == 0) return;
        page.Line("<h2>Policies and episodes</h2>");
        foreach (RunGroup group in groups)
        {
            ReportPicture[] own = [.. pictures.Where(picture => group.Runs.Any(run => run.Folder == picture.Folder))];
            if (own.Length == 0) continue;
            if (groups.Count > 1) page.Line($"<h3>{HtmlPage.Swatch(group.Style)}{HtmlPage.Text(group.Label)}</h3>");
            page.Line("<div class=\"pictures\">");
            foreach (ReportPicture picture in own)
            {
                string still = Image("png", picture.Still, picture.Caption);
                page.Line($"<figure><figcaption>{HtmlPage.Text(picture.Caption)}</figcaption>{still}</figure>");
                // Who asked their system for less motion sees the picture in the place of the film.
                if (picture.Film is { } film)
                    page.Line($"<figure><figcaption>{HtmlPage.Text(picture.Caption)}: an episode</figcaption><picture>"
                        + $"<source media=\"(prefers-reduced-motion: reduce)\" srcset=\"{Data("png", picture.Still)}\">"
                        + $"{Image("gif", film, picture.Caption + ", an episode")}</picture></figure>");
            }
            page.Line("</div>");
        }

        static string Data(string kind, byte[] bytes) => $"data:image/{kind};base64,{Convert.ToBase64String(bytes)}";

        static string Image(string kind, byte[] bytes, string says) =>
            $"<img width=\"560\" alt=\"{HtmlPage.Text(says)}\" src=\"{Data(kind, bytes)}\">";
    }

    /// <summary>What to type to have the same runs again, to judge them, and to go on with those that have not ended.</summary>
    private static void Commands(HtmlPage page, IReadOnlyList<RunGroup> groups)
    {
        page.Line("<h2>Commands to repeat</h2>");
        foreach (RunGroup group in groups)
        {
            string folder = group.Runs[0].Folder;
            string seeds = group.Runs.Count == 1 ? "" : $" --seeds {string.Join(',', group.Runs.Select(r => r.Seed))}";
            List<string> lines = [$"fedpg train {Quoted(Path.Combine(folder, "experiment.json"))}{seeds}"];
            lines.AddRange(group.Runs.Where(r => !r.IsFinished && !r.IsDiverged).Select(r => $"fedpg train --resume {Quoted(r.Folder)}"));
            if (group.Runs.Any(r => r.Summary is not null))
                lines.Add($"fedpg eval {Quoted(group.Runs.First(r => r.Summary is not null).Folder)}");
            page.Line($"<h3>{HtmlPage.Swatch(group.Style)}{HtmlPage.Text(group.Label)}</h3>"
                + $"<pre>{HtmlPage.Text(string.Join('\n', lines))}</pre>");
        }

        static string Quoted(string path) =>
            path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.' or ':') ? path
                : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    private static void NotShown(HtmlPage page, IReadOnlyList<ValidationError> named)
    {
        if (named.Count == 0) return;
        page.Line("<h2>Not shown</h2>");
        page.Table(["folder or file", "why"],
            named.Select(e => (IReadOnlyList<string>)[HtmlPage.Text(e.Source), HtmlPage.Text(e.Allowed)]), "");
    }

    private static string Lead(IReadOnlyList<ReportedRun> runs, IReadOnlyList<RunGroup> groups)
    {
        string[] objectives = [.. runs.Select(r => r.Minimised).Distinct().Select(o => o switch
        {
            "reward" => "expected discounted sums of -reward", "regret" =>
                "expected discounted sums of 1 - reward (regret)", "squared-value-error" =>
                    "mean squared errors of values against agents' own fixed points",
            "squared-return-error" => "mean squared errors of values against discounted returns of held-out episodes", _ =>
                $"errors of values ({o})",
        })];
        string[] environments = [.. runs.Select(r => r.Experiment["environment"])
            .Select(e => e?["id"]?.ToString() ?? e?["mdp"]?.ToString() ?? "").Distinct()];
        string open = runs.Count(r => r.Summary is null && !r.IsDiverged) is var unfinished && unfinished > 0
            ? $" {Count(unfinished, "run has", "runs have")} not ended: they stand as far as they went."
            : "";
        if (runs.Count(r => r.IsDiverged) is var diverged && diverged > 0)
            open += $" {Count(diverged, "run", "runs")} diverged: numbers stopped being finite.";
        return $"{Count(runs.Count, "run", "runs")} of {Count(groups.Count, "setting", "settings")} on "
            + $"{string.Join(", ", environments)}; objectives are {string.Join(", or ", objectives)}, means over agents, and "
            + $"smaller is better.{open}";
    }

    private static string Caption(IReadOnlyList<RunGroup> groups) =>
        (ReportCharts.HaveGaps(groups)
            ? "Gap: objective minus the optimum of the mean objective. "
            : "The optimum of the mean objective is not known for all runs, so objectives are drawn. ")
        + (groups.Any(g => g.Runs.Count > 1) ? "Interquartile means over seeds, bands from the first to the third quartile." : "One seed.");

    private static void Exchange(HtmlPage page, IReadOnlyList<RunGroup> groups)
    {
        page.Line("<h2>What crossed</h2>");
        var rows = groups.SelectMany(group => group.Runs[0].Crossings.Select(c => (IReadOnlyList<string>)
        [
            HtmlPage.Swatch(group.Style) + HtmlPage.Text(group.Label), c.Direction switch
            {
                "up" => "agent to server",
                "down" => "server to agent",
                _ => HtmlPage.Text(c.Direction),
            }, HtmlPage.Text(c.Name), HtmlPage.Text(c.Shape),
            HtmlPage.Whole(c.Messages), HtmlPage.Whole(c.Bytes),
        ])).ToList();
        if (rows.Count == 0) page.Line("<p>No message is recorded in these folders.</p>");
        else page.Table(["setting", "direction", "message", "numbers", "messages", "bytes"], rows,
            "All messages of each setting's first run, from its exchange.csv. Nothing else leaves an agent.");
    }

    private static void Certificates(HtmlPage page, IReadOnlyList<RunGroup> groups)
    {
        var certified =
            groups.SelectMany(group => group.Runs.Where(r => r.Summary?["certificate"] is not null).Take(1)
                .Select(run => (group, run))).ToArray();
        if (certified.Length == 0) return;
        page.Line("<h2>Where the rest of the gap comes from</h2>");
        string[] parts = ["gap", "heterogeneityBias", "truncationBias", "interaction", "noiseFloor", "remainder"];
        page.Table(["setting", "seed", "gap, entropy included", "bias of different agents", "bias of the horizon", "both together",
            "noise floor", "remainder", "laws hold"], certified.Select(c => (IReadOnlyList<string>)
        [
            HtmlPage.Swatch(c.group.Style) + HtmlPage.Text(c.group.Label), HtmlPage.Text(c.run.Seed),
            .. parts.Select(part =>
                HtmlPage.Number(c.run.Summary!["certificate"]![part] is { } v
                    && double.TryParse(v.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double x) ? x : double.NaN)),
            c.run.Summary!["certificate"]!["valid"]?.ToString() == "true" ? "yes" : "no",
        ]),
        "The certificate of each setting's first run that has one (summary.json): parts of the gap that laws account for near an optimum.");
    }

    private static void Settings(HtmlPage page, IReadOnlyList<RunGroup> groups,
        IReadOnlyList<(string Key, IReadOnlyList<string> Values)> different)
    {
        page.Line("<h2>Settings</h2>");
        if (different.Count > 0)
            page.Table(["key", .. groups.Select(g => g.Label)],
                different.Select(d => (IReadOnlyList<string>)[HtmlPage.Text(d.Key), .. d.Values.Select(HtmlPage.Text)]),
                "What differs between the settings; an empty cell is a key that the setting does not have.");
        foreach (RunGroup group in groups)
            page.Line(
                $"<details><summary>experiment.json of {HtmlPage.Text(group.Label)}, seed {HtmlPage.Text(group.Runs[0].Seed)}</summary>"
                    + $"<pre>{HtmlPage.Text(group.Runs[0].Experiment.ToJsonString(Indented))}</pre></details>");
    }

    private static void Runs(HtmlPage page, IReadOnlyList<RunGroup> groups)
    {
        page.Line("<h2>Runs</h2>");
        page.Table(["setting", "seed", "status", "rounds", "folder", "fedpg", "torchsharp", "system"],
            groups.SelectMany(group => group.Runs.Select(run => (IReadOnlyList<string>)
        [
            HtmlPage.Swatch(group.Style) + HtmlPage.Text(group.Label), HtmlPage.Text(run.Seed), HtmlPage.Text(run.Status),
            HtmlPage.Whole(run.Rounds),
            HtmlPage.Text(run.Folder),
            .. ((string[])["fedpg", "torchsharp", "system"]).Select(key =>
                HtmlPage.Text(run.Experiment["versions"]?[key]?.ToString().Split('+')[0] ?? "")),
        ])), "");
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static string Count(int number, string one, string more) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {(number == 1 ? one : more)}");
}
