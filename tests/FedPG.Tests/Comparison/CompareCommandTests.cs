using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Tests.Cli;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Comparison;

/// <summary><c>fedpg compare</c> as users start it.</summary>
public sealed class CompareCommandTests
{
    [Fact]
    public void Killed_in_the_middle_and_gone_on_with_it_ends_in_the_same_bits()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are for Unix.");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["e.json"],
            RunTesting.Experiment("federation.rounds=200", "checkpointEvery=30", RunTesting.Neural).Resolved.ToJsonString());
        using (Fedpg.Started process = Fedpg.Start(folder.FullPath, "compare", "e.json", "--algorithms", "fast-fedpg,fedavg", "--seeds",
            "1..2", "--out", "c", "--threads", "2"))
        {
            string metrics = Path.Combine(folder["c"], "runs", "fast-fedpg", "seed-2", "metrics.csv");
            process.WaitUntil(() => new FileInfo(metrics) is { Exists: true, Length: > 0 } && new CsvFile(metrics).Rows.Length > 40);
            process.Signal(Fedpg.Started.Kill);
            process.Wait();
        }
        Assert.False(File.Exists(Path.Combine(folder["c"], "comparison.csv")));
        Outcome rest = Fedpg.Run(folder.FullPath, "compare", "--resume", "c", "--json", "--quiet");
        Assert.True(rest.ExitCode == 0, rest.Errors);
        Assert.Equal("", rest.Errors);
        JsonElement document = JsonDocuments.Parse(System.Text.Encoding.UTF8.GetBytes(rest.Output), "stdout");
        Assert.Equal(["fast-fedpg", "fedavg"], document.GetProperty("algorithms").EnumerateArray()
            .Select(a => a.GetProperty("label").GetString()));
        Assert.Equal(2, document.GetProperty("algorithms")[1].GetProperty("runs").GetArrayLength());
        Assert.True(document.GetProperty("algorithms")[1].GetProperty("improvement").GetProperty("iqm").GetDouble() is >= 0 and <= 1);

        ComparisonTesting.Run(ComparisonTesting.Plan(seeds: "1..2",
            assignments: ["federation.rounds=200", "checkpointEvery=30", RunTesting.Neural]), folder["whole"]);
        Assert.Equal(ComparisonTesting.Bits(folder["whole"]), ComparisonTesting.Bits(folder["c"]));
        RunTesting.AssertNothingHalfWritten(folder["c"]);
    }

    [Fact]
    public void Everything_wrong_with_a_command_line_is_said_at_once_and_nothing_is_written()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["e.json"], RunTesting.Tiny);
        Outcome outcome = Fedpg.Run(folder.FullPath, "compare", "e.json", "--algorithms", "fast-fedpg,fedavgg", "--seeds", "3..1",
            "--budget", "rounds=x", "--out", "c");
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.Collection(outcome.ErrorLines,
            line => Assert.StartsWith("--algorithms: fedavgg; is not an algorithm; the nearest is \"fedavg\"", line,
                StringComparison.Ordinal),
            line => Assert.StartsWith("--seeds: 3..1; is a range without seeds", line, StringComparison.Ordinal),
            line => Assert.StartsWith("--budget: rounds=x; rounds must be", line, StringComparison.Ordinal));
        Assert.False(Directory.Exists(folder["c"]));
    }

    [Fact]
    public void The_table_has_a_row_for_each_algorithm_and_says_what_tuning_chose()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["e.json"], RunTesting.Tiny);
        Outcome outcome = Fedpg.Run(folder.FullPath, "compare", "--algorithms", "fast-fedpg,fedavg", "--seeds", "1..2", "--tune", "e.json",
            "--out", "c");
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.Contains("P(better)", outcome.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^ *fast-fedpg +localStepSize=\d", outcome.Output);
        Assert.Matches(@"(?m)^ *fedavg +localStepSize=\d", outcome.Output);
        Assert.DoesNotContain("   at ", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(["3", "4", "5"], new CsvFile(Path.Combine(folder["c"], "tuning.csv"))["seed"].Distinct().Order());
    }
}
