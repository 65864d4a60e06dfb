using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Sampling;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Tests.Cli;
using FedPG.Tests.Envs;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

/// <summary><c>fedpg eval</c>: a policy evaluated again from its folder.</summary>
public sealed class PolicyReviewTests
{
    [Theory]
    [InlineData("policy.kind=tabular-softmax", "dtype=float32")]
    [InlineData(RunTesting.Neural, "dtype=float64")]
    public void The_exact_figures_are_those_of_the_summary(string policy, string dtype)
    {
        using var folder = new TemporaryFolder();
        RunSummary summary = RunTesting.Run(RunTesting.Experiment(policy, dtype), folder["run"]);
        PolicyReview review = PolicyReview.Of(StoredPolicy.Read(folder["run"], ExperimentReader.Default), episodes: 0);
        Assert.Equal((summary.Objective, summary.Optimum, summary.Gap, summary.UniformGap),
            (review.Objective, review.Optimum, review.Gap, review.UniformGap));
        Assert.Equal(summary.Agents.Select(a => (a.Name, a.Objective, a.Optimum)),
            review.Agents.Select(a => (a.Name, a.Objective, a.Optimum)));
        Assert.Equal(summary.Rounds, review.Rounds);
        Assert.Null(review.Return);
    }

    [Theory]
    [InlineData("regret", "fedavg")]
    [InlineData("reward", "fedavg", "objective=reward")]
    [InlineData("squared-value-error", "fedtd", "policy={}", "gradient={}")]
    [InlineData("squared-return-error", "fedtd", "policy={}", "gradient={}",
        """environment={"id":"RandomMdp-v0","agents":2,"stepped":true}""")]
    public void A_review_says_of_its_figures_what_the_summary_says(string minimised, string algorithm, params string[] settings)
    {
        using var folder = new TemporaryFolder();
        RunSummary summary = RunTesting.Run(RunTesting.Experiment([$"federation.algorithm={algorithm}", .. settings]), folder["run"]);
        Assert.Equal(minimised, summary.Minimised);
        Assert.Equal(minimised, PolicyReview.Of(StoredPolicy.Read(folder["run"], ExperimentReader.Default), episodes: 0).Minimised);
    }

    /// <summary>
    /// The mean discounted cost of 4,000 episodes long enough that nothing is left, against the exact J_i: each of the four agents lies
    /// within 4.5 standard errors, which chance breaks with probability 3e-5; and a run of the same seed gives the same bits.
    /// </summary>
    [Theory]
    [InlineData("""environment={"id":"RandomMdp-v0","agents":4,"options":{"states":5,"actions":3,"discount":0.8}}""")]
    [InlineData("""environment={"id":"GridWorld-v0","agents":4,"options":{"width":3,"height":3,"discount":0.8}}""")]
    public void Episodes_agree_with_the_exact_objective(string environment)
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(environment), folder["run"]);
        StoredPolicy stored = StoredPolicy.Read(folder["run"], ExperimentReader.Default);
        PolicyReview review = PolicyReview.Of(stored, episodes: 4000, length: 100);
        Assert.All(review.Agents, a => Assert.InRange((a.Played!.Cost - a.Objective) / a.Played.CostError!.Value, -4.5, 4.5));
        Assert.All(review.Agents, a => Assert.InRange(a.Played!.CostError!.Value, 1e-6, 0.1));
        Assert.Equal(review.Agents, PolicyReview.Of(stored, episodes: 4000, length: 100).Agents);
    }

    [Fact]
    public void The_return_of_a_known_chain_is_what_its_rewards_add_up_to()
    {
        // One state that pays 1 and goes on, with one action: every episode of 7 steps returns 7, and costs nothing under regret.
        var mdp = new FiniteMdp("one", 0.5, [1], [new AgentMdp("a", [1], TransitionKernel.Create(1, 1, (_, _) => [(0, 1.0)]))]);
        EpisodeStatistics played = new EpisodeSampler(mdp, Objective.Regret).Play(0, [1], episodes: 3, length: 7, seed: 1);
        Assert.Equal(new EpisodeStatistics(3, 21, 7, 0, 0, 0) { LengthError = 0 }, played);
        Assert.Equal(-(1 - Math.Pow(0.5, 7)) / 0.5, new EpisodeSampler(mdp, Objective.Reward).Play(0, [1], 1, 7, 1).Cost, 12);
        Assert.Null(new EpisodeSampler(mdp, Objective.Reward).Play(0, [1], 1, 7, 1).ReturnError);
    }

    /// <summary>
    /// On the lake an episode returns 1 or 0; under a uniform policy the mean agrees with the exact one within six standard errors.
    /// </summary>
    [Fact]
    public void Episodes_are_paid_what_their_transitions_pay()
    {
        FiniteMdp lake = EnvTesting.Make("FrozenLake-v1", 1, """{ "successRate": 0.8, "discount": 0.9999 }""");
        double[] uniform = [.. Enumerable.Repeat(0.25, lake.States * lake.Actions)];
        const int episodes = 2000;
        EpisodeStatistics played = new EpisodeSampler(lake, Objective.Reward).Play(0, uniform, episodes, length: 500, seed: 3);
        // The variance of a 0-1 variable follows from its mean, and only from its own.
        Assert.Equal(Math.Sqrt(played.Return * (1 - played.Return) / (episodes - 1)), played.ReturnError!.Value, 1e-12);
        Assert.Equal(0.014, played.Return, 6 * 0.0026);
    }

    [Fact]
    public void Folders_without_a_policy_and_files_that_were_changed_are_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal($"RUN_DIR: {folder.FullPath}; is not a run folder: it holds no experiment.json", Error(folder.FullPath));
        RunTesting.Run(RunTesting.Experiment(), folder["run"]);
        string theta = Path.Combine(folder["run"], "policy", "theta.bin");
        byte[] bytes = File.ReadAllBytes(theta);
        bytes[0] ^= 1;
        File.WriteAllBytes(theta, bytes);
        Assert.Contains("which was changed since", Error(folder["run"]), StringComparison.Ordinal);
        Directory.Delete(Path.Combine(folder["run"], "policy"), recursive: true);
        Assert.Contains("has no policy yet", Error(folder["run"]), StringComparison.Ordinal);

        static string Error(string run) =>
            Assert.Single(Assert.Throws<InvalidInputException>(() => StoredPolicy.Read(run, ExperimentReader.Default)).Errors).ToString();
    }

    [Fact]
    public void The_command_gives_one_document()
    {
        using var folder = new TemporaryFolder();
        RunSummary summary = RunTesting.Run(RunTesting.Experiment(), folder["run"]);
        Outcome outcome = Fedpg.Run(folder.FullPath, "eval", "run", "--episodes", "50", "--json");
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Errors));
        JsonElement document = JsonDocuments.Parse(System.Text.Encoding.UTF8.GetBytes(outcome.Output), "stdout");
        Assert.Equal(summary.Objective, document.GetProperty("objective").GetDouble());
        Assert.Equal(50, document.GetProperty("agents")[3].GetProperty("played").GetProperty("episodes").GetInt32());
        Assert.Equal(5, document.GetProperty("length").GetInt32());
    }
}
