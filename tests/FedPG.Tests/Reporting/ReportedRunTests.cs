using System.Diagnostics;
using System.Text;
using FedPG.Reporting.Report;
using FedPG.Tests.Cli;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Reporting;

/// <summary>
/// Runs that ended in other ways than finished, and folders that are not quite as training wrote them, in the page about runs.
/// </summary>
public sealed class ReportedRunTests
{
    private const string Metrics = "round,env_steps,objective,gap,grad_norm_sq,drift,bytes_up,bytes_down,seconds";

    [Fact]
    public void A_run_that_diverged_is_called_so_and_no_mean_takes_its_last_figures_for_a_result()
    {
        using var folder = new TemporaryFolder();
        string[] common = ["--set", "environment.agents=2", "policy.kind=tabular-softmax", "federation.rounds=2",
            "gradient.trajectories=2", "--quiet"];
        Assert.Equal(1,
            Fedpg.Run(folder.FullPath, ["train", "--out", "runs/a", .. common, "--set", "federation.localStepSize=1e300"]).ExitCode);
        ReportedRun run = ReportedRun.Read(folder["runs/a"]);
        Assert.Equal((true, "diverged"), (run.IsDiverged, run.Status));
        Assert.Equal(0, Fedpg.Run(folder.FullPath, "report", "runs").ExitCode);
        string page = File.ReadAllText(folder["report.html"]);
        Assert.Contains("1 run diverged: numbers stopped being finite.", page, StringComparison.Ordinal);
        Assert.Contains("<td>diverged</td>", page.Replace(" class=\"text\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("unfinished", page, StringComparison.Ordinal);
        Assert.DoesNotContain("has not ended:", page, StringComparison.Ordinal);

        // Another seed of the same settings that went well does not hide it.
        Write(folder, "runs/b", seed: 2, rows: ["0,0,2,1,,,0,0,0"], from: "runs/a");
        Assert.Equal(0, Fedpg.Run(folder.FullPath, "report", "runs").ExitCode);
        Assert.Contains("1 of 2 diverged", File.ReadAllText(folder["report.html"]), StringComparison.Ordinal);
    }

    /// <summary>
    /// Gone on with, a run is no longer one that diverged; and a summary of its first end is not its result when it diverges then.
    /// </summary>
    [Fact]
    public void Divergence_is_forgotten_when_a_run_goes_on_and_counts_more_than_an_older_summary()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "run", seed: 1, rows: ["0,0,2,1,,,0,0,0", "1,5,1.5,0.5,,,8,8,1"]);
        File.WriteAllText(folder["run/summary.json"], """{ "status": "cancelled", "rounds": 1, "objective": 1.5 }""");
        Assert.Equal("cancelled", ReportedRun.Read(folder["run"]).Status);
        File.WriteAllText(folder["run/diverged.json"], """{ "status": "diverged", "rounds": 2, "fault": "round 2" }""");
        Assert.Equal(("diverged", null), (ReportedRun.Read(folder["run"]).Status, ReportedRun.Read(folder["run"]).Summary));

        string[] settings = ["--set", "environment.agents=2", "policy.kind=tabular-softmax", "federation.rounds=1",
            "gradient.trajectories=2", "--quiet"];
        Assert.Equal(0, Fedpg.Run(folder.FullPath, ["train", "--out", "whole", .. settings]).ExitCode);
        File.Delete(folder["whole/summary.json"]);
        File.WriteAllText(folder["whole/diverged.json"], "{}");
        Assert.Equal(0, Fedpg.Run(folder.FullPath, "train", "--resume", "whole", "--quiet").ExitCode);
        Assert.Equal("finished", ReportedRun.Read(folder["whole"]).Status);
    }

    [Fact]
    public void Byte_order_marks_are_no_fault()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "run", seed: 1, rows: ["0,0,2,1,,,0,0,0"]);
        foreach (string file in (string[])["experiment.json", "metrics.csv"])
            File.WriteAllText(folder[$"run/{file}"], File.ReadAllText(folder[$"run/{file}"]),
                new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal(0, Fedpg.Run(folder.FullPath, "report", "run").ExitCode);
    }

    [Theory]
    [InlineData("summary.json")]
    [InlineData("metrics.csv")]
    [InlineData("exchange.csv")]
    public void A_pipe_in_the_place_of_a_file_is_named_and_not_waited_for(string file)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no named pipes among files");
        using var folder = new TemporaryFolder();
        Write(folder, "run", seed: 1, rows: ["0,0,2,1,,,0,0,0"]);
        File.Delete(folder[$"run/{file}"]);
        foreach (bool linked in (bool[])[false, true])
        {
            using Process made = Process.Start("mkfifo", folder[linked ? "pipe" : $"run/{file}"]);
            made.WaitForExit();
            Assert.Equal(0, made.ExitCode);
            if (linked) File.CreateSymbolicLink(folder[$"run/{file}"], folder["pipe"]);
            Outcome outcome = Fedpg.Run(folder.FullPath, "report", "run");
            Assert.Equal((2, $"run/{file}: is empty, or no regular file\n"), (outcome.ExitCode, outcome.Errors));
            File.Delete(folder[$"run/{file}"]);
        }
    }

    [Fact]
    public void Seeds_stand_in_the_order_of_numbers()
    {
        using var folder = new TemporaryFolder();
        foreach (long seed in (long[])[1, 2, 10, 9]) Write(folder, $"runs/seed-{seed}", seed, ["0,0,2,1,,,0,0,0"]);
        RunGroup group = Assert.Single(Groups(folder));
        Assert.Equal(["1", "2", "9", "10"], group.Runs.Select(run => run.Seed));
    }

    [Fact]
    public void Means_are_over_figures_of_one_round_where_some_runs_have_not_finished()
    {
        using var folder = new TemporaryFolder();
        string[] rows = ["0,0,8,7,,,0,0,0", "1,5,,,,,8,8,1", "2,10,4,3,,,16,16,2", "3,15,,,,,24,24,3", "4,20,1,0.5,,,32,32,4"];
        Write(folder, "runs/a", seed: 1, rows);
        File.WriteAllText(folder["runs/a/summary.json"],
            """{ "status": "finished", "rounds": 4, "objective": 1, "gap": 0.5, "env_steps": 20, "seconds": 4, "bytes_up": 32,"""
                + """ "bytes_down": 32 }""");
        Write(folder, "runs/b", seed: 2, rows[..4]);
        RunGroup group = Assert.Single(Groups(folder));
        Assert.Equal(2, group.Round);
        Assert.Equal(0, Fedpg.Run(folder.FullPath, "report", "runs").ExitCode);
        string page = File.ReadAllText(folder["report.html"]);
        Assert.Contains("<td>4 [4, 4]</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td>10</td>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("2.5 [", page, StringComparison.Ordinal);

        // All finished, as far as each was to go (equal seconds, say): their ends.
        File.WriteAllText(folder["runs/b/summary.json"], """{ "status": "finished", "rounds": 3, "objective": 2, "gap": 1 }""");
        Assert.Null(Assert.Single(Groups(folder)).Round);
    }

    [Fact]
    public void What_stands_aside_of_the_page_is_left_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links want rights there");
        using var folder = new TemporaryFolder();
        Write(folder, "run", seed: 1, rows: ["0,0,2,1,,,0,0,0"]);
        File.WriteAllText(folder["precious"], "mine");
        File.CreateSymbolicLink(folder["report.html.tmp"], folder["precious"]);
        Assert.Equal(0, Fedpg.Run(folder.FullPath, "report", "run").ExitCode);
        Assert.Equal("mine", File.ReadAllText(folder["precious"]));
        Assert.Equal(["precious", "report.html", "report.html.tmp", "run"],
            Directory.GetFileSystemEntries(folder.FullPath).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    /// <summary>Values that change together: each label is short, whole and its own.</summary>
    [Fact]
    public void Labels_of_many_keys_name_those_that_tell_settings_apart()
    {
        using var folder = new TemporaryFolder();
        foreach (int k in (int[])[1, 2, 3])
        {
            string same = string.Join(", ", Enumerable.Range(0, 9)
                .Select(j => $"\"averylongkeyname{j}\": {(j == 4 ? k : Math.Min(k, 2))}"));
            Write(folder, $"runs/{k}", seed: 1, ["0,0,2,1,,,0,0,0"], federation: $"\"algorithm\": \"fedavg\", {same}");
        }
        Assert.Equal(["fedavg averylongkeyname4=1 \u2026", "fedavg averylongkeyname4=2 \u2026", "fedavg averylongkeyname4=3 \u2026"],
            Groups(folder).Select(g => g.Label));
    }

    private static IReadOnlyList<RunGroup> Groups(TemporaryFolder folder) =>
        RunGroup.Of([.. ReportedRun.FoldersOf([folder["runs"]], "RUN_DIR").Select(ReportedRun.Read)], out _);

    private static void Write(TemporaryFolder folder, string run, long seed, string[] rows, string federation = "\"algorithm\": \"fedavg\"",
        string? from = null)
    {
        Directory.CreateDirectory(folder[run]);
        string experiment = from is null
            ? $$"""{ "name": "n", "seed": 1, "objective": "regret", "environment": { "id": "GridWorld-v0" },"""
                + $$""" "federation": { {{federation}} } }"""
            : File.ReadAllText(folder[$"{from}/experiment.json"]);
        File.WriteAllText(folder[$"{run}/experiment.json"],
            experiment.Replace("\"seed\": 1", $"\"seed\": {seed}", StringComparison.Ordinal));
        File.WriteAllLines(folder[$"{run}/metrics.csv"], [Metrics, .. rows]);
    }
}
