using FedPG.Experiments;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Federation.Estimators;

/// <summary>Promise 1 for every direction and every oracle with a state of its own.</summary>
public sealed class EstimatorRunTests
{
    private const string Five = """
        { "name": "five", "seed": 3, "environment": { "id": "RandomMdp-v0", "agents": 5, "options": {
          "states": 5, "actions": 3, "kernels": "own" } },
          "federation": { "algorithm": "fast-fedpg", "rounds": 4, "localSteps": 3, "localStepSize": 0.2 }, "checkpointEvery": 2 }
        """;

    public static TheoryData<string> Settings() => new(
        "gradient.direction=natural|gradient.estimator=exact",
        "gradient.direction=natural|gradient.horizon=5|gradient.trajectories=3|gradient.entropy=0.1",
        """gradient.direction=natural|gradient.estimator=exact|policy={"kind":"neural-softmax","hidden":[4]}""",
        """gradient.direction=natural|gradient.horizon=5|gradient.trajectories=3|policy={"kind":"neural-softmax","hidden":[4]}|"""
            + """dtype=float64""",
        "federation.algorithm=pavg|gradient.horizon=5|gradient.trajectories=3",
        "federation.algorithm=pavg|gradient.estimator=exact|policy.kind=tabular-direct",
        """federation.algorithm=pavg|gradient.estimator=exact|policy.kind=tabular-direct|federation.rounds=60|"""
            + """federation.localStepSize=0.1|federation.stragglers={"share":0.4,"least":1}""",
        "federation.algorithm=pmd|gradient.estimator=exact",
        "federation.algorithm=qavg|gradient.estimator=exact",
        "federation.algorithm=qavg|gradient.estimator=sampled|gradient.trajectories=5|dtype=float64",
        "federation.algorithm=fedq|gradient.exploration=0.3",
        "federation.algorithm=fedq|policy.features=random|policy.featureCount=3",
        "federation.algorithm=fedtd|policy.features=random|policy.featureCount=3",
        "federation.algorithm=fedtd|gradient.estimator=exact|dtype=float64");

    [Theory]
    [MemberData(nameof(Settings))]
    public void Threads_blocks_and_stops_change_no_bit(string settings)
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = EstimatorsTesting.Read(Five, settings.Split('|'));
        string expected = RunTesting.AssertSameBits(experiment, folder, 0, 1, 3);
        RunTesting.Run(EstimatorsTesting.Read(Five, [.. settings.Split('|'), "seed=4"]), folder["other"]);
        bool random = !settings.Contains("estimator=exact", StringComparison.Ordinal);
        if (random) Assert.NotEqual(expected, RunTesting.Bits(folder["other"]));
    }
}
