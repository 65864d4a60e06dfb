using FedPG.Comparison;
using FedPG.Comparison.Results;
using FedPG.Comparison.Running;
using FedPG.Core.Options;
using FedPG.Experiments.Reading;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Comparison;

/// <summary>Whole comparisons of quick experiments.</summary>
public sealed class ComparisonRunTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Every_run_has_the_bits_of_the_same_training_alone(int threads)
    {
        using var folder = new TemporaryFolder();
        ComparisonResult result = ComparisonTesting.Run(ComparisonTesting.Plan("fast-fedpg,slow=fedavg:localStepSize=0.1", "4,7"),
            folder["c"], threads);
        foreach ((string label, string[] settings) in new (string, string[])[] { ("fast-fedpg", []),
            ("slow", ["federation.algorithm=fedavg", "federation.localStepSize=0.1"]) })
        {
            foreach (int seed in (int[])[4, 7])
            {
                RunTesting.Run(RunTesting.Experiment([.. settings, $"seed={seed}"]), folder[$"{label}-{seed}"]);
                string run = Path.Combine(folder["c"], "runs", label, $"seed-{seed}");
                Assert.Equal(RunTesting.Bits(folder[$"{label}-{seed}"]), RunTesting.Bits(run));
                Assert.Single(Directory.GetFiles(run, "events.out.tfevents.*"));
            }
        }
        Assert.Equal(["fast-fedpg", "slow"], result.Standings.Select(s => s.Contender.Label));
        RunTesting.AssertNothingHalfWritten(folder["c"]);
    }

    [Fact]
    public void Tables_hold_what_the_runs_gave()
    {
        using var folder = new TemporaryFolder();
        ComparisonResult result = ComparisonTesting.Run(ComparisonTesting.Plan("fast-fedpg,fedavg", "1..3"), folder["c"]);
        var runs = new CsvFile(Path.Combine(folder["c"], "comparison.csv"));
        Assert.Equal(
            "label,algorithm,settings,tuned,seed,status,rounds,objective,optimum,gap,worst_agent,"
                + "env_steps,trajectories,bytes_up,bytes_down,seconds,folder,own_gap,worst_own_gap", runs.Header);
        Assert.Equal(["1", "2", "3", "1", "2", "3"], runs["seed"]);
        for (int k = 0; k < 6; k++)
        {
            string run = Path.Combine(folder["c"], runs["folder"][k]);
            var metrics = new CsvFile(Path.Combine(run, "metrics.csv"));
            Assert.Equal(metrics["objective"][^1], runs["objective"][k]);
            Assert.Equal(metrics["gap"][^1], runs["gap"][k]);
            Assert.Equal(metrics["own_gap"][^1], runs["own_gap"][k]);
            Assert.Equal(metrics["worst_own_gap"][^1], runs["worst_own_gap"][k]);
            Assert.Equal(metrics["env_steps"][^1], runs["env_steps"][k]);
            Assert.Equal(metrics["bytes_up"][^1], runs["bytes_up"][k]);
            Assert.Equal(metrics["bytes_down"][^1], runs["bytes_down"][k]);
            Assert.Equal(new CsvFile(Path.Combine(run, "agents.csv")).Numbers("objective")[^4..].Max(), runs.Numbers("worst_agent")[k]);
            // No trajectory of this experiment ends early: 5 steps each.
            Assert.Equal(runs.Whole("env_steps")[k], 5 * runs.Whole("trajectories")[k]);
        }
        var summary = new CsvFile(Path.Combine(folder["c"], "summary.csv"));
        Assert.Equal(["fast-fedpg", "fedavg"], summary["label"]);
        double[] gaps = runs.Numbers("gap");
        // Of three values, 0.75 are cut on either side: a quarter of the outer two counts, and the middle one.
        double[] first = [.. gaps[..3].Order()];
        Assert.Equal(((0.25 * first[0]) + first[1] + (0.25 * first[2])) / 1.5, summary.Numbers("gap")[0], 12);
        Assert.Equal(gaps[3..].Average(x => gaps[..3].Average(y => x < y ? 1 : 0)),
            double.Parse(summary["improvement"][1], System.Globalization.CultureInfo.InvariantCulture), 12);
        Assert.Equal("", summary["improvement"][0]);
        Assert.Equal(result.Standings[1].Gap!.Value.High, summary.Numbers("gap_high")[1]);
        foreach (string figure in (string[])["gap-by-rounds", "gap-by-bytes", "gap-by-env-steps", "gap-at-the-end"])
        {
            Assert.True(new FileInfo(Path.Combine(folder["c"], figure + ".svg")).Length > 1000);
            Assert.True(new FileInfo(Path.Combine(folder["c"], figure + ".png")).Length > 1000);
        }
        Assert.Equal("fedavg", (string?)ResultFiles.ToJson(result)["algorithms"]![1]!["label"]);
    }

    [Theory]
    // Fast-FedPG sends 4 vectors of 15 float32 an agent and round, 2 before the first round; FedAvg 2.
    [InlineData("bytes=4000", 3, 8)]
    [InlineData("bytes=3359", 2, 6)]
    // 3 trajectories in 3 local steps of 4 agents, and as many as one step before Fast-FedPG's first round.
    [InlineData("trajectories=120", 3, 3)]
    [InlineData("trajectories=119", 2, 3)]
    [InlineData("rounds=5", 5, 5)]
    public void A_budget_gives_the_most_rounds_that_fit_in(string budget, int fast, int average)
    {
        using var folder = new TemporaryFolder();
        ComparisonResult result = ComparisonTesting.Run(ComparisonTesting.Plan(seeds: "1", budget: budget), folder["c"]);
        Assert.Equal((fast, average), (result.Standings[0].Runs[0].Rounds, result.Standings[1].Runs[0].Rounds));
        double amount = double.Parse(budget.Split('=')[1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.All(result.Standings.SelectMany(s => s.Runs),
            r => Assert.True((budget[0] == 'b' ? r.Bytes : budget[0] == 't' ? r.Trajectories : r.Rounds) <= amount));
    }

    /// <summary>
    /// Rounds of some agents, or of fewer steps, use less: at most 1,200 bytes and 36
    /// trajectories. The first two say nothing of those that come.
    /// </summary>
    [Theory]
    [InlineData("bytes=30000", """federation.participation={"kind":"trace","trace":[[0],[1],[0,1,2,3],[0,1,2,3],[]]}""")]
    [InlineData("trajectories=1000", """federation.participation={"kind":"trace","trace":[[0],[1],[0,1,2,3],[0,1,2,3],[]]}""")]
    [InlineData("bytes=30000", """federation.participation={"kind":"probabilities","probabilities":[0.1,0.9,0.3,0.5]}""")]
    [InlineData("trajectories=1000", """federation.stragglers={"share":0.7}""")]
    public void A_budget_holds_where_rounds_differ_in_what_they_use(string budget, string setting)
    {
        using var folder = new TemporaryFolder();
        ComparisonResult result = ComparisonTesting.Run(
            ComparisonTesting.Plan("fast-fedpg,fedavg,fedlin:serverTopK=4", seeds: "1", budget: budget, assignments: setting), folder["c"]);
        (double amount, double round) = budget[0] == 'b' ? (30_000, 1_200) : (1_000, 36);
        Assert.All(result.Standings.SelectMany(s => s.Runs),
            r => Assert.InRange(budget[0] == 'b' ? r.Bytes : r.Trajectories, amount - round, amount));
    }

    /// <summary>
    /// 36 trajectories a round, of 5 steps each, whatever is made of them: gradients or natural directions, closed or solved.
    /// </summary>
    [Theory]
    [InlineData("pmd")]
    [InlineData("pavg")]
    [InlineData("fedavg:gradient.direction=natural")]
    [InlineData("fedavg:gradient.direction=natural:gradient.estimator=reinforce")]
    [InlineData("fedavg:gradient.direction=natural:policy.kind=log-linear")]
    public void Trajectories_behind_natural_directions_count_like_those_behind_gradients(string entry)
    {
        using var folder = new TemporaryFolder();
        ComparisonResult result = ComparisonTesting.Run(ComparisonTesting.Plan(entry, seeds: "1", budget: "trajectories=120"), folder["c"]);
        RunResult run = Assert.Single(Assert.Single(result.Standings).Runs);
        Assert.Equal((3, 108, 540), (run.Rounds, run.Trajectories, run.EnvSteps));
    }

    [Fact]
    public void A_budget_of_seconds_ends_runs_whatever_their_rounds()
    {
        using var folder = new TemporaryFolder();
        ComparisonResult result = ComparisonTesting.Run(
            ComparisonTesting.Plan(seeds: "1", budget: "seconds=1", assignments: "federation.rounds=1"), folder["c"]);
        Assert.All(result.Standings, s => Assert.True(s.Runs[0].Seconds >= 1));
        Assert.All(result.Standings,
            s => Assert.True(s.Runs[0].Rounds > 1,
                "the experiment's one round takes milliseconds, and less than a second on a busy machine"));
    }

    [Fact]
    public void A_run_that_diverges_is_reported_and_the_others_go_on()
    {
        using var folder = new TemporaryFolder();
        ComparisonResult result = ComparisonTesting.Run(
            ComparisonTesting.Plan("fast-fedpg,huge=fedavg:localStepSize=1e300", "1..2", budget: "bytes=4000"), folder["c"]);
        Assert.Equal((0, 2), (result.Standings[0].Diverged, result.Standings[1].Diverged));
        Assert.True(double.IsPositiveInfinity(result.Standings[1].Gap!.Value.Value));
        Assert.Equal(0, result.Standings[1].Improvement!.Value.Value);
        Assert.Contains(result.Notes, n => n.Contains("2 of 2 runs of huge diverged", StringComparison.Ordinal)
            && n.Contains("no longer finite", StringComparison.Ordinal));
        Assert.Equal(["finished", "finished", "diverged", "diverged"], new CsvFile(Path.Combine(folder["c"], "comparison.csv"))["status"]);
        var listener = new ComparisonTesting.Listener();
        string before = ComparisonTesting.Bits(folder["c"]);
        ComparisonTesting.Resume(folder["c"], progress: listener);
        Assert.Empty(listener.Begun);
        Assert.Equal(before, ComparisonTesting.Bits(folder["c"]));
    }

    [Theory]
    [InlineData("tuning", 25)]
    [InlineData("runs", 13)]
    public void Stopped_anywhere_and_gone_on_with_it_ends_in_the_same_bits(string stage, int steps)
    {
        using var folder = new TemporaryFolder();
        FedPG.Comparison.Plan.ComparisonPlan plan = ComparisonTesting.Plan(seeds: "1..3", tune: ["localStepSize=0.1,1"]);
        ComparisonTesting.Run(plan, folder["whole"], threads: 3);
        ComparisonTesting.RunUntil(steps, stage, plan, folder["stopped"]);
        Assert.False(File.Exists(Path.Combine(folder["stopped"], "summary.csv")));
        var listener = new ComparisonTesting.Listener();
        ComparisonTesting.Resume(folder["stopped"], threads: 2, listener);
        Assert.Equal(ComparisonTesting.Bits(folder["whole"]), ComparisonTesting.Bits(folder["stopped"]));
        // What was finished was not run again.
        Assert.InRange(listener.Begun.First(b => b.Stage == stage).Runs, 1, stage == "runs" ? 5 : 7);
    }

    [Fact]
    public void Tuning_chooses_by_its_own_seeds_and_leaves_alone_what_an_entry_sets()
    {
        using var folder = new TemporaryFolder();
        ComparisonResult result = ComparisonTesting.Run(
            ComparisonTesting.Plan("fast-fedpg,fixed=fedavg:localStepSize=0.25", "1..2", tune: ["localStepSize=0.01,0.02"],
                assignments: "gradient.trajectories=30"), folder["c"]);
        var log = new CsvFile(Path.Combine(folder["c"], "tuning.csv"));
        Assert.Equal(["8", "9"], log["seed"].Distinct().Order());
        Assert.Equal(["fast-fedpg"], log["algorithm"].Distinct());
        Assert.Empty(result.Standings[1].Tuned.Settings);
        Assert.Equal(0.25, RunTesting.Json(Path.Combine(folder["c"], "runs", "fixed", "seed-1", "experiment.json"))
            .GetProperty("federation").GetProperty("localStepSize").GetDouble());
        // Twelve steps of 0.02 hardly move: the grid was extended, and what was chosen is what was run, and what a fresh training with it
        // gives on the tuning's seeds.
        string chosen = Assert.Single(result.Standings[0].Tuned.Settings).Value;
        Assert.True(double.Parse(chosen, System.Globalization.CultureInfo.InvariantCulture) > 0.02);
        Assert.Equal(chosen, RunTesting.Json(Path.Combine(folder["c"], "runs", "fast-fedpg", "seed-1", "experiment.json"))
            .GetProperty("federation").GetProperty("localStepSize").GetRawText());
        double[] figures = [.. Enumerable.Range(8, 2)
            .Select(seed =>
                RunTesting.Run(RunTesting.Experiment("gradient.trajectories=30", $"federation.localStepSize={chosen}", $"seed={seed}"),
                    folder[$"t{seed}"]).Gap!.Value)];
        Assert.Equal(figures.Average(), result.Standings[0].Tuned.Figure!.Value, 12);
    }

    [Fact]
    public void A_folder_in_use_or_with_something_in_it_is_refused()
    {
        using var folder = new TemporaryFolder();
        using (ComparisonRun run = ComparisonRun.Start(ComparisonTesting.Plan(), folder["c"], ExperimentReader.Default, 1))
        {
            InvalidInputException used = Assert.Throws<InvalidInputException>(() => ComparisonTesting.Resume(folder["c"]));
            Assert.EndsWith("is in use by another comparison", Assert.Single(used.Errors).ToString(), StringComparison.Ordinal);
        }
        InvalidInputException full =
            Assert.Throws<InvalidInputException>(() => ComparisonTesting.Run(ComparisonTesting.Plan(), folder["c"]));
        Assert.EndsWith("or go on with a comparison with --resume", Assert.Single(full.Errors).ToString(), StringComparison.Ordinal);
    }
}
