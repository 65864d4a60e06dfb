using FedPG.Experiments;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

public sealed class SameBitsTests
{
    public static TheoryData<string, string, string, string> Kinds()
    {
        var kinds = new TheoryData<string, string, string, string>();
        foreach ((string algorithm, string memory) in new[] { ("fast-fedpg", "reuse"), ("fast-fedpg", "fresh"), ("fast-fedpg", "resample"),
            ("fedavg", "reuse"), ("centralized", "reuse") })
        {
            foreach (string policy in (string[])["policy.kind=tabular-softmax", RunTesting.Neural])
            {
                foreach (string estimator in (string[])["gpomdp", "exact"]) kinds.Add(algorithm, memory, policy, estimator);
            }
        }
        return kinds;
    }

    /// <summary>Five agents: not a power of two, so that the tree of sums has an odd branch.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Threads_blocks_and_stops_change_no_bit(string algorithm, string memory, string policy, string estimator) =>
        AssertSameBits(RunTesting.Experiment(
            $"federation.algorithm={algorithm}", $"federation.memory={memory}", policy, $"gradient.estimator={estimator}",
            "environment.agents=5", "federation.rounds=2"), 1);

    [Theory]
    [InlineData("environment.agents=8", "gradient.baseline=none")]
    [InlineData("environment.agents=3", "gradient.estimator=reinforce")]
    [InlineData("environment.agents=6", "dtype=float64", "gradient.entropy=0.2")]
    [InlineData("environment.agents=1", "gradient.baseline=constant")]
    [InlineData("environment.agents=7", """policy={"kind":"log-linear"}""", "environment.options.kernels=own")]
    [InlineData("environment.agents=5", """environment={"id":"GridWorld-v0","agents":5,"options":{"width":4,"height":4}}""",
        RunTesting.Neural)]
    public void So_it_is_for_other_numbers_of_agents_estimators_and_environments(params string[] assignments) =>
        AssertSameBits(RunTesting.Experiment([.. assignments, "federation.rounds=3"]), 1, 2);

    [Theory]
    [InlineData("fast-fedpg", "policy.kind=tabular-softmax", "gpomdp")]
    [InlineData("fedavg", RunTesting.Neural, "gpomdp")]
    [InlineData("centralized", RunTesting.Neural, "exact")]
    public void Another_seed_gives_other_bits(string algorithm, string policy, string estimator)
    {
        using var folder = new TemporaryFolder();
        foreach (int seed in (int[])[3, 4])
            RunTesting.Run(RunTesting.Experiment($"federation.algorithm={algorithm}", policy, $"gradient.estimator={estimator}",
                $"seed={seed}"), folder[$"{seed}"]);
        Assert.NotEqual(File.ReadAllBytes(Path.Combine(folder["3"], "policy", "theta.bin")),
            File.ReadAllBytes(Path.Combine(folder["4"], "policy", "theta.bin")));
        Assert.NotEqual(new CsvFile(Path.Combine(folder["3"], "metrics.csv"))["objective"][^1],
            new CsvFile(Path.Combine(folder["4"], "metrics.csv"))["objective"][^1]);
    }

    private static void AssertSameBits(Experiment experiment, params int[] stops)
    {
        using var folder = new TemporaryFolder();
        RunTesting.AssertSameBits(experiment, folder, stops);
    }
}
