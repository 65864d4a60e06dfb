using System.Globalization;
using System.Text.Json;
using FedPG.Comparison.Sweeps;
using FedPG.Core.Options;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Comparison.Sweeps;

public sealed class SweepRunTests
{
    private static readonly string[] Steps = ["localSteps=1,2,4"];

    [Fact]
    public void Each_point_and_seed_is_the_run_that_it_would_be_alone()
    {
        using var folder = new TemporaryFolder();
        string[] draws = ["localStepSize=log:0.1..1"];
        SweepResult result = SweepTesting.Run(
            SweepTesting.Plan(Steps, draws, random: 1, seeds: "3,5", assignments: "federation.rounds=3"), folder["s"]);
        string step = result.Ranked[0].Cell.Settings[1].Assignment;
        RunTesting.Run(RunTesting.Experiment("federation.rounds=3", "seed=5", "federation.localSteps=2", step), folder["alone"]);
        Assert.Equal(RunTesting.Bits(folder["alone"]), RunTesting.Bits(folder["s/runs/cell-2/seed-5"]));
        var table = new CsvFile(folder["s/sweep.csv"]);
        Assert.Equal(6, table.Rows.Length);
        Assert.Equal(["1", "1", "2", "2", "4", "4"], table["federation.localSteps"]);
        Assert.Equal(["3", "5", "3", "5", "3", "5"], table["seed"]);
        Assert.All(table["rounds"], rounds => Assert.Equal("3", rounds));
        Assert.Equal("runs/cell-2/seed-5", table["folder"][3]);
        Assert.Contains("</html>", File.ReadAllText(folder["s/report.html"]), StringComparison.Ordinal);
        RunTesting.AssertNothingHalfWritten(folder["s"]);
    }

    [Fact]
    public void Points_are_ranked_by_the_column_the_least_first()
    {
        using var folder = new TemporaryFolder();
        SweepResult usual = SweepTesting.Run(SweepTesting.Plan(Steps), folder["s"]);
        Assert.Equal("own_gap", usual.Column.Name);
        double[] gaps = [.. usual.Ranked.Select(s => s.Figure(usual.Column)!.Value)];
        Assert.Equal(gaps.Order(), gaps);
        Assert.Equal(usual.Ranked[0].Runs[0].Result.Summary!.OwnGap, gaps[0]);
        SweepResult steps = SweepTesting.Run(SweepTesting.Plan(Steps, rankBy: "env_steps"), folder["t"]);
        Assert.Equal([1, 2, 3], steps.Ranked.Select(s => s.Cell.Number));
        JsonElement document = SweepTesting.Json(steps);
        Assert.Equal("env_steps", document.GetProperty("rankedBy").GetString());
        Assert.Equal(4, document.GetProperty("points")[2].GetProperty("settings").GetProperty("federation.localSteps").GetInt32());
        Assert.Equal(usual.Ranked.Select(s => s.Cell.Number).ToArray(), RanksOf(folder["s/sweep.csv"]));
        Assert.Throws<InvalidInputException>(() => SweepColumn.Parse("gaps"));
    }

    [Fact]
    public void Halving_keeps_the_better_half_and_its_winner_is_the_run_of_all_rounds()
    {
        using var folder = new TemporaryFolder();
        string[] grid = ["localSteps=1,2", "localStepSize=0.001,0.5"];
        SweepPlan plan = SweepTesting.Plan(grid, seeds: "3,4", halving: true, assignments: "checkpointEvery=3");
        SweepResult result = SweepTesting.Run(plan, folder["s"]);
        Assert.Equal([4, 2, 1, 1], result.Ranked.Select(s => s.Rounds));
        Assert.Equal([2, 1, 0, 0], result.Ranked.Select(s => s.Rung));
        int[][] kept = [.. RungFile.Read(folder["s"])];
        // What was better after one round is what went on.
        SweepResult one = SweepTesting.Run(SweepTesting.Plan(grid, seeds: "3,4", assignments: "federation.rounds=1"), folder["one"]);
        Assert.Equal(one.Ranked.Take(2).Select(s => s.Cell.Number).Order(), kept[0]);
        Assert.Equal(result.Ranked[0].Cell.Number, Assert.Single(kept[1]));
        SweepCell best = result.Ranked[0].Cell;
        RunTesting.Run(RunTesting.Experiment(["seed=4", "checkpointEvery=3", .. best.Settings.Select(s => s.Assignment)]), folder["alone"]);
        Assert.Equal(RunTesting.Bits(folder["alone"]), RunTesting.Bits(folder[$"s/runs/{best.Label}/seed-4"]));
    }

    /// <summary>Stopped in the first rung, in the second where half of the runs went on, and after the last round of one.</summary>
    [Theory]
    [InlineData("rung 1 of 3", 3)]
    [InlineData("rung 2 of 3", 1)]
    [InlineData("rung 2 of 3", 3)]
    [InlineData("rung 3 of 3", 2)]
    public void A_sweep_that_was_stopped_goes_on_to_the_same_bits_for_any_threads(string stage, int steps)
    {
        using var folder = new TemporaryFolder();
        SweepPlan plan = SweepTesting.Plan(["localSteps=1,2,3,4"], seeds: "3,4", halving: true, assignments: "checkpointEvery=3");
        SweepResult whole = SweepTesting.Run(plan, folder["whole"]);
        SweepTesting.RunUntil(steps, stage, plan, folder["stopped"]);
        Assert.False(File.Exists(folder["stopped/sweep.csv"]));
        SweepResult rest = SweepTesting.Resume(folder["stopped"], threads: 2);
        Assert.Equal(SweepTesting.Bits(folder["whole"]), SweepTesting.Bits(folder["stopped"]));
        Assert.Equal(whole.Ranked.Select(s => s.Cell.Number), rest.Ranked.Select(s => s.Cell.Number));
    }

    [Fact]
    public void A_run_that_was_killed_before_it_ended_goes_on_from_its_checkpoint()
    {
        using var folder = new TemporaryFolder();
        SweepPlan plan = SweepTesting.Plan(Steps);
        SweepTesting.Run(plan, folder["s"]);
        string bits = SweepTesting.Bits(folder["s"]), run = folder["s/runs/cell-2/seed-3"];
        // As a kill after the checkpoint of round 2 leaves it, and one before anything was written.
        File.Delete(Path.Combine(run, "summary.json"));
        Directory.Delete(Path.Combine(run, "policy"), recursive: true);
        Directory.Delete(Path.Combine(run, "checkpoints", "round-000000004"), recursive: true);
        Directory.Delete(folder["s/runs/cell-3"], recursive: true);
        SweepTesting.Resume(folder["s"]);
        Assert.Equal(bits, SweepTesting.Bits(folder["s"]));
    }

    [Fact]
    public void What_is_finished_is_not_run_again()
    {
        using var folder = new TemporaryFolder();
        SweepTesting.Run(SweepTesting.Plan(Steps), folder["s"]);
        DateTime[] before = [.. Times()];
        SweepTesting.Resume(folder["s"]);
        Assert.Equal(before, Times());

        IEnumerable<DateTime> Times() => Directory.GetFiles(folder["s"], "metrics.csv", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Select(File.GetLastWriteTimeUtc);
    }

    [Fact]
    public void A_point_that_diverges_is_the_last_and_the_others_go_on()
    {
        using var folder = new TemporaryFolder();
        SweepResult result = SweepTesting.Run(SweepTesting.Plan(["localStepSize=1e300,0.5"], assignments: "dtype=float32"), folder["s"]);
        Assert.Equal([2, 1], result.Ranked.Select(s => s.Cell.Number));
        Assert.Equal((1, double.PositiveInfinity), (result.Ranked[1].Diverged, result.Ranked[1].Figure(result.Column)!.Value));
        Assert.Equal("diverged", new CsvFile(folder["s/sweep.csv"])["status"][0]);
        string bits = SweepTesting.Bits(folder["s"]);
        SweepTesting.Resume(folder["s"]);
        Assert.Equal(bits, SweepTesting.Bits(folder["s"]));
    }

    [Fact]
    public void A_folder_that_is_no_sweep_or_in_use_or_not_empty_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("is not the folder of a sweep: it holds no sweep.json",
            Assert.Throws<InvalidInputException>(() => SweepRun.Resume(folder.FullPath, 1)).Message, StringComparison.Ordinal);
        SweepPlan plan = SweepTesting.Plan(Steps);
        using SweepRun held = SweepRun.Start(plan, folder["s"], 1);
        Assert.Contains("is in use by another sweep",
            Assert.Throws<InvalidInputException>(() => SweepRun.Resume(folder["s"], 1)).Message, StringComparison.Ordinal);
        Assert.Contains("or go on with a sweep with --resume",
            Assert.Throws<InvalidInputException>(() => SweepRun.Start(plan, folder["s"], 1)).Message, StringComparison.Ordinal);
    }

    private static int[] RanksOf(string table)
    {
        var file = new CsvFile(table);
        return [.. file["cell"].Zip(file["rank"]).OrderBy(row => Number(row.Second)).Select(row => Number(row.First))];

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }
}
