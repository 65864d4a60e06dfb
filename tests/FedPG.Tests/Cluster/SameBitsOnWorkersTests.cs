using FedPG.Experiments;
using FedPG.Tests.Experiments.Runs;
using FedPG.Tests.Federation.Estimators.Episodic;
using Xunit;

namespace FedPG.Tests.Cluster;

/// <summary>
/// Promise 1 beyond one process: the workers are processes of their own. In the tests of faults
/// and of changes of place, so is the one that trains.
/// </summary>
[Collection(ClusterGroup.Name)]
public sealed class SameBitsOnWorkersTests
{
    [Theory]
    [InlineData("""policy={"kind":"tabular-softmax"}""")]
    [InlineData(RunTesting.Neural)]
    public void One_two_and_four_workers_give_the_bits_of_none(string policy) =>
        AssertSameBits([1, 2, 4],
            [.. ((string[])["fast-fedpg", "fedavg", "scaffold"]).Select(a =>
                RunTesting.Experiment(policy, $"federation.algorithm={a}", "environment.agents=8"))]);

    /// <summary>
    /// Natural directions by rollouts, and chains that come back from what checkpoints keep of them: episodes in the middle.
    /// </summary>
    [Fact]
    public void Where_an_environment_is_stepped_workers_give_the_bits_of_none()
    {
        string[] values = ["policy={}", """gradient={"horizon":20,"trajectories":3,"exploration":0.5}""", "federation.localSteps=30"];
        AssertSameBits([1, 3], [RolloutTesting.Experiment("federation.algorithm=pmd"),
            .. ((string[])["fedq", "fedtd", "qavg"]).Select(a => RolloutTesting.Experiment([$"federation.algorithm={a}", .. values]))]);
    }

    [Fact]
    public void Where_agents_have_parameters_of_their_own_workers_give_the_bits_of_none() =>
        AssertSameBits([1, 3],
            [
                .. ((string[])["fast-fedpg", "fedavg"]).Select(a => RunTesting.Experiment(
                    RunTesting.Neural, """policy.personal=["head","embedding"]""", $"federation.algorithm={a}", "environment.agents=8")),
                RunTesting.Experiment("policy.personal=all", "environment.agents=8"),
            ]);

    [Theory]
    [InlineData("fast-fedpg", 4)]
    [InlineData("fedlin", 1)]
    [InlineData("decentralized", 2)]
    public void Rounded_messages_give_the_same_bits_on_workers_and_after_a_stop(string algorithm, int blockSize)
    {
        using var folder = new TemporaryFolder();
        using var cluster = new LocalCluster(folder);
        Experiment experiment = RunTesting.Experiment(RunTesting.Neural, $"federation.algorithm={algorithm}", "federation.messages=float16",
            "federation.agentTopK=5", "environment.agents=8");
        RunTesting.Run(experiment, folder["local"]);
        string expected = RunTesting.Bits(folder["local"]);
        cluster.StartWorkers(2);
        Assert.Equal(expected, RunTesting.Bits(cluster.TrainHere("whole", 2, experiment, blockSize)));
        // Begun in one process, gone on with on workers: what the server has sent stays rounded in the checkpoint.
        RunTesting.RunUntil(2, experiment, folder["stopped"]);
        cluster.ResumeHere("stopped", 2);
        Assert.Equal(expected, RunTesting.Bits(folder["stopped"]));
    }

    private static void AssertSameBits(int[] numbersOfWorkers, Experiment[] experiments)
    {
        using var folder = new TemporaryFolder();
        using var cluster = new LocalCluster(folder);
        for (int k = 0; k < experiments.Length; k++) RunTesting.Run(experiments[k], folder[$"{k}-local"]);
        foreach (int workers in numbersOfWorkers)
        {
            cluster.StartWorkers(workers);
            for (int k = 0; k < experiments.Length; k++)
                Assert.Equal(RunTesting.Bits(folder[$"{k}-local"]),
                    RunTesting.Bits(cluster.TrainHere($"{k}-{workers}", workers, experiments[k])));
        }
    }
}
