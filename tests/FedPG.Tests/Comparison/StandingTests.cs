using CsCheck;
using FedPG.Core.Statistics;
using FedPG.Core.Streams;
using Xunit;

namespace FedPG.Tests.Comparison;

/// <summary>The statistics of the table, against numbers worked out by hand and laws.</summary>
public sealed class StandingTests
{
    private static readonly Gen<double[]> Values = Gen.Int[0, 6].Select(k => (double)k).Array[1, 12];

    [Theory]
    // Sorted, a quarter of four is one value: the mean of the middle two.
    [InlineData(new double[] { 1, 10, 2, 100 }, 6)]
    // 5 values: 1.25 are cut on either side, so 0.75 of the second, the third, and 0.75 of the fourth, over 2.5.
    [InlineData(new double[] { 5, 1, 2, 4, 100 }, (0.75 * 2 + 4 + 0.75 * 5) / 2.5)]
    [InlineData(new double[] { 7 }, 7)]
    // One of eight that diverged lies in the quarter that is cut.
    [InlineData(new[] { 1, 1, 2, 2, 2, 2, 9, double.PositiveInfinity }, 2)]
    [InlineData(new[] { 1, 2, double.PositiveInfinity, double.PositiveInfinity }, double.PositiveInfinity)]
    public void The_interquartile_mean_by_hand(double[] values, double expected) =>
        Assert.Equal(expected, Intervals.InterquartileMean(values), 12);

    [Theory]
    // Of the nine pairs 1 < 2, 1 < 4, 1 < 6, 3 < 4, 3 < 6 and 5 < 6 are better for X.
    [InlineData(new double[] { 1, 3, 5 }, new double[] { 2, 4, 6 }, 6.0 / 9)]
    [InlineData(new double[] { 2, 2 }, new double[] { 2, 2 }, 0.5)]
    [InlineData(new double[] { 1, 2 }, new double[] { 2, 3 }, 3.5 / 4)]
    [InlineData(new double[] { 1, 1 }, new double[] { 2, 2 }, 1)]
    [InlineData(new[] { double.PositiveInfinity, 1 }, new[] { double.PositiveInfinity, 2 }, (0.5 + 0 + 1 + 1) / 4)]
    public void The_probability_of_improvement_by_hand(double[] x, double[] y, double expected) =>
        Assert.Equal(expected, Intervals.ProbabilityOfImprovement(x, y, seed: 1).Value, 12);

    [Fact]
    public void It_is_the_share_of_pairs_and_both_ways_add_up_to_one() => Gen.Select(Values, Values).Sample((x, y) =>
    {
        Figure95 one = Intervals.ProbabilityOfImprovement(x, y, seed: 2), other = Intervals.ProbabilityOfImprovement(y, x, seed: 2);
        Assert.Equal(x.Average(a => y.Average(b => a < b ? 1 : a == b ? 0.5 : 0)), one.Value, 12);
        Assert.Equal(1, one.Value + other.Value, 12);
        Assert.InRange(one.Low, 0, one.High);
        Assert.InRange(one.High, one.Low, 1);
    }, iter: 20);

    /// <summary>
    /// Two groups of ten from one normal distribution, so that the truth is 0.5: of 100 intervals about 5 miss it (a percentile bootstrap
    /// of so few values a few more). More than 20 have probability below 1e-7 at a rate of 5 %, and below
    /// 3e-4 at 9 %. None may be so wide that it says nothing.
    /// </summary>
    [Fact]
    public void Its_interval_covers_the_truth_in_about_95_of_100_samples()
    {
        var random = new RandomSequence(new StreamKey(11, StreamPurpose.Environment, 0, 0, 0));
        double[] Sample() =>
            [.. Enumerable.Range(0, 10)
                .Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
        Figure95[] figures = [.. Enumerable.Range(0, 100).Select(_ => Intervals.ProbabilityOfImprovement(Sample(), Sample(), seed: 3))];
        Assert.InRange(figures.Count(f => f.Low > 0.5 || f.High < 0.5), 0, 20);
        Assert.All(figures, f => Assert.InRange(f.High - f.Low, 0, 0.7));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.25, 1.75)]
    [InlineData(0.5, 2.5)]
    [InlineData(1, 4)]
    public void Quantiles_lie_on_straight_lines_between_sorted_values(double share, double expected) =>
        Assert.Equal(expected, Intervals.Quantile([4, 1, 3, 2], share), 12);

    [Theory]
    [InlineData(0.25, 1.75)]
    [InlineData(0.5, double.PositiveInfinity)]
    [InlineData(0.75, double.PositiveInfinity)]
    [InlineData(1, double.PositiveInfinity)]
    public void Quantiles_among_runs_that_diverged_are_infinite(double share, double expected) =>
        Assert.Equal(expected, Intervals.Quantile([double.PositiveInfinity, 1, double.PositiveInfinity, 2], share));
}
