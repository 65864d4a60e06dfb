using FedPG.Tests.Cli;
using FedPG.Tests.Rollouts;
using FedPG.Tests.Runs;
using Xunit;

namespace FedPG.Tests.Cluster;

/// <summary>Promise 1 beyond one process: the workers are processes of their own, and so is the one that trains.</summary>
[Collection(ClusterGroup.Name)]
public sealed class SameBitsOnWorkersTests
{
    private static readonly string[] Algorithms = ["fast-fedpg", "fedavg", "scaffold"];

    [Theory]
    [InlineData("""policy={"kind":"tabular-softmax"}""")]
    [InlineData(RunTesting.Neural)]
    public void One_two_and_four_workers_give_the_bits_of_none(string policy)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["e.json"], RunTesting.Tiny);
        using var cluster = new LocalCluster(folder);
        string[] expected = [.. Algorithms.Select(algorithm => Expected(folder, algorithm, policy))];
        foreach (int workers in (int[])[1, 2, 4])
        {
            cluster.StartWorkers(workers);
            for (int a = 0; a < Algorithms.Length; a++)
            {
                string run = cluster.Train($"{Algorithms[a]}-{workers}", workers, "e.json", "--set", policy, "--set", $"federation.algorithm={Algorithms[a]}", "--set", "environment.agents=8");
                Assert.Equal(expected[a], RunTesting.Bits(run));
            }
        }
    }

    /// <summary>Natural directions by rollouts, and chains that come back from what checkpoints keep of them: episodes in the middle.</summary>
    [Fact]
    public void Where_an_environment_is_stepped_workers_give_the_bits_of_none()
    {
        string[] values = ["policy={}", """gradient={"horizon":20,"trajectories":3,"exploration":0.5}""", "federation.localSteps=30"];
        (string Algorithm, string[] Settings)[] ways = [("pmd", []), ("fedq", values), ("fedtd", values), ("qavg", values)];
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["e.json"], RolloutTesting.Tiny);
        using var cluster = new LocalCluster(folder);
        foreach (int workers in (int[])[1, 3])
        {
            cluster.StartWorkers(workers);
            foreach ((string algorithm, string[] settings) in ways)
            {
                string[] assignments = [$"federation.algorithm={algorithm}", .. settings];
                string local = folder[$"{algorithm}-{workers}-local"];
                RunTesting.Run(RolloutTesting.Experiment(assignments), local);
                string run = cluster.Train($"{algorithm}-{workers}", workers, ["e.json", .. assignments.SelectMany(a => (string[])["--set", a])]);
                Assert.Equal(RunTesting.Bits(local), RunTesting.Bits(run));
            }
        }
    }

    [Theory]
    [InlineData("fast-fedpg", "4")]
    [InlineData("fedlin", "1")]
    [InlineData("decentralized", "2")]
    public void Rounded_messages_give_the_same_bits_on_workers_and_after_a_stop(string algorithm, string blockSize)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["e.json"], RunTesting.Tiny);
        using var cluster = new LocalCluster(folder);
        string[] more = ["federation.messages=float16", "federation.agentTopK=5", "environment.agents=8"];
        string expected = Expected(folder, algorithm, RunTesting.Neural, more);
        cluster.StartWorkers(2);
        string run = cluster.Train("whole", 2, [
            "e.json", "--block-size", blockSize, "--set", RunTesting.Neural, "--set", $"federation.algorithm={algorithm}", .. more.SelectMany(m => new[] { "--set", m })]);
        Assert.Equal(expected, RunTesting.Bits(run));
        // Begun in one process, gone on with on workers: what the server has sent stays rounded in the checkpoint.
        RunTesting.RunUntil(2, RunTesting.Experiment([RunTesting.Neural, $"federation.algorithm={algorithm}", .. more]), folder["stopped"]);
        Outcome resumed = Fedpg.Run(folder.FullPath, "train", "--resume", "stopped", "--cluster", cluster.Address, "--workers", "2");
        Assert.True(resumed.ExitCode == 0, resumed.Errors);
        Assert.Equal(expected, RunTesting.Bits(folder["stopped"]));
    }

    private static string Expected(TemporaryFolder folder, string algorithm, string policy, params string[] more)
    {
        string run = folder[$"{algorithm}-local"];
        RunTesting.Run(RunTesting.Experiment([policy, $"federation.algorithm={algorithm}", "environment.agents=8", .. more]), run);
        return RunTesting.Bits(run);
    }
}
