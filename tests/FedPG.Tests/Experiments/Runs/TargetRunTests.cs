using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Tests.Federation.Estimators.Episodic;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

/// <summary>Runs that end at a target, and runs that keep their best policy.</summary>
public sealed class TargetRunTests
{
    /// <summary>Twelve rounds whose objective goes up and down.</summary>
    private static readonly string[] Restless =
        ["federation.rounds=12", "federation.localStepSize=3", "gradient.trajectories=2", "checkpointEvery=1"];

    private const string Best = "keepBest=true";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_run_ends_at_the_evaluation_at_which_the_target_was_held(int held)
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(Restless), folder["whole"]);
        var whole = new CsvFile(folder["whole/metrics.csv"]);
        (double value, int last) = TargetOf(whole.Numbers("objective"), held);
        RunSummary summary = RunTesting.Run(RunTesting.Experiment([.. Restless, Target(value, held)]), folder["short"]);
        Assert.Equal((RunSummary.Finished, last), (summary.Status, summary.Rounds));
        Assert.Equal(("objective", value, held), (summary.StoppedAt!.Column, summary.StoppedAt.Value, summary.StoppedAt.Held));
        string[] rows = whole.Without("seconds").Split('\n');
        Assert.Equal(string.Join('\n', rows[..(last + 2)]), new CsvFile(folder["short/metrics.csv"]).Without("seconds"));
        RunTesting.Run(RunTesting.Experiment([.. Restless, $"federation.rounds={last}"]), folder["as long"]);
        Assert.Equal(File.ReadAllBytes(folder["as long/policy/theta.bin"]), File.ReadAllBytes(folder["short/policy/theta.bin"]));
        // It has nothing left to do, with more rounds or without.
        Assert.Null(RunTesting.Resume(folder["short"]));
        Assert.Null(RunTesting.Resume(folder["short"], changes: new ResumeChanges(Rounds: 20)));
    }

    /// <summary>The steps of each agent by itself are taken once, after the last round.</summary>
    [Fact]
    public void A_run_that_reached_its_target_does_not_personalise_again()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(
            [.. Restless, Target(1e9, 1), """personalise={"steps":2,"localStepSize":0.1,"what":"all"}"""]), folder["run"]);
        string bits = RunTesting.Bits(folder["run"]);
        Assert.Null(RunTesting.Resume(folder["run"], changes: new ResumeChanges(Rounds: 30)));
        Assert.Equal(bits, RunTesting.Bits(folder["run"]));
    }

    /// <summary>Stopped within the evaluations that hold the target, and taken back by a checkpoint: as after a kill.</summary>
    [Fact]
    public void What_was_held_and_what_was_best_go_on_after_a_stop()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(Restless), folder["plain"]);
        (double value, int last) = TargetOf(new CsvFile(folder["plain/metrics.csv"]).Numbers("objective"), 2);
        Experiment experiment = RunTesting.Experiment([.. Restless, Best, Target(value, 2)]);
        RunTesting.Run(experiment, folder["whole"]);
        RunTesting.RunUntil(last - 1, experiment, folder["parts"]);
        RunTesting.ResumeUntil(null, folder["parts"], threads: 2, block: 1);
        Assert.Equal(Bits(folder["whole"]), Bits(folder["parts"]));
        RunTesting.RunUntil(last - 1, experiment, folder["killed"]);
        string[] checkpoints = [.. Directory.GetDirectories(folder["killed/checkpoints"]).Order(StringComparer.Ordinal)];
        Directory.Delete(checkpoints[^1], recursive: true);
        RunTesting.ResumeUntil(null, folder["killed"]);
        Assert.Equal(Bits(folder["whole"]), Bits(folder["killed"]));
        // Killed between the last checkpoint and the summary.
        File.Delete(folder["killed/summary.json"]);
        Directory.Delete(folder["killed/policy"], recursive: true);
        RunTesting.ResumeUntil(null, folder["killed"]);
        Assert.Equal(Bits(folder["whole"]), Bits(folder["killed"]));
    }

    [Theory]
    [InlineData("federation.algorithm=fast-fedpg")]
    [InlineData("federation.algorithm=independent")]
    public void The_best_policy_is_that_of_the_lowest_objective(string algorithm)
    {
        using var folder = new TemporaryFolder();
        RunSummary summary = RunTesting.Run(RunTesting.Experiment([.. Restless, algorithm, Best]), folder["run"]);
        double[] objectives = new CsvFile(folder["run/metrics.csv"]).Numbers("objective");
        int best = Array.IndexOf(objectives, objectives.Min());
        Assert.InRange(best, 1, 11);
        Assert.Equal((best, objectives[best]), (summary.BestRound, summary.BestObjective));
        StoredPolicy stored = StoredPolicy.Read(folder["run"], ExperimentReader.Default, best: true);
        Assert.Equal((best, objectives[best]), (stored.Rounds, PolicyReview.Of(stored, episodes: 0).Objective));
        Assert.Equal(12, StoredPolicy.Read(folder["run"], ExperimentReader.Default).Rounds);
        RunTesting.Run(RunTesting.Experiment([.. Restless, algorithm, $"federation.rounds={best}"]), folder["as long"]);
        foreach (string file in Directory.GetFiles(folder["as long/policy"], "*.bin"))
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(folder["run/policy/best"], Path.GetFileName(file))));
    }

    [Fact]
    public void Without_these_options_no_file_speaks_of_them()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(), folder["run"]);
        Assert.Empty(Directory.GetDirectories(folder["run/policy"]));
        foreach (string file in Directory.GetFiles(folder["run"], "*.json", SearchOption.AllDirectories))
        {
            string text = File.ReadAllText(file);
            foreach (string word in (string[])["keepBest", "stopAt", "stoppedAt", "marks", "bestRound", "successRate"])
                Assert.DoesNotContain(word, text, StringComparison.Ordinal);
        }
        InvalidInputException none = Assert.Throws<InvalidInputException>(
            () => StoredPolicy.Read(folder["run"], ExperimentReader.Default, best: true));
        Assert.Contains("\"keepBest\": true", Assert.Single(none.Errors).Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void Returns_are_held_by_every_agent()
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = RolloutTesting.Experiment("""stopAt={"column":"episode_return","value":1}""");
        Assert.Equal(0, RunTesting.Run(experiment, folder["low"]).Rounds);
        RunSummary whole = RunTesting.Run(RolloutTesting.Experiment(), folder["whole"]);
        double most = new CsvFile(folder["whole/agents.csv"]).Numbers("episode_return").Max();
        string target = FormattableString.Invariant($$"""stopAt={"column":"episode_return","value":{{most}}}""");
        RunSummary high = RunTesting.Run(RolloutTesting.Experiment(target), folder["high"]);
        Assert.Equal((whole.Rounds, null), (high.Rounds, high.StoppedAt));
    }

    [Theory]
    [InlineData("""stopAt={"column":"objective"}""", "stopAt.value", "is needed")]
    [InlineData("""stopAt={"column":"regret","value":1}""", "stopAt.column", "must be \"objective\"")]
    [InlineData("""stopAt={"value":1,"held":0}""", "stopAt.held", "must be a whole number from 1")]
    [InlineData("""stopAt={"value":"low"}""", "stopAt.value", "must be a finite number")]
    [InlineData("stopAt=3", "stopAt", "must be an object")]
    [InlineData("keepBest=1", "keepBest", "must be true or false")]
    public void What_is_no_target_is_refused(string assignment, string key, string words)
    {
        InvalidInputException refused = Assert.Throws<InvalidInputException>(() => RunTesting.Experiment(assignment));
        Assert.Contains(refused.Errors, error => error.KeyPath == key && error.Allowed.StartsWith(words, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("episode_return", "evaluations play no episodes")]
    [InlineData("success_rate", "evaluations play no episodes")]
    public void A_figure_that_no_evaluation_shows_is_refused_before_there_is_a_folder(string column, string why)
    {
        using var folder = new TemporaryFolder();
        ValidationError error = Assert.Single(Assert.Throws<InvalidInputException>(
            () => RunTesting.Run(RunTesting.Experiment($$"""stopAt={"column":"{{column}}","value":1}"""), folder["run"])).Errors);
        Assert.Equal("stopAt.column", error.KeyPath);
        Assert.EndsWith(why, error.Allowed, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Theory]
    [InlineData("gap", "the optimum is not known")]
    [InlineData("worst_own_gap", "agents' own optima are not known")]
    [InlineData("success_rate", "CartPole-v1 does not say which episodes succeed")]
    public void So_it_is_of_an_episodic_environment(string column, string why)
    {
        using var folder = new TemporaryFolder();
        ValidationError error = Assert.Single(Assert.Throws<InvalidInputException>(
            () => RunTesting.Run(RolloutTesting.Experiment($$"""stopAt={"column":"{{column}}","value":1}"""), folder["run"])).Errors);
        Assert.EndsWith(why, error.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void Both_options_are_read_back_from_the_resolved_experiment()
    {
        Experiment experiment = RunTesting.Experiment(Best, Target(2.5, 3));
        Experiment again = ExperimentReader.Default.Read(JsonSerializer.SerializeToElement(experiment.Resolved), "again.json", "/", []);
        Assert.Equal(experiment.Resolved.ToJsonString(), again.Resolved.ToJsonString());
        Assert.Equal((true, experiment.StopAt), (again.KeepBest, again.StopAt));
    }

    private static string Target(double value, int held) =>
        FormattableString.Invariant($$"""stopAt={"column":"objective","value":{{value:R}},"held":{{held}}}""");

    /// <summary>A value that is first held for so many evaluations in the middle of a run, and the last of them.</summary>
    private static (double Value, int Last) TargetOf(double[] objectives, int held)
    {
        for (int last = 3; last < objectives.Length - 1; last++)
        {
            double value = objectives[(last - held + 1)..(last + 1)].Max();
            bool earlier = Enumerable.Range(held - 1, last - held + 1).Any(k => objectives[(k - held + 1)..(k + 1)].Max() <= value);
            if (!earlier) return (value, last);
        }
        throw new InvalidOperationException("no value is first held in the middle of the run");
    }

    private static string Bits(string folder) => RunTesting.Bits(folder) + string.Join('\n',
        Directory.GetFiles(Path.Combine(folder, "policy", "best")).Order(StringComparer.Ordinal)
            .Select(file => Convert.ToHexString(File.ReadAllBytes(file))));
}
