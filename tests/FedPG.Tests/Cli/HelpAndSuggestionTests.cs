using System.CommandLine;
using System.CommandLine.Parsing;
using FedPG.Cli;
using FedPG.Cli.Common;
using FedPG.Cli.Completions;
using Xunit;

namespace FedPG.Tests.Cli;

public sealed class HelpAndSuggestionTests
{
    [Fact]
    public void Every_command_has_examples_and_every_example_is_understood()
    {
        string[] commands = [.. PathsOf(CommandLine.Create(), "")];
        Assert.Equal(commands.Order(StringComparer.Ordinal), HelpExamples.Commands.Order(StringComparer.Ordinal));
        foreach (string example in commands.SelectMany(HelpExamples.Of))
        {
            // What a shell takes away before the program sees it.
            string line = example.Split('#')[0].Split('|')[0].Replace("source <(", "", StringComparison.Ordinal).TrimEnd().TrimEnd(')');
            string[] words = [.. CommandLineParser.SplitCommandLine(line)];
            Assert.Equal("fedpg", words[0]);
            Assert.Empty(CommandLineErrors.Of(CommandLine.Create().Parse(words[1..])));
        }
    }

    [Theory]
    [InlineData("train", "fedpg train --resume")]
    [InlineData("env info", "fedpg env info GridWorld-v0")]
    [InlineData("", "fedpg env list")]
    public void Help_ends_with_the_examples(string command, string expected)
    {
        using var output = new StringWriter();
        string[] words = [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"];
        Assert.Equal(0, CommandLine.Create().Parse(words).Invoke(new InvocationConfiguration { Output = output }));
        string text = output.ToString();
        Assert.Contains(expected, text[text.IndexOf("Examples:", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fedpg tr", "train")]
    [InlineData("fedpg train --see", "--seed")]
    [InlineData("fedpg train --see", "--seeds")]
    [InlineData("fedpg train --device ", "cuda")]
    [InlineData("fedpg env info Grid", "GridWorld-v0")]
    [InlineData("fedpg train --set federation.ro", "federation.rounds=")]
    [InlineData("fedpg completions ", "zsh")]
    [InlineData("/usr/local/bin/fedpg env ", "list")]
    public void What_is_typed_is_completed(string line, string expected) => Assert.Contains(expected, Suggested(line));

    [Fact]
    public void Only_what_begins_like_the_word_is_suggested()
    {
        Assert.All(Suggested("fedpg train --see"), candidate => Assert.StartsWith("--see", candidate, StringComparison.Ordinal));
        Assert.Equal(["train"], Suggestions.Of(CommandLine.Create(), ["[suggest:8]", "fedpg trxyz"]).Where(c => c == "train"));
        Assert.Empty(Suggested("fedpg zzz"));
    }

    [Fact]
    public void Every_shell_has_a_script_that_asks_for_suggestions()
    {
        Assert.All(CompletionScripts.Shells, shell => Assert.Contains("[suggest:", CompletionScripts.Of(shell), StringComparison.Ordinal));
        Assert.Null(CompletionScripts.Of("tcsh"));
    }

    [Theory]
    [InlineData("evaluate", "the nearest is \"eval\"")]
    [InlineData("run", "the nearest is \"train\"")]
    [InlineData("rnus", "the nearest is \"runs\"")]
    [InlineData("ls", "the nearest is \"runs\"")]
    [InlineData("qqqqqqqqq", "\"fedpg\"; there are train")]
    [InlineData("train --rounds=50", "--set federation.rounds=50")]
    [InlineData("train --local-steps 3", "--set federation.localSteps=VALUE")]
    [InlineData("train --quite", "the nearest is \"--quiet\"")]
    [InlineData("train --zzzzzzzzzzzz", "\"fedpg train\"; see")]
    public void What_was_meant_is_found(string line, string expected)
    {
        ParseResult parsed = CommandLine.Create().Parse(line.Split(' '));
        Assert.Contains(expected, CommandLineErrors.Of(parsed)[0].ToString(), StringComparison.Ordinal);
    }

    private static string[] Suggested(string line) => [.. Suggestions.Of(CommandLine.Create(), [$"[suggest:{line.Length}]", line])];

    private static IEnumerable<string> PathsOf(Command command, string path) =>
        command.Subcommands.SelectMany(inner => PathsOf(inner, $"{path} {inner.Name}".Trim())).Prepend(path);
}
