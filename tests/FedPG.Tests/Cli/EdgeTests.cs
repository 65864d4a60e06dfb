using System.Diagnostics;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cli;

/// <summary>Streams that take nothing, terminals that close, text that is no text, folders that nobody named.</summary>
public sealed class EdgeTests
{
    private const int Hangup = 1;

    [Theory]
    [InlineData("2>/dev/full", 0)]
    [InlineData(">/dev/full", 0)]
    [InlineData(">/dev/full 2>/dev/full", 0)]
    public void Training_goes_on_where_nothing_can_be_printed(string streams, int code)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no /dev/full");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["e.json"], RunTesting.Tiny);
        Assert.Equal(code, Shell(folder, $"train e.json --out run {streams}"));
        Assert.True(File.Exists(folder["run/summary.json"]));
    }

    [Fact]
    public void Bad_input_keeps_its_exit_code_and_a_lost_result_is_a_failure()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no /dev/full");
        using var folder = new TemporaryFolder();
        Assert.Equal(2, Shell(folder, "train missing.json 2>/dev/full"));
        Assert.Equal(1, Shell(folder, "env list >/dev/full"));
    }

    [Fact]
    public void A_hangup_ends_a_run_at_the_round_boundary()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no signals");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["e.json"], RunTesting.Tiny);
        using Fedpg.Started run = Fedpg.Start(folder.FullPath, "train", "e.json", "--out", "run", "--set", "federation.rounds=1000000");
        run.WaitUntil(() => File.Exists(folder["run/metrics.csv"]) && new FileInfo(folder["run/metrics.csv"]).Length > 2000);
        run.Signal(Hangup);
        run.Signal(Hangup);
        Outcome outcome = run.Wait();
        Assert.Equal(130, outcome.ExitCode);
        Assert.Contains("continue with: fedpg train --resume", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("cancelled", File.ReadAllText(folder["run/summary.json"]), StringComparison.Ordinal);
    }

    /// <summary>A line, not an abort and not silence, where few files may be open: as few as the runtime can start with.</summary>
    [Theory]
    [InlineData(24)]
    [InlineData(60)]
    [InlineData(110)]
    public void Few_file_handles_are_a_line(int handles)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "limits are the shell's");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["e.json"], RunTesting.Tiny);
        Assert.Equal(1, Shell(folder, "train e.json --out run > out 2> err", $"ulimit -n {handles}; "));
        string expected = $"fedpg: only {handles} files may be open at once (ulimit -n), and the program needs 160";
        Assert.Equal(expected, File.ReadAllText(folder["err"]).TrimEnd());
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Fact]
    public void Text_that_is_no_Unicode_is_one_line()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["latin1.json"], [.. "{\n \"name\": \"M"u8, 0xFC, .. "nchen\" }"u8]);
        File.WriteAllText(folder["half.json"], """{ "name": "q\ud83d" }""");
        File.WriteAllText(folder["key.json"], """{ "environment": { "a\ud83d": 1 } }""");
        string path = string.Join('.', Enumerable.Repeat("a", 65));
        foreach ((string[] arguments, string expected) in ((string[], string)[])
        [
            (["latin1.json"], "latin1.json: is not UTF-8 text: byte 0xFC at line 2, column 12"),
            (["half.json"], "half.json: name: holds half of a character: "),
            (["key.json"], "key.json: "),
            (["--set", $"{path}=1"], "--set: \"a.a."),
            (["--set", "name=\"\\ud83d\""], "--set: \"name="),
        ])
        {
            Outcome outcome = Fedpg.Run(folder.FullPath, ["train", .. arguments, "--out", "run"]);
            Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
            Assert.StartsWith(expected, Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
            Assert.False(Directory.Exists(folder["run"]));
        }
    }

    /// <summary>One state, where there is nothing to learn, and rewards whose squares are beyond double precision.</summary>
    [Theory]
    [InlineData("""{ "states": 1, "actions": 1, "discount": 0.9, "initial": [1], "transitions": [[[1]]], "agents": [{ "name": "x","""
        + """ "rewards": [[0.5]] }] }""")]
    [InlineData("""{ "states": 2, "actions": 2, "discount": 0.9, "initial": [0.5, 0.5], "transitions": [[[1, 0], [0, 1]], [[1, 0], """
        + """[0, 1]]], "agents": [{ "name": "x", "rewards": [[1e200, 0], [0, 1e200]] }] }""")]
    public void Advice_has_words_where_mathematics_has_no_number(string mdp)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["m.json"], mdp);
        string[] settings = ["environment={\"mdp\":\"m.json\"}", "policy={\"kind\":\"tabular-softmax\"}",
            "gradient={\"estimator\":\"exact\"}", "objective=reward"];
        Outcome outcome = Fedpg.Run(folder.FullPath, ["advise", "--set", .. settings]);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.DoesNotContain("NaN", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Infinity", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("  - unknown: ", outcome.Output, StringComparison.Ordinal);
    }

    private static int Shell(TemporaryFolder folder, string arguments, string before = "")
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = folder.FullPath };
        foreach ((string name, string value) in Fedpg.Variables) start.Environment[name] = value;
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"{before}exec \"{dotnet}\" \"{Path.Combine(AppContext.BaseDirectory, "fedpg.dll")}\" {arguments}");
        using Process process = Process.Start(start)!;
        Assert.True(process.WaitForExit(120_000), "the process does not end");
        return process.ExitCode;
    }
}
