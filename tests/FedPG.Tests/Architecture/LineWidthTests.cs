using Xunit;

namespace FedPG.Tests.Architecture;

/// <summary>Lines of C# are at most 140 columns wide.</summary>
public sealed class LineWidthTests(ITestOutputHelper output)
{
    private const int Columns = 140;

    /// <summary>The folders in which the law holds; the others are reported only.</summary>
    private static readonly string[] Done =
    [
        "src/Cluster/", "src/Comparison/", "src/Claims/", "src/Dashboard/", "benchmarks/", "eng/", "docs/",
        "tests/FedPG.Tests/Architecture/", "tests/FedPG.Tests/Build/", "tests/FedPG.Tests/Cluster/", "tests/FedPG.Tests/Comparison/",
        "tests/FedPG.Tests/Claims/",
    ];

    [Fact]
    public void No_line_is_wider_than_140_columns()
    {
        (string Path, int Wide)[] wide =
        [
            .. Sources.Under(Sources.Folders).Select(file => (file.Path, Wide: file.Lines.Count(line => line.Length > Columns)))
                .Where(file => file.Wide > 0),
        ];
        output.WriteLine($"{wide.Sum(w => w.Wide)} wide lines in {wide.Length} files");
        foreach ((string path, int count) in wide) output.WriteLine($"{count,4} {path}");
        Assert.DoesNotContain(wide, w => Done.Any(folder => w.Path.StartsWith(folder, StringComparison.Ordinal)));
    }
}
