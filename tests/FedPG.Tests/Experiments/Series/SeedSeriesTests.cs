using System.CommandLine;
using FedPG.Cli;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Experiments.Series;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Experiments.Series;

public sealed class SeedSeriesTests
{
    [Fact]
    public void Each_seed_is_the_run_that_it_would_be_alone()
    {
        using var folder = new TemporaryFolder();
        using var progress = new SeriesTesting.Progress();
        SeedSeries series = SeedSeries.Start(SeriesTesting.Tiny(), [5, 7], folder["series"]);
        IReadOnlyList<(long Seed, SeriesResult Result)> results = series.Run(RunTesting.Execution(1, null), progress, progress.Token);
        Assert.Equal([5, 7], results.Select(r => r.Seed));
        Assert.All(results, r => Assert.Equal("finished", r.Result.Status));
        RunTesting.Run(RunTesting.Experiment("seed=7"), folder["alone"]);
        Assert.Equal(RunTesting.Bits(folder["alone"]), RunTesting.Bits(folder["series/seed-7"]));
        Assert.NotEqual(RunTesting.Bits(folder["series/seed-5"]), RunTesting.Bits(folder["series/seed-7"]));
        string[] rows = File.ReadAllLines(folder["series/seeds.csv"]);
        Assert.Equal(3, rows.Length);
        Assert.StartsWith("7,finished,4,", rows[2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_series_that_was_stopped_in_its_second_run_goes_on_there()
    {
        using var folder = new TemporaryFolder();
        using (var progress = new SeriesTesting.Progress(stopInRun: 1, stopAt: 2))
            SeedSeries.Start(SeriesTesting.Tiny(), [1, 2, 3], folder["series"])
                .Run(RunTesting.Execution(1, null), progress, progress.Token);
        Assert.False(Directory.Exists(folder["series/seed-3"]));
        Assert.True(SeedSeries.IsIn(folder["series"]));
        using var again = new SeriesTesting.Progress();
        IReadOnlyList<(long Seed, SeriesResult Result)> results =
            SeedSeries.Resume(folder["series"], null).Run(RunTesting.Execution(1, null), again, again.Token);
        Assert.Equal(["seed-2", "seed-3"], again.Begun);
        Assert.All(results, r => Assert.Equal("finished", r.Result.Status));
        RunTesting.Run(RunTesting.Experiment("seed=2"), folder["alone"]);
        Assert.Equal(RunTesting.Bits(folder["alone"]), RunTesting.Bits(folder["series/seed-2"]));
    }

    [Fact]
    public void More_rounds_are_more_rounds_for_every_seed()
    {
        using var folder = new TemporaryFolder();
        using (var progress = new SeriesTesting.Progress(stopInRun: 1, stopAt: 2))
            SeedSeries.Start(SeriesTesting.Tiny(), [1, 2, 3], folder["series"])
                .Run(RunTesting.Execution(1, null), progress, progress.Token);
        using var again = new SeriesTesting.Progress();
        IReadOnlyList<(long Seed, SeriesResult Result)> results =
            SeedSeries.Resume(folder["series"], 6).Run(RunTesting.Execution(1, null), again, again.Token);
        Assert.All(results, r => Assert.Equal(6, r.Result.Summary!.Rounds));
    }

    [Fact]
    public void Each_seed_starts_from_the_policy_that_is_given_after_a_stop_too()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(), folder["first"]);
        using (var progress = new SeriesTesting.Progress(stopInRun: 0, stopAt: 2))
            SeedSeries.Start(SeriesTesting.Tiny("federation.rounds=3").StartingFrom(folder["first"]), [5, 7], folder["series"])
                .Run(RunTesting.Execution(1, null), progress, progress.Token);
        using var again = new SeriesTesting.Progress();
        SeedSeries.Resume(folder["series"], null).Run(RunTesting.Execution(1, null), again, again.Token);
        Assert.Equal(["seed-5", "seed-7"], again.Begun);
        foreach (string seed in (string[])["5", "7"])
        {
            Experiment alone = StoredPolicy.Read(folder["first"], ExperimentReader.Default)
                .AsStartOf(RunTesting.Experiment("federation.rounds=3", $"seed={seed}"));
            RunTesting.Run(alone, folder[$"alone-{seed}"]);
            Assert.Equal(RunTesting.Bits(folder[$"alone-{seed}"]), RunTesting.Bits(folder[$"series/seed-{seed}"]));
        }
    }

    [Fact]
    public void Seeds_that_were_not_begun_do_not_start_from_another_policy_than_the_first()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(), folder["first"]);
        using (var progress = new SeriesTesting.Progress(stopInRun: 0, stopAt: 2))
            SeedSeries.Start(SeriesTesting.Tiny("federation.rounds=3").StartingFrom(folder["first"]), [5, 7], folder["series"])
                .Run(RunTesting.Execution(1, null), progress, progress.Token);
        RunTesting.ResumeUntil(null, folder["first"], changes: new ResumeChanges(Rounds: 5));
        using var again = new SeriesTesting.Progress();
        InvalidInputException e = Assert.Throws<InvalidInputException>(() =>
            SeedSeries.Resume(folder["series"], null).Run(RunTesting.Execution(1, null), again, again.Token));
        Assert.StartsWith("--from", Assert.Single(e.Errors).ToString(), StringComparison.Ordinal);
        Assert.Contains("holds another policy than when the series began", e.Errors[0].Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void A_series_without_a_policy_to_start_from_has_the_plan_of_older_versions()
    {
        using var folder = new TemporaryFolder();
        SeedSeries.Start(SeriesTesting.Tiny(), [5], folder["series"]);
        Assert.Equal(["format", "seeds", "rounds", "source", "folder", "experiment", "set"],
            RunTesting.Json(folder["series/seeds.json"]).EnumerateObject().Select(property => property.Name));
    }

    /// <summary>The command lines, in this process.</summary>
    [Fact]
    public void Presets_and_policies_of_other_runs_are_trained_with_several_seeds()
    {
        using var folder = new TemporaryFolder();
        string[] small = ["--quiet", "--threads", "1", "--set", "gradient.horizon=8", "gradient.trajectories=2"];
        Assert.Equal(0, Invoke(
            ["train", "--preset", "frozen-lake", "--seeds", "1..2", "--out", folder["series"], .. small, "federation.rounds=2"]));
        Assert.Equal(0, Invoke(
            ["train", "--preset", "frozen-lake", "--from", folder["series/seed-1"], "--seeds", "4,6", "--out", folder["next"], .. small,
                "federation.rounds=1"]));
        RunSummary first = TrainingRun.ReadSummary(folder["series/seed-1"])!, next = TrainingRun.ReadSummary(folder["next/seed-6"])!;
        Assert.Equal(("frozen-lake", 2, 1), (first.Name, first.Rounds, next.Rounds));
        Assert.Equal((folder["series/seed-1"], 6), (next.Start!.Folder, next.Seed));
        Assert.Null(first.Start);
    }

    [Fact]
    public void A_wrong_experiment_leaves_no_folder()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<InvalidInputException>(() => SeedSeries.Start(SeriesTesting.Tiny("federation.rounds=-1"), [1], folder["series"]));
        Assert.False(Directory.Exists(folder["series"]));
    }

    private static int Invoke(string[] words) => CommandLine.Create().Parse(words)
        .Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
