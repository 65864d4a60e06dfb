using FedPG.Core.Options;
using FedPG.Reporting.Report;
using FedPG.Tests.Cli;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Reporting;

/// <summary>The page about runs: what it says is what is in the folders.</summary>
public sealed class HtmlReportTests
{
    private static readonly string[] Small =
    [
        "--set", "environment.agents=3", "environment.options.width=3", "environment.options.height=3", "policy.kind=tabular-softmax",
        "gradient.trajectories=2", "gradient.horizon=5",
        "gradient.entropy=0", "federation.rounds=3", "federation.localSteps=2", "--quiet",
    ];

    [Fact]
    public void A_page_tells_results_bytes_and_settings_of_the_folders_and_is_one_file()
    {
        using var folder = new TemporaryFolder();
        foreach ((string algorithm, string seed) in ((string, string)[])[("fast-fedpg", "1"), ("fast-fedpg", "2"), ("fedavg", "1")])
            Assert.Equal(0,
                Fedpg.Run(folder.FullPath, ["train", "--seed", seed, "--out", $"runs/{algorithm}-{seed}", .. Small, "--set",
                    $"federation.algorithm={algorithm}"]).ExitCode);
        Outcome outcome = Fedpg.Run(folder.FullPath, "report", "runs", "--out", "pages/all.html", "--pictures", "0");
        Assert.Equal((0, "pages/all.html\n", ""), (outcome.ExitCode, outcome.Output, outcome.Errors));
        string page = File.ReadAllText(folder["pages/all.html"]);
        Assert.Equal(page, HtmlReport.Of(ReportedRuns.Read(ReportedRun.FoldersOf([folder["runs"]], "RUN_DIR")))
            .Replace(folder.FullPath + "/", "", StringComparison.Ordinal));

        // One file: nothing is fetched.
        Assert.DoesNotMatch("(?i)src=|href=|@import|https?://", page);
        Assert.Contains("fedpg train runs/fast-fedpg-1/experiment.json --seeds 1,2", page, StringComparison.Ordinal);

        // Two settings; the first has two seeds.
        Assert.Contains("3 runs of 2 settings on GridWorld-v0", page, StringComparison.Ordinal);
        Assert.Contains("<td>1, 2</td>", page, StringComparison.Ordinal);
        foreach (string run in (string[])["fast-fedpg-1", "fedavg-1"])
        {
            ReportedRun read = ReportedRun.Read(folder[$"runs/{run}"]);
            Assert.Equal(RunTesting.Json(folder[$"runs/{run}/summary.json"]).GetProperty("bytes").GetInt64(),
                read.Crossings.Sum(c => c.Bytes));
            foreach (Crossing crossing in read.Crossings)
                Assert.Contains(crossing.Bytes.ToString("N0", System.Globalization.CultureInfo.InvariantCulture), page,
                    StringComparison.Ordinal);
        }
        double mean = (ReportedRun.Read(folder["runs/fast-fedpg-1"]).Figure("objective")
            + ReportedRun.Read(folder["runs/fast-fedpg-2"]).Figure("objective")) / 2;
        Assert.Contains($"<td>{mean.ToString("G4", System.Globalization.CultureInfo.InvariantCulture)} [", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"text\">federation.memory</td>", page, StringComparison.Ordinal);

        // An existing page is replaced; a page has the same bytes whenever it is written.
        Assert.Equal(0, Fedpg.Run(folder.FullPath, "report", "runs", "--out", "pages/all.html", "--pictures", "0").ExitCode);
        Assert.Equal(page, File.ReadAllText(folder["pages/all.html"]));
        Assert.Equal(["all.html"], Directory.GetFileSystemEntries(folder["pages"]).Select(Path.GetFileName));
    }

    [Fact]
    public void Runs_that_have_not_ended_and_names_full_of_markup_are_shown()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, Fedpg.Run(folder.FullPath, ["train", "--out", "run", .. Small, "--set", "name=mine"]).ExitCode);
        // No name that training takes has markup in it; a file that somebody else wrote may.
        File.WriteAllText(folder["run/experiment.json"],
            File.ReadAllText(folder["run/experiment.json"]).Replace("\"mine\"", "\"<script>alert(1) & co\"", StringComparison.Ordinal));
        File.Delete(folder["run/summary.json"]);
        // The moment in which a process writes: neither last row is whole.
        File.AppendAllText(folder["run/metrics.csv"], "4,12");
        File.AppendAllText(folder["run/exchange.csv"], "4,\"agent, 0\",up");
        Outcome outcome = Fedpg.Run(folder.FullPath, "report", "run");
        Assert.Equal((0, "report.html\n", ""), (outcome.ExitCode, outcome.Output, outcome.Errors));
        string page = File.ReadAllText(folder["report.html"]);
        Assert.Contains("&lt;script&gt;alert(1) &amp; co", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Contains("1 run has not ended", page, StringComparison.Ordinal);
        Assert.Contains("unfinished", page, StringComparison.Ordinal);
    }

    /// <summary>
    /// The last round of a run that was stopped may not have been evaluated, and a row without an objective says nothing of what was
    /// reached.
    /// </summary>
    [Fact]
    public void Figures_at_the_end_belong_to_one_round()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0,
            Fedpg.Run(folder.FullPath, ["train", "--out", "run", .. Small, "--set", "evaluateEvery=2", "federation.rounds=4"]).ExitCode);
        string[] rows = File.ReadAllLines(folder["run/metrics.csv"]);
        File.WriteAllLines(folder["run/metrics.csv"], rows[..^1]);
        ReportedRun ended = ReportedRun.Read(folder["run"]);
        Assert.Equal((4, ended.Figure("objective"), ended.Figure("env_steps")),
            (ended.Rounds, ended.End("objective"), ended.End("env_steps")));
        File.Delete(folder["run/summary.json"]);
        ReportedRun open = ReportedRun.Read(folder["run"]);
        Assert.Equal((2, open.Metrics["objective"][2], open.Metrics["env_steps"][2]),
            (open.Rounds, open.End("objective"), open.End("env_steps")));
    }

    [Fact]
    public void Settings_are_told_apart_by_what_differs()
    {
        using var folder = new TemporaryFolder();
        foreach ((string name, string set) in ((string, string)[])[("a", "federation.localSteps=2"), ("b", "federation.localSteps=5"),
            ("c", "federation.algorithm=fedavg")])
            Assert.Equal(0, Fedpg.Run(folder.FullPath, ["train", "--out", name, .. Small, "--set", set]).ExitCode);
        IReadOnlyList<RunGroup> groups = RunGroup.Of([.. ((string[])["a", "b", "c"]).Select(name => ReportedRun.Read(folder[name]))],
            out IReadOnlyList<(string Key, IReadOnlyList<string> Values)> different);
        Assert.Equal(["fast-fedpg localSteps=2", "fast-fedpg localSteps=5", "fedavg"], groups.Select(g => g.Label));
        Assert.Equal(["2", "5", "2"], different.Single(d => d.Key == "federation.localSteps").Values);
        Assert.DoesNotContain(different, d => d.Key is "seed" or "name");
    }

    [Fact]
    public void Bad_input_is_named_all_of_it_and_nothing_is_written()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, Fedpg.Run(folder.FullPath, ["train", "--out", "good", .. Small]).ExitCode);
        Directory.CreateDirectory(folder["empty"]);
        foreach (string name in (string[])["no-json", "no-number", "no-column", "no-round", "copy"])
        {
            Directory.CreateDirectory(folder[name]);
            foreach (string file in (string[])["experiment.json", "metrics.csv", "exchange.csv"])
                File.Copy(folder[$"good/{file}"], folder[$"{name}/{file}"]);
        }
        File.WriteAllText(folder["no-json/experiment.json"], "{ \"name\": ");
        File.AppendAllText(folder["no-number/metrics.csv"], "4,1,many,,,,1,1,1,,\n");
        File.WriteAllText(folder["no-column/metrics.csv"], "round,objective\n0,1\n");
        File.WriteAllText(folder["no-round/metrics.csv"], File.ReadLines(folder["good/metrics.csv"]).First() + "\n");
        Outcome outcome = Fedpg.Run(folder.FullPath, "report", "good", "missing", "empty", "good/metrics.csv", "no-json");
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.Equal(
            ["RUN_DIR: missing; does not exist; run folders are needed",
                "RUN_DIR: empty; is not a run folder, and holds none: there is no experiment.json with a metrics.csv",
             "RUN_DIR: good/metrics.csv; is a file; run folders are needed"],
            outcome.ErrorLines);
        outcome = Fedpg.Run(folder.FullPath, "report", "no-json", "no-number", "no-column", "no-round", "--out", "page.txt");
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.Collection(
            outcome.ErrorLines,
            line => Assert.Equal("--out: page.txt; must name a file that ends in .html", line),
            line => Assert.StartsWith("no-json/experiment.json: ", line, StringComparison.Ordinal),
            line => Assert.Equal("no-number/metrics.csv: row 5, objective: 'many' is not a number.", line),
            line => Assert.StartsWith("no-column/metrics.csv: there is no column 'env_steps'", line, StringComparison.Ordinal),
            line => Assert.Equal("no-round/metrics.csv: has no round yet", line));
        foreach ((string part, string old, string changed) in ((string, string, string)[])[
            ("experiment.json", "\"name\"", "\"seed\": 1, \"name\""),
            ("experiment.json", "\"versions\": {", "\"environment\": 1, \"v\": {"), ("metrics.csv", "round,", "round,gap,")])
        {
            File.WriteAllText(folder[$"copy/{part}"],
                File.ReadAllText(folder[$"good/{part}"]).Replace(old, changed, StringComparison.Ordinal));
            outcome = Fedpg.Run(folder.FullPath, "report", "copy");
            Assert.Equal(2, outcome.ExitCode);
            Assert.StartsWith($"copy/{part}: ", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
            File.Copy(folder[$"good/{part}"], folder[$"copy/{part}"], overwrite: true);
        }
        outcome = Fedpg.Run(folder.FullPath, "report", "good", "--out", "good/metrics.csv/page.html");
        Assert.Equal(2, outcome.ExitCode);
        Assert.StartsWith("--out: good/metrics.csv/page.html; cannot be written: ", Assert.Single(outcome.ErrorLines),
            StringComparison.Ordinal);
        Assert.Equal(2, Fedpg.Run(folder.FullPath, "report").ExitCode);
        Assert.Empty(Directory.EnumerateFiles(folder.FullPath, "*.html*", SearchOption.AllDirectories));
        Assert.Throws<InvalidInputException>(() => ReportedRun.Read(folder["empty"]));
    }

    /// <summary>One bad run does not hide the others: it is named on stderr and in the page.</summary>
    [Fact]
    public void What_cannot_be_shown_is_named()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, Fedpg.Run(folder.FullPath, ["train", "--out", "runs/a", .. Small]).ExitCode);
        foreach (string name in (string[])["copy", "new", "torn", "diverged"])
        {
            Directory.CreateDirectory(folder[$"runs/{name}"]);
            foreach (string file in (string[])["experiment.json", "metrics.csv"])
                File.Copy(folder[$"runs/a/{file}"], folder[$"runs/{name}/{file}"]);
        }
        string head = File.ReadLines(folder["runs/a/metrics.csv"]).First() + "\n";
        foreach (string name in (string[])["new", "diverged"]) File.WriteAllText(folder[$"runs/{name}/metrics.csv"], head);
        File.WriteAllText(folder["runs/diverged/diverged.json"], "{}");
        File.WriteAllText(folder["runs/torn/experiment.json"], "{");
        Outcome outcome = Fedpg.Run(folder.FullPath, "report", "runs", "--out", "page.html");
        Assert.Equal((0, "page.html\n"), (outcome.ExitCode, outcome.Output));
        Assert.Collection(
            outcome.ErrorLines,
            line =>
                Assert.Equal("not shown: runs/copy: has the experiment and the seed of runs/a, which is shown: one run would count as two",
                    line),
            line => Assert.Equal("not shown: runs/diverged: diverged before its first row: numbers stopped being finite", line),
            line => Assert.Equal("not shown: runs/new/metrics.csv: has no round yet", line),
            line => Assert.StartsWith("not shown: runs/torn/experiment.json: ", line, StringComparison.Ordinal));
        string page = File.ReadAllText(folder["page.html"]);
        Assert.Contains("<h2>Not shown</h2>", page, StringComparison.Ordinal);
        Assert.Contains("runs/torn/experiment.json", page, StringComparison.Ordinal);

        outcome = Fedpg.Run(folder.FullPath, "report", "runs/diverged", "--out", "none.html");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("No run to show", File.ReadAllText(folder["none.html"]), StringComparison.Ordinal);
    }
}
