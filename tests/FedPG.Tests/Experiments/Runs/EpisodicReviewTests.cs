using FedPG.Core.Options;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Tests.Federation.Estimators.Episodic;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

/// <summary><c>fedpg eval</c> where environments are only stepped.</summary>
public sealed class EpisodicReviewTests
{
    [Fact]
    public void Without_episodes_the_estimate_is_that_of_the_summary()
    {
        using var folder = new TemporaryFolder();
        RunSummary summary = RunTesting.Run(RolloutTesting.Experiment(), folder["run"]);
        PolicyReview review = Review(folder["run"], episodes: 0);
        Assert.Equal((summary.Objective, summary.ObjectiveError, 3), (review.Objective, review.ObjectiveError, review.Episodes));
        Assert.Equal(summary.Agents.Select(a => (a.Objective, a.Return!.Value)),
            review.Agents.Select(a => (a.Objective, a.Played!.Return)));
        Assert.True(review.ObjectiveError > 0);
        // Agents play independent episodes.
        Assert.Equal(review.ObjectiveError!.Value,
            Math.Sqrt(review.Agents.Sum(a => Math.Pow(a.ObjectiveError!.Value, 2))) / review.Agents.Count, 1e-12);
        Assert.Null(review.Optimum);
    }

    /// <summary>
    /// A step of CartPole pays 1, so returns are lengths; the episodes are the same on any number of threads, and not those of evaluations.
    /// </summary>
    [Fact]
    public void Episodes_are_others_than_those_of_evaluations_and_the_same_every_time()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RolloutTesting.Experiment(), folder["run"]);
        PolicyReview review = Review(folder["run"], episodes: 40);
        Assert.All(review.Agents, a =>
        {
            Assert.Equal(40, a.Played!.Episodes);
            Assert.Equal(a.Played.Return, a.Played.Length, 1e-9);
            Assert.Equal(a.Played.ReturnError!.Value, a.Played.LengthError!.Value, 1e-9);
            Assert.True(a.Played.LengthError > 0);
        });
        Assert.Equal(review.MeanLength!.Value, review.Agents.Average(a => a.Played!.Length), 1e-9);
        Assert.Equal(review.Agents, Review(folder["run"], episodes: 40, threads: 3).Agents);
        // The first three of them against the three of an evaluation, which the plain review reports.
        Assert.NotEqual(Review(folder["run"], 0).Agents.Select(a => a.Played!.Steps),
            Review(folder["run"], 3).Agents.Select(a => a.Played!.Steps));
    }

    /// <summary>No pole falls within five steps; up to there the regret is 0.</summary>
    [Fact]
    public void Episodes_end_at_the_length_asked_for_and_a_single_one_has_no_error()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RolloutTesting.Experiment("federation.rounds=0"), folder["run"]);
        PolicyReview review = Review(folder["run"], episodes: 1, length: 5);
        Assert.Equal((1, 5, 5.0, null, null), (review.Episodes, review.Length, review.Return, review.ReturnError, review.MeanLengthError));
        Assert.All(review.Agents, a => Assert.Equal((5L, 0.0, null), (a.Played!.Steps, a.Played.Cost, a.Played.CostError)));
        Assert.Equal(500, Review(folder["run"], episodes: 1).Length);
    }

    [Fact]
    public void Episodes_longer_than_a_policys_random_numbers_are_refused()
    {
        using var folder = new TemporaryFolder();
        string[] pendulum =
        [
            "objective=reward", """environment={"id":"Pendulum-v1","agents":2}""", """policy={"kind":"gaussian","hidden":[3]}""",
            "federation.rounds=0", "evaluationEpisodes=2",
        ];
        RunTesting.Run(RolloutTesting.Experiment(pendulum), folder["run"]);
        Assert.Equal(200, Review(folder["run"], episodes: 2).Agents[1].Played!.Length);
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => Review(folder["run"], episodes: 2, length: 1 << 17));
        Assert.StartsWith("--length: 131072; must be at most ", Assert.Single(e.Errors).ToString(), StringComparison.Ordinal);
    }

    private static PolicyReview Review(string run, int episodes, int? length = null, int threads = 1) =>
        PolicyReview.Of(StoredPolicy.Read(run, ExperimentReader.Default), episodes, length, threads);
}
