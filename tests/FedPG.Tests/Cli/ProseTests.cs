using FedPG.Cli.Common;
using Xunit;

namespace FedPG.Tests.Cli;

public sealed class ProseTests
{
    private const string Sentence =
        "  left of the gap: 3.77 = heterogeneity 0 + truncation 0.0233; see /a/path/that/is/long (laws of small steps)";

    [Fact]
    public void Lines_end_before_the_last_column_and_words_stay_whole()
    {
        for (int columns = 1; columns <= 200; columns++)
        {
            string[] lines = Prose.Wrapped(Sentence, columns).Split('\n');
            Assert.All(lines,
                line => Assert.True(line.Length < columns || !line.Trim().Contains(' ', StringComparison.Ordinal), $"{columns}: {line}"));
            Assert.Equal(Sentence.Split(' ', StringSplitOptions.RemoveEmptyEntries),
                string.Join(' ', lines).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    [Fact]
    public void Later_lines_are_indented()
    {
        Assert.Equal("one two\n  three\n  four", Prose.Wrapped("one two three four", 8));
        Assert.Equal("one two three four", Prose.Wrapped("one two three four", 19));
    }

    [Fact]
    public void Columns_go_by_their_number_where_there_is_no_room()
    {
        var table = new FittingTable("title", [new(""), new("objective", Spare: 2), new("optimum", Spare: 1), new("gap")]);
        table.Add("agent-0", "1.2345", "0.1234", "1.1111");
        Assert.Equal([0, 1, 2, 3], table.Fitting(80));
        Assert.Equal([0, 1, 3], table.Fitting(36));
        Assert.Equal([0, 3], table.Fitting(20));
        Assert.Equal([0, 3], table.Fitting(1));
    }
}
