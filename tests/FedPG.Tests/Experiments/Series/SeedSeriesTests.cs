using FedPG.Core.Options;
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
    public void A_wrong_experiment_leaves_no_folder()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<InvalidInputException>(() => SeedSeries.Start(SeriesTesting.Tiny("federation.rounds=-1"), [1], folder["series"]));
        Assert.False(Directory.Exists(folder["series"]));
    }
}
