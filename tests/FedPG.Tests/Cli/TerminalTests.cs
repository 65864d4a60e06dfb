using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cli;

/// <summary>What people see of a run on a terminal: a pseudo-terminal of <c>script</c>, whose width <c>stty</c> sets.</summary>
public sealed partial class TerminalTests
{
    private static readonly string[] Experiment =
    [
        "train", "--set", "policy={\"kind\":\"tabular-softmax\"}", "gradient={\"estimator\":\"exact\"}", "environment.id=RandomMdp-v0",
        "federation.rounds=40", "--threads", "1", "--out", "r",
    ];

    /// <summary>All that the default run prints stays on a terminal of 24 lines, with the line of the next prompt.</summary>
    [Fact]
    public void The_default_run_does_not_scroll_a_terminal_of_24_lines()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "no pseudo-terminal: script is not installed");
        using var folder = new TemporaryFolder();
        var terminal = new SmallTerminal(80);
        terminal.Write(OnTerminal(folder.FullPath, "stty cols 80 rows 24;", "xterm", "", ["train", "--set", "federation.rounds=2"]));
        Assert.True(terminal.Lines.Length <= 24, string.Join('\n', terminal.Lines));
        Assert.Empty(terminal.Broken);
        Assert.Contains(terminal.Lines, line => line.Contains("of its own uniform gap", StringComparison.Ordinal));
    }

    /// <summary>A terminal that becomes narrower while a run goes on: what is written from then on has its new width.</summary>
    [Fact]
    public void A_run_follows_a_terminal_that_is_resized()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "no pseudo-terminal: script is not installed");
        using var folder = new TemporaryFolder();
        const string Resize = "stty cols 120 rows 24; (while [ ! -s r/metrics.csv ] || [ $(wc -l < r/metrics.csv) -lt 200 ]; "
            + "do sleep 0.05; done; stty cols 50 < /dev/tty) &";
        string[] longer = [.. Experiment.Select(argument => argument == "federation.rounds=40" ? "federation.rounds=2000" : argument)];
        string text = OnTerminal(folder.FullPath, Resize, "xterm", "1", longer);
        int last = text.LastIndexOf("2000/2000", StringComparison.Ordinal);
        string[] rows = [.. text[..last].Split('\r').Select(Plain).Where(row => row.Contains("round ", StringComparison.Ordinal))];
        Assert.InRange(rows[0].Length, 51, 119);
        Assert.InRange(rows[^1].Length, 20, 49);
        var terminal = new SmallTerminal(50);
        terminal.Write(text[(text.LastIndexOf('\r', last) + 1)..]);
        Assert.Empty(terminal.Broken);
    }

    [Theory]
    [InlineData(40, "xterm", "")]
    [InlineData(80, "xterm-256color", "1")]
    [InlineData(200, "dumb", "")]
    public void No_line_of_a_run_is_broken_by_the_terminal(int columns, string kind, string noColour)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "no pseudo-terminal: script is not installed");
        using var folder = new TemporaryFolder();
        string size = string.Create(CultureInfo.InvariantCulture, $"stty cols {columns} rows 24;");
        string text = OnTerminal(folder.FullPath, size, kind, noColour, Experiment);
        var terminal = new SmallTerminal(columns);
        terminal.Write(text);
        string all = string.Join('\n', terminal.Lines);
        // A path longer than the line is left whole.
        Assert.True(terminal.Broken.TrueForAll(line => line.Contains(folder.FullPath[..8], StringComparison.Ordinal)), all);
        Assert.Contains("round 40/40", all, StringComparison.Ordinal);
        if (kind != "dumb") Assert.Single(terminal.Lines, line => line.Contains("40/40", StringComparison.Ordinal));
        Assert.Equal(kind == "dumb", !text.Contains('\u001b', StringComparison.Ordinal));
        if (kind == "dumb" || noColour.Length > 0) Assert.DoesNotContain("\u001b[3", text, StringComparison.Ordinal);
        Assert.DoesNotContain("0.0 M", all, StringComparison.Ordinal);
    }

    /// <summary>What a line shows, without what steers the terminal.</summary>
    private static string Plain(string row) => Steering().Replace(row, "").TrimEnd();

    [GeneratedRegex("\u001b\\[[0-9;?]*[A-Za-z]|\n")]
    private static partial Regex Steering();

    private static string OnTerminal(string folder, string before, string kind, string noColour, string[] command)
    {
        string program =
            $"\"{Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet"}\" "
                + $"\"{Path.Combine(AppContext.BaseDirectory, "fedpg.dll")}\"";
        string arguments = string.Join(' ', command.Select(argument => $"'{argument}'"));
        var start = new ProcessStartInfo("/usr/bin/script") { RedirectStandardOutput = true, RedirectStandardInput = true,
            WorkingDirectory = folder };
        foreach (string argument in (string[])["-qec", $"{before} exec {program} {arguments}", "/dev/null"])
            start.ArgumentList.Add(argument);
        start.Environment[Fedpg.QuickLoops] = "1";
        start.Environment["TERM"] = kind;
        foreach (string name in (string[])["NO_COLOR", "CI", "COLORTERM", "GITHUB_ACTIONS", "COLUMNS", "LINES"])
            start.Environment.Remove(name);
        if (noColour.Length > 0) start.Environment["NO_COLOR"] = noColour;
        using Process process = Process.Start(start)!;
        string text = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(120_000), "the process does not end");
        Assert.True(process.ExitCode == 0, text);
        return text;
    }
}
