using FedPG.Tests.Build;
using FedPG.Tests.Cli;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Experiments.Training;

/// <summary>samples/Quickstart, built with the tests and run as users run it.</summary>
public sealed class QuickstartTests
{
    private static string Folder => Path.Combine(Repository.Root, "samples", "Quickstart");

    private static string Program
    {
        get
        {
            char separator = Path.DirectorySeparatorChar;
            bool release = AppContext.BaseDirectory.Contains($"{separator}Release{separator}", StringComparison.Ordinal);
            return Path.Combine(Folder, "bin", release ? "Release" : "Debug", "net10.0", "Quickstart.dll");
        }
    }

    [Fact]
    public void It_trains_prints_metrics_acts_saves_loads_and_acts_the_same()
    {
        using var folder = new TemporaryFolder();
        Dictionary<string, string> environment = ((string[])["TMPDIR", "TEMP", "TMP"]).ToDictionary(name => name, _ => folder.FullPath);
        Outcome outcome = Fedpg.Run(folder.FullPath, environment, [], Program);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        string[] lines = outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(0, 41).Select(t => $"round {t}"), lines[..41].Select(line => line.Split(':')[0]));
        // The gap at the end is less than half of the uniform policy's.
        string[] words = lines[41].Split(' ', ',');
        Assert.InRange(Number(words[1]), 0, 0.5 * Number(words[^1]));
        Assert.StartsWith("agent 3 goes ", lines[42], StringComparison.Ordinal);
        Assert.EndsWith("loaded: it acts the same", lines[43].TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_short_and_the_README_shows_its_lines()
    {
        string[] source = File.ReadAllLines(Path.Combine(Folder, "Program.cs"));
        Assert.InRange(source.Length, 10, 25);
        string[] shown =
        [
            .. File.ReadLines(Path.Combine(Repository.Root, "README.md"))
                .SkipWhile(line => !line.StartsWith("## In a program", StringComparison.Ordinal))
                .SkipWhile(line => line != "```csharp").Skip(1).TakeWhile(line => line != "```"),
        ];
        Assert.Equal(source, shown);
    }

    private static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
