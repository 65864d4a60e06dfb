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
    /// <summary>
    /// Tables and networks; and where an environment is stepped, natural directions by rollouts, and chains that come back from what
    /// checkpoints keep of them: episodes in the middle. The workers serve one run after another.
    /// </summary>
    [Fact]
    public void One_two_and_four_workers_give_the_bits_of_none()
    {
        string[] values = ["policy={}", """gradient={"horizon":20,"trajectories":3,"exploration":0.5}""", "federation.localSteps=30"];
        AssertSameBits([1, 2, 4],
        [
            .. ((string[])["""policy={"kind":"tabular-softmax"}""", RunTesting.Neural]).SelectMany(policy =>
                ((string[])["fast-fedpg", "fedavg", "scaffold"]).Select(a =>
                    RunTesting.Experiment(policy, $"federation.algorithm={a}", "environment.agents=8"))),
            RolloutTesting.Experiment("federation.algorithm=pmd"),
            .. ((string[])["fedq", "fedtd", "qavg"]).Select(a => RolloutTesting.Experiment([$"federation.algorithm={a}", .. values])),
        ]);
    }

    [Fact]
    public void Where_agents_have_parameters_of_their_own_workers_give_the_bits_of_none() =>
        AssertSameBits([1, 3],
            [
                .. ((string[])["fast-fedpg", "fedavg"]).Select(a => RunTesting.Experiment(
                    RunTesting.Neural, """policy.personal=["head","embedding"]""", $"federation.algorithm={a}", "environment.agents=8")),
                RunTesting.Experiment("policy.personal=all", "environment.agents=8"),
            ]);

    [Fact]
    public void Rounded_messages_give_the_same_bits_on_workers_and_after_a_stop()
    {
        using var folder = new TemporaryFolder();
        using var cluster = new LocalCluster(folder);
        foreach ((string algorithm, int blockSize) in ((string, int)[])[("fast-fedpg", 4), ("fedlin", 1), ("decentralized", 2)])
            AssertSameBitsRounded(folder, cluster, algorithm, blockSize);
    }

    private static void AssertSameBitsRounded(TemporaryFolder folder, LocalCluster cluster, string algorithm, int blockSize)
    {
        Experiment experiment = RunTesting.Experiment(RunTesting.Neural, $"federation.algorithm={algorithm}", "federation.messages=float16",
            "federation.agentTopK=5", "environment.agents=8");
        RunTesting.Run(experiment, folder[$"{algorithm}-local"]);
        string expected = RunTesting.Bits(folder[$"{algorithm}-local"]);
        cluster.StartWorkers(2);
        Assert.Equal(expected, RunTesting.Bits(cluster.TrainHere($"{algorithm}-whole", 2, experiment, blockSize)));
        // Begun in one process, gone on with on workers: what the server has sent stays rounded in the checkpoint.
        RunTesting.RunUntil(2, experiment, folder[$"{algorithm}-stopped"]);
        cluster.ResumeHere($"{algorithm}-stopped", 2);
        Assert.Equal(expected, RunTesting.Bits(folder[$"{algorithm}-stopped"]));
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
