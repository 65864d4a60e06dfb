using CsCheck;
using FedPG.Claims.Measuring;
using FedPG.Core.Statistics;
using FedPG.Core.Streams;
using Xunit;

namespace FedPG.Tests.Claims;

/// <summary>Intervals, fits and bounds.</summary>
public sealed class StatisticsTests
{
    private static readonly Gen<double[]> Values = Gen.Double[-100, 100].Array[4, 40];

    /// <summary>
    /// 1,000 samples of ten normal numbers: a 95 % interval of their mean misses the true mean in 50 of them, with a standard error of 7;
    /// 20 to 80 is left with probability below 1e-4.
    /// </summary>
    [Fact]
    public void Students_interval_covers_the_mean_in_95_of_100_samples()
    {
        var random = new RandomSequence(new StreamKey(3, StreamPurpose.Environment, 0, 0, 0));
        int missed = 0;
        for (int sample = 0; sample < 1000; sample++)
        {
            Figure95 figure =
                Intervals.OfMean([.. Enumerable.Range(0, 10)
                    .Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))]);
            if (figure.Low > 0 || figure.High < 0) missed++;
        }
        Assert.InRange(missed, 20, 80);
    }

    [Fact]
    public void The_interquartile_mean_is_that_of_the_middle_half() => Values.Sample(values =>
    {
        // Every value four times: then the quarters fall between values.
        double[] sorted = [.. values.SelectMany(v => Enumerable.Repeat(v, 4)).Order()];
        double expected = sorted[(sorted.Length / 4)..(sorted.Length * 3 / 4)].Average();
        Assert.Equal(expected, Intervals.InterquartileMean(values), tolerance: 1e-12 * values.Max(Math.Abs));
    }, iter: 200);

    [Fact]
    public void Bootstrap_intervals_hold_the_figure_and_are_the_same_for_the_same_seed() => Values.Sample(values =>
    {
        Figure95 figure = Intervals.Bootstrap(values, Intervals.Median, seed: 5);
        Assert.InRange(figure.Low, values.Min(), figure.High);
        Assert.InRange(figure.High, figure.Low, values.Max());
        Assert.Equal(figure, Intervals.Bootstrap(values, Intervals.Median, seed: 5));
    }, iter: 20);

    [Fact]
    public void A_line_through_points_on_a_line_is_that_line()
    {
        double[] x = [1, 2, 4, 8];
        Line line = Line.FitPower(x, [.. x.Select(v => 3 * Math.Pow(v, -0.7))]);
        Assert.Equal(-0.7, line.Slope.Value, 12);
        Assert.Equal(Math.Log(3), line.Intercept, 12);
        Assert.InRange(line.Slope.High - line.Slope.Low, 0, 1e-10);
    }

    [Theory]
    [InlineData(0.97, 1.05, "0.97..1.05", 1, true)]
    [InlineData(double.NegativeInfinity, 1e-12, "<=1e-12", 1e-13, true)]
    [InlineData(double.NegativeInfinity, 1e-12, "<=1e-12", double.NaN, false)]
    [InlineData(0.25, double.PositiveInfinity, ">=0.25", 0.2, false)]
    public void Bounds_say_what_they_allow(double least, double most, string text, double figure, bool inside)
    {
        var bound = new Bound(least, most);
        Assert.Equal(text, bound.ToString());
        Assert.Equal(inside, bound.Contains(figure));
    }

    [Fact]
    public void A_verdict_shows_the_check_that_fails()
    {
        FedPG.Claims.Measuring.Check good = new("a", "", Figure95.Exactly(1), new Bound(0.5, 1.5), "", ""),
            bad = new("b", "", new Figure95(2, 1.5, 2.5), Bound.AtMost(1), "", "");
        Assert.Equal("name 1 [1, 1] 0.5..1.5 PASS", new Verdict("name", [good], 0).ToString());
        Assert.Equal("name 2 [1.5, 2.5] <=1 FAIL", new Verdict("name", [good, bad], 0).ToString());
    }
}
