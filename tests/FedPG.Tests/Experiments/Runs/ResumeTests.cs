using FedPG.Tests.Experiments.TensorBoard;
using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

public sealed class ResumeTests
{
    private const int Rounds = 9;

    [Theory]
    [InlineData("fast-fedpg", "reuse", "policy.kind=tabular-softmax")]
    [InlineData("fast-fedpg", "fresh", RunTesting.Neural)]
    [InlineData("fast-fedpg", "resample", "policy.kind=tabular-softmax")]
    [InlineData("fedavg", "reuse", RunTesting.Neural)]
    [InlineData("centralized", "reuse", "policy.kind=tabular-softmax")]
    public void A_run_stopped_anywhere_ends_in_the_bits_of_one_never_stopped(string algorithm, string memory, string policy)
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = RunTesting.Experiment(
            $"federation.algorithm={algorithm}", $"federation.memory={memory}", policy, $"federation.rounds={Rounds}",
            "environment.agents=5", "evaluateEvery=2", "gradient.entropy={\"from\":0.1,\"to\":0.01,\"until\":9}");
        RunTesting.Run(experiment, folder["whole"]);
        string expected = RunTesting.Bits(folder["whole"]);
        foreach (int stop in (int[])[0, 1, 4, Rounds - 1])
        {
            RunTesting.RunUntil(stop, experiment, folder[$"{stop}"], threads: 1);
            Assert.Equal(stop, RunTesting.Json(Path.Combine(folder[$"{stop}"], "summary.json")).GetProperty("rounds").GetInt32());
            Assert.Equal(stop + 1, new CsvFile(Path.Combine(folder[$"{stop}"], "metrics.csv")).Rows.Length);
            // Other threads and other blocks than before.
            RunTesting.ResumeUntil(null, folder[$"{stop}"], threads: 2, block: 1 + stop);
            Assert.Equal(expected, RunTesting.Bits(folder[$"{stop}"]));
            RunTesting.AssertNothingHalfWritten(folder[$"{stop}"]);
        }
    }

    [Fact]
    public void A_run_stopped_after_every_round_ends_in_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = RunTesting.Experiment("federation.rounds=4", "checkpointEvery=0");
        RunTesting.Run(experiment, folder["whole"]);
        RunTesting.RunUntil(0, experiment, folder["parts"]);
        for (int t = 1; t < 4; t++) RunTesting.ResumeUntil(t, folder["parts"], threads: t);
        RunTesting.ResumeUntil(null, folder["parts"]);
        Assert.Equal(RunTesting.Bits(folder["whole"]), RunTesting.Bits(folder["parts"]));
        double[] seconds = new CsvFile(Path.Combine(folder["parts"], "metrics.csv")).Numbers("seconds");
        Assert.Equal(seconds.Order(), seconds);
    }

    [Fact]
    public void A_finished_run_is_left_as_it_is()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(), folder["run"]);
        Dictionary<string, DateTime> before = Directory.EnumerateFiles(folder["run"], "*", SearchOption.AllDirectories)
            .ToDictionary(f => f, File.GetLastWriteTimeUtc);
        Assert.Null(RunTesting.Resume(folder["run"]));
        Assert.Equal(before, Directory.EnumerateFiles(folder["run"], "*", SearchOption.AllDirectories)
            .ToDictionary(f => f, File.GetLastWriteTimeUtc));
    }

    [Fact]
    public void A_folder_in_use_is_refused()
    {
        using var folder = new TemporaryFolder();
        using TrainingRun run = RunTesting.Start(RunTesting.Experiment(), folder["run"]);
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => RunTesting.Resume(folder["run"]));
        Assert.Equal(new ValidationError("--resume", "", folder["run"], "is in use by another run"), Assert.Single(e.Errors));
        Assert.Throws<InvalidInputException>(() => RunTesting.Start(RunTesting.Experiment(), folder["run"]));
    }

    [Fact]
    public void A_start_that_is_refused_leaves_the_folder_as_it_was()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["mine.txt"], "mine");
        Assert.Throws<InvalidInputException>(() => RunTesting.Start(RunTesting.Experiment(), folder.FullPath));
        Assert.Equal([folder["mine.txt"]], Directory.EnumerateFileSystemEntries(folder.FullPath));
    }

    public static TheoryData<string> Damages =>
        ["truncated tensor", "missing tensor", "changed tensor", "truncated manifest", "empty manifest", "null manifest",
            "missing manifest", "no tensors", "other format"];

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_damaged_checkpoint_is_passed_over_for_the_one_before(string damage)
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = RunTesting.Experiment($"federation.rounds={Rounds}", "checkpointEvery=3");
        RunTesting.Run(experiment, folder["whole"]);
        RunTesting.RunUntil(7, experiment, folder["run"]);
        Assert.Equal([6, 7], Checkpoints(folder["run"]).Select(RoundOf));
        Damage(Checkpoints(folder["run"])[^1], damage);
        RunTesting.ResumeUntil(null, folder["run"], threads: 2);
        Assert.Equal(RunTesting.Bits(folder["whole"]), RunTesting.Bits(folder["run"]));
        Assert.Equal([6, 9], Checkpoints(folder["run"]).Select(RoundOf));
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public void With_every_checkpoint_damaged_each_is_named(string damage)
    {
        using var folder = new TemporaryFolder();
        RunTesting.RunUntil(7, RunTesting.Experiment($"federation.rounds={Rounds}", "checkpointEvery=3"), folder["run"]);
        string[] checkpoints = Checkpoints(folder["run"]);
        foreach (string checkpoint in checkpoints) Damage(checkpoint, damage);
        string metrics = File.ReadAllText(Path.Combine(folder["run"], "metrics.csv"));
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => RunTesting.Resume(folder["run"]));
        Assert.Equal(checkpoints.Reverse(), e.Errors.Select(f => Path.GetDirectoryName(f.Source)));
        Assert.All(e.Errors, fault => Assert.DoesNotContain('\n', fault.ToString()));
        Assert.Equal(metrics, File.ReadAllText(Path.Combine(folder["run"], "metrics.csv")));
    }

    [Fact]
    public void A_damaged_checkpoint_is_written_anew()
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = RunTesting.Experiment($"federation.rounds={Rounds}", "checkpointEvery=3");
        RunTesting.Run(experiment, folder["whole"]);
        RunTesting.RunUntil(6, experiment, folder["run"]);
        Assert.Equal([3, 6], Checkpoints(folder["run"]).Select(RoundOf));
        Damage(Checkpoints(folder["run"])[^1], "truncated tensor");
        RunTesting.ResumeUntil(7, folder["run"]);
        Assert.Equal([6, 7], Checkpoints(folder["run"]).Select(RoundOf));
        Damage(Checkpoints(folder["run"])[^1], "truncated tensor");
        RunTesting.ResumeUntil(null, folder["run"]);
        Assert.Equal(RunTesting.Bits(folder["whole"]), RunTesting.Bits(folder["run"]));
    }

    [Fact]
    public void What_a_kill_left_half_written_is_gone_after_a_clean_end()
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = RunTesting.Experiment();
        RunTesting.Run(experiment, folder["whole"]);
        RunTesting.RunUntil(1, experiment, folder["run"]);
        foreach (string name in (string[])["checkpoints/round-000000002.tmp", "checkpoints/round-000000077.tmp", "policy.tmp"])
        {
            Directory.CreateDirectory(Path.Combine(folder["run"], name));
            File.WriteAllText(Path.Combine(folder["run"], name, "theta.bin"), "half");
        }
        File.WriteAllText(Path.Combine(folder["run"], "summary.json.tmp"), "{");
        File.WriteAllText(Path.Combine(folder["run"], "run.lock"), "");
        RunTesting.ResumeUntil(null, folder["run"]);
        RunTesting.AssertNothingHalfWritten(folder["run"]);
        Assert.Equal(RunTesting.Bits(folder["whole"]), RunTesting.Bits(folder["run"]));
        Assert.False(File.Exists(Path.Combine(folder["run"], "run.lock")));
    }

    [Theory]
    [InlineData("metrics.csv")]
    [InlineData("agents.csv")]
    [InlineData("exchange.csv")]
    public void A_log_that_was_cut_or_taken_away_stops_the_resume_and_no_other_file_is_touched(string log)
    {
        using var folder = new TemporaryFolder();
        RunTesting.RunUntil(3, RunTesting.Experiment(), folder["run"]);
        string path = Path.Combine(folder["run"], log);
        foreach (bool gone in (bool[])[false, true])
        {
            if (gone) File.Delete(path);
            else File.WriteAllText(path, "round\n");
            string[] others = [.. Logs(folder["run"]).Where(f => f != path)];
            // What came after the checkpoint would be cut off by a resume.
            foreach (string other in others) File.AppendAllText(other, "later\n");
            string[] before = [.. others.Select(File.ReadAllText)];
            InvalidInputException e = Assert.Throws<InvalidInputException>(() => RunTesting.Resume(folder["run"]));
            Assert.Equal(path, Assert.Single(e.Errors).Source);
            Assert.Equal(before, others.Select(File.ReadAllText));
        }
    }

    [Fact]
    public void A_summary_that_cannot_be_read_does_not_keep_a_run_from_going_on()
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = RunTesting.Experiment();
        RunTesting.Run(experiment, folder["whole"]);
        RunTesting.RunUntil(1, experiment, folder["run"]);
        File.WriteAllText(Path.Combine(folder["run"], "summary.json"), "{ \"status\":");
        RunTesting.ResumeUntil(null, folder["run"]);
        Assert.Equal(RunTesting.Bits(folder["whole"]), RunTesting.Bits(folder["run"]));
    }

    [Fact]
    public void A_checkpoint_of_another_experiment_is_refused()
    {
        using var folder = new TemporaryFolder();
        RunTesting.RunUntil(3, RunTesting.Experiment(), folder["run"]);
        string path = Path.Combine(folder["run"], "experiment.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"states\": 5", "\"states\": 6", StringComparison.Ordinal));
        InvalidInputException changed = Assert.Throws<InvalidInputException>(() => RunTesting.Resume(folder["run"]));
        Assert.Equal(path, Assert.Single(changed.Errors).Source);
        InvalidInputException e = Assert.Throws<InvalidInputException>(
            () => RunTesting.Resume(folder["run"], changes: new ResumeChanges(Accept: true)));
        Assert.Contains("does not fit", Assert.Single(e.Errors).Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_without_a_checkpoint_starts_again_at_round_0()
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = RunTesting.Experiment();
        RunTesting.Run(experiment, folder["whole"]);
        RunTesting.RunUntil(3, experiment, folder["run"]);
        Directory.Delete(Path.Combine(folder["run"], "checkpoints"), recursive: true);
        RunTesting.ResumeUntil(null, folder["run"]);
        Assert.Equal(RunTesting.Bits(folder["whole"]), RunTesting.Bits(folder["run"]));
        Assert.Equal([0, 1, 2, 3, 4], EventFile.ReadAll(folder["run"]).Where(v => v.Tag == "federated/drift").Select(v => v.Step));
    }

    private static string[] Checkpoints(string run) =>
        [.. Directory.EnumerateDirectories(Path.Combine(run, "checkpoints")).Order(StringComparer.Ordinal)];

    private static int RoundOf(string checkpoint) =>
        RunTesting.Json(Path.Combine(checkpoint, "manifest.json")).GetProperty("round").GetInt32();

    private static string[] Logs(string run) =>
        [.. Directory.EnumerateFiles(run)
            .Where(f => f.EndsWith(".csv", StringComparison.Ordinal) || f.Contains("tfevents", StringComparison.Ordinal))];

    private static void Damage(string checkpoint, string damage)
    {
        string manifest = Path.Combine(checkpoint, "manifest.json"), tensor = Path.Combine(checkpoint, "server-Theta.bin");
        switch (damage)
        {
            case "truncated tensor":
                File.WriteAllBytes(tensor, File.ReadAllBytes(tensor)[..^4]);
                break;
            case "missing tensor":
                File.Delete(tensor);
                break;
            case "changed tensor":
                byte[] bytes = File.ReadAllBytes(tensor);
                bytes[5] ^= 1;
                File.WriteAllBytes(tensor, bytes);
                break;
            case "truncated manifest":
                File.WriteAllText(manifest, File.ReadAllText(manifest)[..100]);
                break;
            case "empty manifest":
                File.WriteAllText(manifest, "");
                break;
            case "null manifest":
                File.WriteAllText(manifest, "null");
                break;
            case "missing manifest":
                File.Delete(manifest);
                break;
            case "no tensors":
                File.WriteAllText(manifest, JsonSerializer.Serialize(new { format = 1, round = 7 }));
                break;
            case "other format":
                File.WriteAllText(manifest, File.ReadAllText(manifest)
                    .Replace("\"format\": 2", "\"format\": 99", StringComparison.Ordinal));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(damage));
        }
    }
}
