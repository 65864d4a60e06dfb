using FedPG.Tests.Cli;
using FedPG.Tests.Experiments.Plugins;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cluster;

/// <summary>A worker that is asked to stop goes at the end of the round, whether or not another can take what it holds.</summary>
[Collection(ClusterGroup.Name)]
public sealed class LeavingTests
{
    [Fact]
    public void The_last_worker_leaves_and_the_next_one_goes_on_in_the_same_bits()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are for Unix.");
        using var folder = new TemporaryFolder();
        using var cluster = new LocalCluster(folder);
        string expected = SlowRun.Prepare(folder);
        Fedpg.Started last = cluster.StartWorker();
        using Fedpg.Started training = cluster.StartTraining("run", 1, SlowRun.Arguments);
        training.WaitUntil(() => RunTesting.RoundsOf(folder["run"]) >= 10);
        last.Signal(Fedpg.Started.Interrupt);
        Assert.Equal(130, last.Wait().ExitCode);
        cluster.StartWorker();
        Outcome outcome = training.Wait();
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.Contains("no worker is left", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(expected, RunTesting.Bits(folder["run"]));
    }

    [Fact]
    public void A_site_leaves_and_comes_back()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are for Unix.");
        using var folder = new TemporaryFolder();
        using var cluster = new LocalCluster(folder);
        string[] site = ["--site", "a", "--plugin", SamplePlugin.File, "--state", "state", "--outbound"];
        File.WriteAllText(folder["e.json"], SiteTests.Experiment);
        Fedpg.Started first = cluster.StartWorker(site);
        using Fedpg.Started training = cluster.StartTraining("run", 1, "e.json", "--sites", "a:3");
        training.WaitUntil(() => RunTesting.RoundsOf(folder["run"]) >= 8);
        first.Signal(Fedpg.Started.Interrupt);
        Assert.Equal(130, first.Wait().ExitCode);
        cluster.StartWorker(site);
        Outcome outcome = training.Wait();
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.Contains("site a is missing; waiting for it", outcome.Errors, StringComparison.Ordinal);
    }
}
