using FedPG.Envs.Episodic;
using FedPG.Envs.LinearQuadratic;
using FedPG.Experiments;
using FedPG.Experiments.Runs;
using FedPG.Tests.Experiments.Runs;
using FedPG.Tests.Federation.Estimators;
using Xunit;

namespace FedPG.Tests.Experiments.Reading;

/// <summary>Any environment can be trained as one that is only stepped.</summary>
public sealed class EpisodicFlagTests
{
    private const string Json = """
        { "dtype": "float64", "objective": "reward", "environment": { "id": "LinearQuadratic-v0", "agents": 2, "stepped": true,
          "options": { "discount": 0.9, "steps": 20, "a": [[0.8]], "b": [[1]], "q": [[1]], "r": [[1]], "startCovariance": [[1]],
          "initialGain": [[0.1]] } },
          "gradient": { "horizon": 20, "trajectories": 4 }, "federation": {
            "algorithm": "fedavg", "rounds": 2, "localSteps": 2, "localStepSize": 0.001 }, "evaluationEpisodes": 4 }
        """;

    /// <summary>
    /// Whose matrices are known is stepped like any other, by all algorithms but those that choose among finitely many actions: a control
    /// has no bounds to cut into levels.
    /// </summary>
    [Fact]
    public void A_linear_quadratic_problem_trains_with_every_algorithm_but_those_of_action_values()
    {
        foreach (string algorithm in ExperimentCatalog.Default.Algorithms.Names)
        {
            if (algorithm is "qavg" or "fedq")
            {
                Assert.Contains("policy.kind: \"action-values\" chooses among finitely many actions",
                    EstimatorsTesting.ErrorsOf(Json, $"federation.algorithm={algorithm}", "gradient={}"), StringComparison.Ordinal);
                continue;
            }
            Experiment experiment = EstimatorsTesting.Read(Json,
                [$"federation.algorithm={algorithm}",
                    .. ExperimentCatalog.Default.Algorithms[algorithm].OwnEstimators is null ? Array.Empty<string>() : ["gradient={}"]]);
            Assert.IsType<EpisodicEnvironment>(experiment.Environment);
            Assert.Equal(algorithm == "fedtd" ? "state-values" : "gaussian", experiment.PolicyKind);
            using var folder = new TemporaryFolder();
            RunSummary summary = RunTesting.Run(experiment, folder["run"]);
            Assert.Equal(2, summary.Rounds);
            Assert.True(double.IsFinite(summary.Objective));
        }
        Assert.IsType<LinearQuadraticProblem>(
            EstimatorsTesting.Read(Json, "environment.stepped=false", "policy.standardDeviation=0.5").Environment);
    }

    /// <summary>
    /// A table that is stepped: what is trained sees the number of the state, the limit of steps is kept, and the estimate of the first
    /// policy is the exact one within 6 standard errors.
    /// </summary>
    [Fact]
    public void A_table_is_stepped_where_the_file_says_so()
    {
        string[] lake = ["""environment={"id":"FrozenLake-v1","agents":2,"stepped":true}""", "evaluationEpisodes=2000",
            "federation.rounds=0", "gradient.horizon=100"];
        Experiment stepped = EstimatorsTesting.Read(Json, lake),
            listed = EstimatorsTesting.Read(Json, [.. lake, "environment.stepped=false"]);
        Assert.Equal(100, Assert.IsType<EpisodicEnvironment>(stepped.Environment).StepLimit);
        using var folder = new TemporaryFolder();
        RunSummary estimate = RunTesting.Run(stepped, folder["stepped"]), exact = RunTesting.Run(listed, folder["listed"]);
        Assert.InRange(estimate.Objective - exact.Objective, -6 * estimate.ObjectiveError!.Value, 6 * estimate.ObjectiveError!.Value);
        Assert.True(stepped.Resolved["environment"]!["stepped"]!.GetValue<bool>());
    }
}
