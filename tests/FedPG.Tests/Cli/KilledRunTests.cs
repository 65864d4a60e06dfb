using FedPG.Experiments.Reading;
using FedPG.Tests.Experiments.Runs;
using FedPG.Tests.Experiments.TensorBoard;
using Xunit;

namespace FedPG.Tests.Cli;

/// <summary>Real processes that are killed, interrupted and gone on with.</summary>
public sealed class KilledRunTests
{
    private const int Rounds = 300;

    [Theory]
    [InlineData("fast-fedpg", 50)]
    [InlineData("fedavg", 7)]
    public void A_run_killed_again_and_again_ends_in_the_bits_of_one_never_stopped(string algorithm, int checkpointEvery)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are for Unix.");
        using var folder = new TemporaryFolder();
        Write(folder, algorithm, checkpointEvery);
        string expected = Expected(folder);
        string run = folder["run"];
        string[] start = ["train", "e.json", "--out", "run", "--threads", "2"];
        // Before the first checkpoint, between two, while it starts, and later.
        foreach (int rows in (int[])[2, checkpointEvery + 20, 0, 120])
        {
            using Fedpg.Started process = Fedpg.Start(folder.FullPath, start);
            if (rows > 0) process.WaitUntil(() => RunTesting.RoundsOf(run) >= rows);
            else Thread.Sleep(300);
            process.Signal(Fedpg.Started.Kill);
            Assert.Equal(128 + Fedpg.Started.Kill, process.Wait().ExitCode);
            start = ["train", "--resume", "run", "--threads", rows % 2 == 0 ? "1" : "3", "--block-size", rows % 2 == 0 ? "4" : "1"];
        }
        Outcome last = Fedpg.Run(folder.FullPath, start);
        Assert.True(last.ExitCode == 0, last.Errors);
        Assert.Equal(expected, RunTesting.Bits(run));
        RunTesting.AssertNothingHalfWritten(run);
        Assert.Equal(Enumerable.Range(0, Rounds + 1).Select(t => (long)t),
            EventFile.ReadAll(run).Where(v => v.Tag == "federated/drift").Select(v => v.Step));

        Outcome again = Fedpg.Run(folder.FullPath, "train", "--resume", "run");
        Assert.Equal((0, ""), (again.ExitCode, again.Output));
        Assert.Contains("finished", Assert.Single(again.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(expected, RunTesting.Bits(run));
    }

    [Theory]
    [InlineData(Fedpg.Started.Interrupt)]
    [InlineData(Fedpg.Started.Terminate)]
    public void An_interrupt_ends_the_run_at_a_round_and_the_rest_gives_the_same_bits(int signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are for Unix.");
        using var folder = new TemporaryFolder();
        Write(folder, "fast-fedpg", checkpointEvery: 0);
        string expected = Expected(folder);
        string run = folder["run"];
        using (Fedpg.Started process = Fedpg.StartWarm(folder.FullPath, "train", "e.json", "--out", "run", "--threads", "2"))
        {
            process.WaitUntil(() => RunTesting.RoundsOf(run) >= 30);
            process.Signal(signal);
            Outcome outcome = process.Wait();
            Assert.Equal(130, outcome.ExitCode);
            Assert.Contains("--resume", outcome.ErrorLines[^1], StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", outcome.Errors, StringComparison.Ordinal);
        }
        System.Text.Json.JsonElement summary = RunTesting.Json(Path.Combine(run, "summary.json"));
        Assert.Equal("cancelled", summary.GetProperty("status").GetString());
        var metrics = new CsvFile(Path.Combine(run, "metrics.csv"));
        Assert.True(metrics.EndsWithWholeRow);
        Assert.Equal(metrics.Whole("round")[^1], summary.GetProperty("rounds").GetInt64());
        Assert.InRange(metrics.Rows.Length, 31, Rounds);
        Assert.True(File.Exists(Path.Combine(run, "policy", "theta.bin")));
        Assert.False(File.Exists(Path.Combine(run, "run.lock")));
        RunTesting.AssertNothingHalfWritten(run);

        Outcome rest = Fedpg.Run(folder.FullPath, "train", "--resume", "run", "--threads", "1", "--block-size", "1", "--json");
        Assert.True(rest.ExitCode == 0, rest.Errors);
        Assert.Equal(expected, RunTesting.Bits(run));
    }

    [Fact]
    public void A_folder_that_another_process_writes_to_is_refused()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "fast-fedpg", checkpointEvery: 0);
        using Fedpg.Started process =
            Fedpg.StartWarm(folder.FullPath, "train", "e.json", "--out", "run", "--set", "federation.rounds=1000000");
        process.WaitUntil(() => RunTesting.RoundsOf(folder["run"]) >= 0);
        Outcome resume = Fedpg.Run(folder.FullPath, "train", "--resume", "run");
        Assert.Equal((2, "", "--resume: run; is in use by another run"),
            (resume.ExitCode, resume.Output, Assert.Single(resume.ErrorLines)));
        Outcome start = Fedpg.Run(folder.FullPath, "train", "e.json", "--out", "run");
        Assert.Equal((2, ""), (start.ExitCode, start.Output));
        Assert.StartsWith("--out: run; ", Assert.Single(start.ErrorLines), StringComparison.Ordinal);
    }

    private static void Write(TemporaryFolder folder, string algorithm, int checkpointEvery)
    {
        File.WriteAllText(folder["e.json"], RunTesting.Experiment(
            $"federation.algorithm={algorithm}", $"checkpointEvery={checkpointEvery}", $"federation.rounds={Rounds}",
            "environment.agents=5", "gradient.entropy={\"from\":0.1,\"to\":0.01,\"until\":9}",
            """policy={"kind":"neural-softmax","hidden":[8]}""").Resolved.ToJsonString());
    }

    /// <summary>The bits of a run in this process, with one thread and never stopped.</summary>
    private static string Expected(TemporaryFolder folder)
    {
        RunTesting.Run(ExperimentReader.Default.ReadFile(folder["e.json"], []), folder["whole"]);
        return RunTesting.Bits(folder["whole"]);
    }
}
