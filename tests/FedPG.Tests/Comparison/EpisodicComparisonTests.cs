using FedPG.Comparison.Plan;
using FedPG.Comparison.Results;
using FedPG.Core.Options;
using FedPG.Tests.Cli;
using FedPG.Tests.Experiments.Plugins;
using FedPG.Tests.Experiments.Runs;
using FedPG.Tests.Federation.Estimators.Episodic;
using Xunit;

namespace FedPG.Tests.Comparison;

/// <summary><c>fedpg compare</c> where nothing is known exactly, and where plug-ins bring what is compared.</summary>
public sealed class EpisodicComparisonTests
{
    /// <summary>
    /// Three trajectories for each of five agents a batch: fast-fedpg takes a batch at the start and two a round, fedavg two a round.
    /// </summary>
    [Fact]
    public void Without_an_optimum_objectives_are_compared_under_a_budget_of_trajectories()
    {
        const int budget = 100;
        using var folder = new TemporaryFolder();
        ComparisonPlan plan = ComparisonTesting.Plan(budget: $"trajectories={budget}", assignments: ["evaluationEpisodes=2"]) with
        {
            Document = JsonDocuments.Parse(System.Text.Encoding.UTF8.GetBytes(RolloutTesting.Tiny), "pole.json"),
        };
        ComparisonResult result = ComparisonTesting.Run(plan, folder["c"]);
        Assert.Equal((false, "objective"), (result.ByGap, result.Judged));
        Assert.All(result.Standings, standing =>
        {
            Assert.Null(standing.Gap);
            Assert.InRange(standing.Trajectories.High, budget - (2 * 3 * 5) + 1, budget);
            Assert.True(standing.Objective.Low < standing.Objective.High, "the seeds give one objective");
            Assert.All(standing.Runs, run => Assert.True(run.Status == "finished" || run.Trajectories > 0));
            Assert.True(standing.WorstAgent.Value > standing.Objective.Value);
            Assert.True(standing.EnvSteps.Low > standing.Trajectories.Low);
        });
        Assert.True(File.Exists(Path.Combine(folder["c"], "objective-at-the-end.svg")));
    }

    [Fact]
    public void An_experiments_own_plug_in_may_bring_the_algorithms_and_resuming_needs_no_option()
    {
        using var folder = new TemporaryFolder();
        SamplePlugin.CopyTo(folder["plug"]);
        const string apples = """
              "environment": { "id": "AppleTree-v0", "agents": 3, "options": { "heterogeneity": 1 } },
                "policy": { "kind": "gated-softmax" },
              "gradient": { "estimator": "gpomdp", "horizon": 10, "trajectories": 4 }, "federation": { "rounds": 2, "localSteps": 2,
                "localStepSize": 0.5 } }
            """;
        File.WriteAllText(folder["own.json"], """{ "plugins": ["plug/Orchard.dll"],""" + apples);
        string[] arguments = ["--algorithms", "fast-fedpg,clipped-average:clip=0.5", "--seeds", "1..2", "--quiet"];
        Succeed(folder, ["compare", "own.json", .. arguments, "--out", "own"]);

        // Named by the option, the plug-in is noted in the plan and found again.
        File.WriteAllText(folder["plain.json"], "{" + apples);
        Succeed(folder, ["compare", "plain.json", .. arguments, "--out", "plain", "--plugin", "plug/Orchard.dll"]);
        File.Delete(folder["plain/comparison.csv"]);
        Directory.Delete(folder["plain/runs/clipped-average-clip-0.5/seed-2"], recursive: true);
        Succeed(folder, ["compare", "--resume", "plain", "--quiet"]);
        Assert.Equal(ComparisonTesting.Bits(folder["own"]), ComparisonTesting.Bits(folder["plain"]));

        Outcome eval = Fedpg.Run(folder.FullPath, "eval", Path.Combine("own", "runs", "clipped-average-clip-0.5", "seed-1"), "--episodes",
            "5", "--render");
        Assert.Equal((0, ""), (eval.ExitCode, eval.Errors));
        Assert.Contains("AppleTree-v0, agent-0 of 3: clipped-average, gated-softmax, 2 rounds", eval.Output, StringComparison.Ordinal);
    }

    private static void Succeed(TemporaryFolder folder, string[] arguments)
    {
        Outcome outcome = Fedpg.Run(folder.FullPath, arguments);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
    }
}
