using System.Text.Json.Nodes;
using FedPG.Cli.Bench;
using FedPG.Federation.Execution;
using TorchSharp;
using Xunit;

namespace FedPG.Tests.Cli;

/// <summary>Workloads that are over when something is learnt.</summary>
public sealed class LearningBenchTests
{
    private static readonly BenchSettings Twice = new(new ExecutionOptions(1, torch.CPU), Repeats: 2);

    /// <summary>Every pole stands for a step: the first look, after two rounds of 16 steps, sees it.</summary>
    [Fact]
    public void A_seed_ends_at_the_first_look_that_shows_the_threshold()
    {
        JsonObject result = LearningBench.Measure(Poles(threshold: 1), Twice);
        Assert.Equal((2, 2, 1.0), ((int)result["repeats"]!, (int)result["reached"]!, (double)result["threshold"]!));
        Assert.Equal((32.0, 32.0, 32.0),
            ((double)result["envStepsToThreshold"]!, (double)result["envStepsMinimum"]!, (double)result["envStepsMaximum"]!));
        Assert.InRange((double)result["secondsToThreshold"]!, (double)result["secondsMinimum"]!, (double)result["secondsMaximum"]!);
        Assert.InRange((double)result["stepsPerSecond"]!, (double)result["minimum"]!, (double)result["maximum"]!);
        Assert.True((double)result["cpuMinimum"]! > 0);
        Assert.Equal([1, 2], result["runs"]!.AsArray().Select(run => (int)run!["seed"]!));
        Assert.Contains("1 reached by 2 of 2 seeds: 0.0 k env-steps", LearningBench.Lines(result, 1).Last(), StringComparison.Ordinal);
    }

    /// <summary>No pole stands for longer than its limit of 500 steps.</summary>
    [Fact]
    public void A_seed_that_does_not_get_there_is_given_up_and_counted()
    {
        JsonObject result = LearningBench.Measure(Poles(threshold: 501), Twice);
        Assert.Equal((0, null), ((int)result["reached"]!, result["secondsToThreshold"]));
        Assert.All(result["runs"]!.AsArray(), run => Assert.Equal((false, 64L), ((bool)run!["reached"]!, (long)run["envSteps"]!)));
        Assert.Equal("    501 reached by none of 2 seeds", LearningBench.Lines(result, 1).Last());
    }

    [Fact]
    public void Both_workloads_are_read()
    {
        Assert.Equal(["W5", "W6"], LearningWorkload.All.Keys);
        Assert.Equal(8, LearningWorkload.All["W5"].Experiment(1).Environment.AgentNames.Count);
        Assert.All(LearningWorkload.All.Values, workload => Assert.Equal(5, workload.Experiment(5).Seed));
        // What one look comes after: 4,096 and 8,192 env-steps.
        Assert.Equal([4096L, 8192L], LearningWorkload.All.Values.Select(workload =>
        {
            JsonObject resolved = workload.Experiment(1).Resolved;
            return workload.RoundsBetween * (long)resolved["environment"]!["agents"]! * (long)resolved["gradient"]!["horizon"]!
                * (long)resolved["gradient"]!["trajectories"]!;
        }));
    }

    private static LearningWorkload Poles(double threshold) => new("poles", seed => $$"""
        {
          "name": "poles", "seed": {{seed}}, "objective": "reward",
          "environment": { "id": "CartPole-v1", "agents": 1 },
          "policy": { "kind": "neural-softmax", "hidden": [4] },
          "gradient": { "estimator": "ppo", "horizon": 8, "trajectories": 2, "epochs": 1, "minibatch": 16 },
          "federation": { "algorithm": "fedavg", "rounds": 1000000 },
          "evaluateEvery": 1000000, "evaluationEpisodes": 2, "checkpointEvery": 0
        }
        """, RoundsBetween: 2, Episodes: 2, Greedy: true, played => played.Return, threshold, MostSteps: 64);
}
