using FedPG.Reporting.Figures;
using Xunit;

namespace FedPG.Tests.Reporting;

public sealed class SeriesStyleTests
{
    [Fact]
    public void Styles_differ_without_colour()
    {
        Assert.Distinct(SeriesStyle.Table.Select(style => string.Join(' ', style.Dashes)));
        Assert.Distinct(SeriesStyle.Table.Select(style => (style.Marker, style.Filled)));
    }

    [Fact]
    public void The_first_four_differ_in_grey_level_and_all_stand_out_from_paper()
    {
        double[] levels = [.. SeriesStyle.Table.Select(style => style.GreyLevel)];
        Assert.All(levels, level => Assert.InRange(level, 0, 165));
        double[] first = [.. levels.Take(4).Order()];
        Assert.All(first.Zip(first.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 35));
    }

    [Fact]
    public void Colours_differ() => Assert.Distinct(SeriesStyle.Table.Select(style => style.Colour));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(7, 7)]
    [InlineData(64, 0)]
    [InlineData(-57, 7)]
    [InlineData(int.MinValue, 0)]
    public void The_table_starts_over_after_64(int index, int row) => Assert.Same(SeriesStyle.Table[row], SeriesStyle.At(index));

    [Fact]
    public void Sixty_four_series_differ_without_colour_and_the_lines_of_the_table_come_again()
    {
        SeriesStyle[] styles = [.. Enumerable.Range(0, 64).Select(SeriesStyle.At)];
        Assert.Distinct(styles.Select(style => (string.Join(' ', style.Dashes), style.Marker, style.Filled)));
        Assert.All(Enumerable.Range(0, 64),
            k => Assert.Equal((styles[k % 8].Colour, styles[k % 8].Dashes), (styles[k].Colour, styles[k].Dashes)));
    }
}
