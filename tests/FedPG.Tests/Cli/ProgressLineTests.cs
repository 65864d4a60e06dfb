using FedPG.Cli.Common;
using Xunit;

namespace FedPG.Tests.Cli;

public sealed class ProgressLineTests
{
    private static readonly ProgressLine Line = new("round 1234/1500", 0.8, "gap 0.1234 (12.3 % of uniform)",
        "1.2 M env-steps/s", "12 s left");

    [Fact]
    public void A_line_never_reaches_the_last_column()
    {
        for (int columns = 1; columns <= 200; columns++) Assert.InRange(Line.Plain(columns).Length, 0, Math.Max(0, columns - 1));
    }

    [Fact]
    public void Room_goes_to_the_figure_first_and_to_the_speed_last()
    {
        Assert.Equal("round 1234/1500  gap 0.1234 (12.…", Line.Plain(34));
        Assert.Equal("round 1234/1500  gap 0.1234 (12.3 % of uniform)", Line.Plain(50));
        Assert.Equal("round 1234/1500 ━━━━━━━━━━━━━━━━──── ".Length, Line.Plain(80).IndexOf(" gap", StringComparison.Ordinal));
        Assert.EndsWith("  1.2 M env-steps/s  12 s left", Line.Plain(120), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(12, "12 env-steps/s")]
    [InlineData(4_200, "4 k env-steps/s")]
    [InlineData(999_700, "1.0 M env-steps/s")]
    [InlineData(43_210_000, "43.2 M env-steps/s")]
    public void Rates_have_a_unit_that_shows_them(double rate, string text) => Assert.Equal(text, Quantities.Rate(rate));

    [Fact]
    public void Roundings_of_zero_have_no_percentage()
    {
        Assert.Equal(25, Quantities.Percent(1, 4, 10));
        Assert.Null(Quantities.Percent(-2e-16, 3, 10));
        Assert.Null(Quantities.Percent(1e-16, 2e-16, 1));
        Assert.Null(Quantities.Percent(1, null, 1));
    }

    [Fact]
    public void A_log_of_hours_has_few_lines()
    {
        var pace = new PlainPace();
        int[] said = [.. Enumerable.Range(0, 3 * 3600).Where(second => pace.IsDue(second))];
        Assert.Equal([5, 10, 15], said[..3]);
        Assert.InRange(said.Length, 20, 80);
    }
}
