using FedPG.Tests.Cli;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cluster;

/// <summary>A run may change its place in the middle, from a cluster to one process and back.</summary>
[Collection(ClusterGroup.Name)]
public sealed class ChangeOfPlaceTests
{
    [Fact]
    public void A_run_begun_on_a_cluster_goes_on_without_one_and_the_other_way_around()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are for Unix.");
        using var folder = new TemporaryFolder();
        using var cluster = new LocalCluster(folder);
        string expected = SlowRun.Prepare(folder);
        cluster.StartWorkers(1);
        using (Fedpg.Started training = cluster.StartTraining("run", 1, SlowRun.Arguments))
        {
            training.WaitUntil(() => RunTesting.RoundsOf(folder["run"]) >= 10);
            training.Signal(Fedpg.Started.Interrupt);
            Assert.Equal(130, training.Wait().ExitCode);
        }
        using (Fedpg.Started alone = Fedpg.Start(folder.FullPath, "train", "--resume", "run", "--threads", "1"))
        {
            alone.WaitUntil(() => RunTesting.RoundsOf(folder["run"]) >= 30);
            alone.Signal(Fedpg.Started.Kill);
            alone.Wait();
        }
        Outcome last = Fedpg.Run(folder.FullPath, "train", "--resume", "run", "--threads", "1", "--cluster", cluster.Address);
        Assert.True(last.ExitCode == 0, last.Errors);
        Assert.Equal(expected, RunTesting.Bits(folder["run"]));
    }
}
