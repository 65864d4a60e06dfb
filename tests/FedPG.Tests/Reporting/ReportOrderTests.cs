using FedPG.Core.Options;
using FedPG.Core.Statistics;
using FedPG.Reporting.Report;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Reporting;

/// <summary>The page says the same of a comparison's runs as the comparison itself; what it does not show it names.</summary>
public sealed class ReportOrderTests
{
    [Fact]
    public void Runs_of_a_comparison_have_its_order_labels_and_statistic()
    {
        using var folder = new TemporaryFolder();
        foreach (string seed in (string[])["1", "2", "3"])
        {
            RunTesting.Run(RunTesting.Experiment($"seed={seed}", "federation.algorithm=fedavg"), folder[$"c/runs/zeta/seed-{seed}"]);
            RunTesting.Run(RunTesting.Experiment($"seed={seed}"), folder[$"c/runs/alpha/seed-{seed}"]);
        }
        File.WriteAllText(folder["c/comparison.json"], """{ "algorithms": [{ "label": "zeta" }, { "label": "alpha" }] }""");
        ReportedRuns runs = ReportedRuns.Read(ReportedRun.FoldersOf([folder["c"]], "RUN_DIR"));
        IReadOnlyList<RunGroup> groups = RunGroup.Of(runs.Shown, out _);
        Assert.Equal(["zeta", "alpha"], groups.Select(g => g.Label));
        Assert.Equal([1, 0], groups.Select(g => g.Style));
        Figure95 figure = Intervals.Bootstrap(
            [.. groups[0].Runs.Select(run => run.Figure("objective"))], Intervals.InterquartileMean, 1);
        Assert.Contains(
            $"{HtmlPage.Number(figure.Value)} [{HtmlPage.Number(figure.Low, 3)}, {HtmlPage.Number(figure.High, 3)}]", HtmlReport.Of(runs),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Linked_runs_are_named()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights");
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(), folder["a/run"]);
        Directory.CreateDirectory(folder["b"]);
        Directory.CreateSymbolicLink(folder["b/link"], folder["a/run"]);
        ValidationError link = Assert.Single(ReportedRun.LinksBelow([folder["b"], folder["a"]]));
        Assert.Equal(folder["b/link"], link.Source);
        Assert.Contains("is a link", link.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_many_settings_the_first_seven_have_colours_and_numbers_read_well()
    {
        using var folder = new TemporaryFolder();
        for (int k = 0; k < 9; k++)
            RunTesting.Run(RunTesting.Experiment($"federation.localStepSize=0.{k + 1}", "federation.rounds=1"), folder[$"runs/{k}"]);
        string page = HtmlReport.Of(ReportedRuns.Read(ReportedRun.FoldersOf([folder["runs"]], "RUN_DIR")));
        Assert.Contains("thin and grey: 2 more", page, StringComparison.Ordinal);
        Assert.Equal(
            ["0", "0.05", "1200", "12.5 k", "3 M", "1e-6"],
            ((double[])[0, 0.05, 1200, 12_500, 3e6, 1e-6]).Select(number => WebChart.Short(number)));
    }
}
