using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Federation.Metrics;
using FedPG.Tests.Experiments.Runs;
using FedPG.Tests.Federation.Algorithms;
using FedPG.Tests.Federation.Estimators.Episodic;
using Xunit;

namespace FedPG.Tests.Federation.Evaluation;

/// <summary>The share of episodes that succeed, where an environment says which do.</summary>
public sealed class SuccessRateTests
{
    private const string Uniform = "federation.rounds=0", Rewards = "objective=reward", Lake = "{\"id\":\"FrozenLake-v1\",\"agents\":2";

    /// <summary>On the lake an episode returns 1 where it succeeds, and else 0: the two means are one number.</summary>
    [Theory]
    [InlineData("environment=" + Lake + "}")]
    [InlineData("environment=" + Lake + ",\"stepped\":true}", RunTesting.Neural)]
    public void Where_success_alone_pays_1_it_is_the_mean_return(params string[] environment)
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment([Uniform, .. environment]), folder["run"]);
        PolicyReview review = PolicyReview.Of(StoredPolicy.Read(folder["run"], ExperimentReader.Default), episodes: 400, length: 100);
        Assert.InRange(review.SuccessRate!.Value, 0.001, 0.1);
        Assert.Equal(review.Return!.Value, review.SuccessRate.Value, 1e-12);
        Assert.All(review.Agents, agent => Assert.Equal(agent.Played!.Return, agent.Played.SuccessRate!.Value, 1e-12));
    }

    /// <summary>MiniGrid pays from 0.1 to 1 for success. Its share is in the summary and among the metrics, but no column.</summary>
    [Fact]
    public void Of_MiniGrid_it_bounds_the_return_and_goes_into_summary_and_curves()
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = RolloutTesting.Experiment(
            Uniform, """environment={"id":"MiniGrid-Empty-5x5-v0","agents":2,"options":{"observation":"image"}}""",
            "evaluationEpisodes=40");
        RunSummary summary = RunTesting.Run(experiment, folder["run"]);
        Assert.All(summary.Agents, agent => Assert.InRange(agent.Return!.Value, 0.1 * agent.SuccessRate!.Value, agent.SuccessRate.Value));
        Assert.InRange(summary.SuccessRate!.Value, 0.05, 0.95);
        Assert.Equal(summary.Agents.Average(agent => agent.SuccessRate), summary.SuccessRate);
        Assert.Equal(summary.SuccessRate, AlgorithmTesting.Reports(experiment)[^1].Metrics[MetricNames.SuccessRate]);
        Assert.DoesNotContain("success", new CsvFile(folder["run/metrics.csv"]).Header, StringComparison.Ordinal);
        Assert.Equal(summary.SuccessRate, RunTesting.Json(folder["run/summary.json"]).GetProperty("successRate").GetDouble());
    }

    /// <summary>Where only success ends an episode, those that are cut are the others.</summary>
    [Fact]
    public void Of_a_mountain_car_that_drifts_nothing_succeeds()
    {
        using var folder = new TemporaryFolder();
        RunSummary summary = RunTesting.Run(
            RolloutTesting.Experiment(Uniform, Rewards, """environment={"id":"MountainCar-v0","agents":1}"""), folder["run"]);
        Assert.Equal((0.0, -200.0), (summary.SuccessRate, summary.Agents[0].Return));
        // A flag just beyond the start is reached by some that are pushed about.
        summary = RunTesting.Run(
            RolloutTesting.Experiment(
                Uniform, Rewards, "evaluationEpisodes=64",
                """environment={"id":"MountainCar-v0","agents":1,"options":{"goalPosition":-0.4}}"""),
            folder["near"]);
        Assert.InRange(summary.SuccessRate!.Value, 0.1, 1);
        Assert.InRange(summary.Agents[0].Return!.Value, -199, -1);
    }

    [Fact]
    public void A_pole_says_nothing_of_success()
    {
        using var folder = new TemporaryFolder();
        RunSummary summary = RunTesting.Run(RolloutTesting.Experiment(Uniform), folder["run"]);
        Assert.Null(summary.SuccessRate);
        Assert.DoesNotContain("success", File.ReadAllText(folder["run/summary.json"]), StringComparison.OrdinalIgnoreCase);
    }
}
