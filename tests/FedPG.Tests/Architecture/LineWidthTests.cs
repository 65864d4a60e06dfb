using Xunit;

namespace FedPG.Tests.Architecture;

/// <summary>Lines of C# are at most 140 columns wide.</summary>
public sealed class LineWidthTests
{
    private const int Columns = 140;

    [Fact]
    public void No_line_is_wider_than_140_columns()
    {
        (string Path, int Wide)[] wide =
        [
            .. Sources.Under(Sources.Folders).Select(file => (file.Path, Wide: file.Lines.Count(line => line.Length > Columns)))
                .Where(file => file.Wide > 0),
        ];
        Assert.Empty(wide);
    }
}
