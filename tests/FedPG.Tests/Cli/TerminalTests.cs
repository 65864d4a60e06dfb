using System.Diagnostics;
using System.Globalization;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cli;

/// <summary>What people see of a run on a terminal: a pseudo-terminal of <c>script</c>, whose width <c>stty</c> sets.</summary>
public sealed class TerminalTests
{
    private static readonly string[] Experiment =
    [
        "train", "--set", "policy={\"kind\":\"tabular-softmax\"}", "gradient={\"estimator\":\"exact\"}", "environment.id=RandomMdp-v0",
        "federation.rounds=40", "--threads", "1", "--out", "r",
    ];

    [Theory]
    [InlineData(40, "xterm", "")]
    [InlineData(80, "xterm-256color", "1")]
    [InlineData(200, "dumb", "")]
    public void No_line_of_a_run_is_broken_by_the_terminal(int columns, string kind, string noColour)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "no pseudo-terminal: script is not installed");
        using var folder = new TemporaryFolder();
        string text = OnTerminal(folder.FullPath, columns, kind, noColour);
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

    private static string OnTerminal(string folder, int columns, string kind, string noColour)
    {
        string program =
            $"\"{Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet"}\" "
                + $"\"{Path.Combine(AppContext.BaseDirectory, "fedpg.dll")}\"";
        string arguments = string.Join(' ', Experiment.Select(argument => $"'{argument}'"));
        string size = columns.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo("/usr/bin/script") { RedirectStandardOutput = true, RedirectStandardInput = true,
            WorkingDirectory = folder };
        foreach (string argument in (string[])["-qec", $"stty cols {size} rows 24; exec {program} {arguments}", "/dev/null"])
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
