using FedPG.Experiments.Runs;
using FedPG.Experiments.Series;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Experiments.Series;

public sealed class RunListTests
{
    [Fact]
    public void The_states_of_runs_are_told_apart()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(), folder["a/finished"]);
        RunTesting.RunUntil(2, RunTesting.Experiment("seed=8"), folder["b"]);
        RunTesting.Run(RunTesting.Experiment(), folder["c"]);
        File.Delete(folder["c/summary.json"]);
        // An experiment that somebody wrote is no run.
        Directory.CreateDirectory(folder["mine"]);
        File.WriteAllText(folder["mine/experiment.json"], RunTesting.Tiny);
        ListedRun[] runs = [.. RunList.Of(folder.FullPath)];
        Assert.Equal([folder["a/finished"], folder["b"], folder["c"]], runs.Select(run => run.Folder));
        Assert.Equal(["finished", "cancelled", "interrupted"], runs.Select(run => run.State));
        Assert.Equal([4, 2, 4], runs.Select(run => run.RoundsDone));
        Assert.Equal([3L, 8L, 3L], runs.Select(run => run.Seed));
        Assert.All(runs, run => Assert.Equal((4, "fast-fedpg", "RandomMdp-v0"), (run.Rounds, run.Algorithm, run.Environment)));
        long bytes = Directory.EnumerateFiles(folder["b"], "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
        Assert.Equal(bytes, runs[1].Bytes);
        using TrainingRun? held = RunTesting.Resume(folder["b"]);
        Assert.Equal("running", RunList.Of(folder["b"])[0].State);
    }

    [Fact]
    public void A_run_is_deleted_with_its_files_alone()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(), folder["run"]);
        RunTesting.Run(RunTesting.Experiment(), folder["noted"]);
        File.WriteAllText(folder["noted/notes.md"], "the best one");
        Assert.Empty(RunRemoval.Delete(folder["run"]));
        Assert.False(Directory.Exists(folder["run"]));
        Assert.Equal([folder["noted/notes.md"]], RunRemoval.Delete(folder["noted"]));
        Assert.Equal("the best one", File.ReadAllText(folder["noted/notes.md"]));
        Assert.Empty(RunList.Of(folder.FullPath));
    }

    [Fact]
    public void A_run_that_goes_on_is_not_deleted_and_links_are_not_followed()
    {
        using var folder = new TemporaryFolder();
        RunTesting.RunUntil(2, RunTesting.Experiment(), folder["run"]);
        using (RunTesting.Resume(folder["run"]))
            Assert.Contains("in use", Assert.ThrowsAny<Exception>(() => RunRemoval.Delete(folder["run"])).Message,
                StringComparison.Ordinal);
        Directory.CreateDirectory(folder["elsewhere"]);
        File.WriteAllText(folder["elsewhere/kept"], "");
        Directory.CreateSymbolicLink(folder["run/inputs/link"], folder["elsewhere"]);
        Assert.ThrowsAny<Exception>(() => RunRemoval.Delete(folder["run"]));
        Assert.True(File.Exists(folder["elsewhere/kept"]));
        Assert.True(File.Exists(folder["run/experiment.json"]));
    }
}
