using System.CommandLine;
using System.Text.Json;
using System.Text.RegularExpressions;
using FedPG.Cli.Cluster;
using FedPG.Cli.Common;
using FedPG.Cli;
using FedPG.Cluster.Hosting;
using FedPG.Cluster.Membership;
using FedPG.Tests.Build;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cluster;

/// <summary>The commands that the pages and the compose file tell users to run are understood by the program.</summary>
public sealed partial class WrittenCommandTests
{
    [Fact]
    public void The_compose_file_names_members_that_find_each_other()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["secret"], "open sesame");
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, "eng", "compose.yaml"));
        var listening = new List<string>();
        foreach (string line in lines.Where(l => l.TrimStart().StartsWith("command:", StringComparison.Ordinal)))
        {
            string[] command = JsonSerializer.Deserialize<string[]>(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..])!;
            ParseResult parsed = Parsed([.. command.Select(a => a == "/run/secrets/cluster" ? folder["secret"] : a)]);
            ClusterSettings settings = ClusterOptions.Read(parsed);
            Assert.Equal((MembershipKind.Redis, "redis://members:6379", "open sesame"),
                (settings.Address.Kind, settings.Address.Connection, settings.Secret));
            listening.Add(settings.Listen.ToString());
        }
        Assert.Equal(3, listening.Distinct().Count());
        // Each listens at the address that the network gives it, and what is mounted is there.
        Assert.All(listening, address => Assert.Contains(lines, l => l.Contains($"ipv4_address: {address} }}", StringComparison.Ordinal)));
        Assert.True(File.Exists(Path.Combine(Repository.Root, "experiments", "default.json")));
        Assert.True(File.Exists(Path.Combine(Repository.Root, "eng", "Dockerfile")));
        Assert.DoesNotContain(lines, l => l.Contains('\t', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cluster.md", 10)]
    [InlineData("cluster-faults.md", 2)]
    public void The_commands_of_the_pages_are_understood(string page, int least)
    {
        string[] commands = [.. File.ReadLines(Path.Combine(Repository.Root, "docs", page)).Select(line => Command().Match(line))
            .Where(m => m.Success).Select(m => m.Groups["arguments"].Value)];
        Assert.True(commands.Length >= least, $"{commands.Length} commands were found");
        foreach (string command in commands) Parsed(command.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static ParseResult Parsed(string[] arguments)
    {
        ParseResult parsed = CommandLine.Create().Parse(arguments);
        Assert.True(CommandLineErrors.Of(parsed).Count == 0,
            $"{string.Join(' ', arguments)}: {string.Join("; ", CommandLineErrors.Of(parsed))}");
        return parsed;
    }

    /// <summary>A command in an indented block, up to its comment.</summary>
    [GeneratedRegex(@"^    (\S*\$\s+|ExecStart=.*?)?(fedpg|/opt/fedpg/fedpg\.dll) (?<arguments>(train|worker|cluster|eval|report)\b[^#]*)",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Command();
}
