using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cli;

/// <summary><c>fedpg reproduce</c> as users start it.</summary>
public sealed partial class ReproduceCommandTests
{
    [Fact]
    public void A_claim_ends_in_one_line_with_figure_interval_bound_and_verdict()
    {
        using var folder = new TemporaryFolder();
        Outcome outcome = Fedpg.Run(folder.FullPath, "reproduce", "progress", "truncation", "--quick", "--out", "out");
        Assert.Equal(0, outcome.ExitCode);
        string[] lines = outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        foreach ((string line, string name) in lines.Zip((string[])["progress", "truncation"]))
        {
            Match match = VerdictLine().Match(line);
            Assert.True(match.Success, line);
            Assert.Equal((name, "PASS"), (match.Groups[1].Value, match.Groups[5].Value));
            Assert.All([2, 3, 4], g => double.Parse(match.Groups[g].Value, CultureInfo.InvariantCulture));
        }
        Assert.Contains("2 of 2 claims hold", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', outcome.Output + outcome.Errors);
        Assert.All((string[])["verdicts.csv", "progress/near.csv", "progress/plot.svg", "progress/plot.png", "progress/README.md",
            "truncation/truncation.csv"], file => Assert.True(File.Exists(folder["out/" + file]), file));
    }

    [Fact]
    public void A_broken_algorithm_fails_with_exit_code_1()
    {
        using var folder = new TemporaryFolder();
        Outcome outcome = Fedpg.Run(folder.FullPath, "reproduce", "progress", "--quick", "--out", "out", "--break", "no-memory", "--json");
        Assert.Equal(1, outcome.ExitCode);
        using JsonDocument verdicts = JsonDocument.Parse(outcome.Output);
        JsonElement verdict = Assert.Single(verdicts.RootElement.EnumerateArray().ToArray());
        Assert.Equal(("progress", "FAIL"), (verdict.GetProperty("claim").GetString(), verdict.GetProperty("verdict").GetString()));
        Assert.NotEmpty(verdict.GetProperty("checks").EnumerateArray().ToArray());
    }

    [Theory]
    [InlineData(new[] { "reproduce", "linear" }, "NAME: linear; is not a claim; the nearest is \"linear-rate\"")]
    [InlineData(new[] { "reproduce", "progress", "--break", "stal" }, "--break: stal; must be")]
    [InlineData(new[] { "reproduce", "progress", "--seed", "-1" }, "--seed: -1; must be a whole number from 1 to ")]
    [InlineData(new[] { "reproduce", "progress", "--out", "full" }, "--out: full; is not empty")]
    [InlineData(new[] { "reproduce", "progress", "--out", "file" }, "--out: file; is a file")]
    public void Bad_input_is_named_and_nothing_is_run(string[] arguments, string expected)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["full/inside"]);
        File.WriteAllText(folder["file"], "");
        Outcome outcome = Fedpg.Run(folder.FullPath, arguments);
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains(expected, outcome.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["runs"]));
    }

    [Fact]
    public void Ctrl_c_ends_with_130_and_leaves_no_half_written_claim()
    {
        using var folder = new TemporaryFolder();
        using Fedpg.Started started = Fedpg.StartWarm(folder.FullPath, "reproduce", "speedup", "--out", "out");
        started.WaitUntil(() => Directory.Exists(folder["out"]));
        Thread.Sleep(2000);
        started.Signal(Fedpg.Started.Interrupt);
        Outcome outcome = started.Wait();
        Assert.Equal((130, ""), (outcome.ExitCode, outcome.Output));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["out"]));
    }

    [GeneratedRegex(@"^(\S+) (\S+) \[(\S+), (\S+)\] \S+ (PASS|FAIL)$")]
    private static partial Regex VerdictLine();
}
