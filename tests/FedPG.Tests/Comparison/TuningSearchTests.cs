using System.Globalization;
using FedPG.Comparison.Plan;
using FedPG.Comparison.Running;
using Xunit;

namespace FedPG.Tests.Comparison;

/// <summary>The search over grids, on functions whose best point is known.</summary>
public sealed class TuningSearchTests
{
    [Theory]
    [InlineData(0.4, "0.4", 4)]
    // Beyond either end, within reach of the extensions: the neighbour beyond the best is tried as well.
    [InlineData(6.4, "6.4", 8)]
    [InlineData(0.05, "0.05", 6)]
    public void The_best_is_found_within_and_beyond_the_grid(double best, string expected, int tried)
    {
        TuningSearch search = Search(["localStepSize=0.1,0.2,0.4,0.8"], settings => Math.Abs(Math.Log(settings[0] / best)));
        Assert.Equal([$"localStepSize={expected}"], search.Best.Select(s => s.ToString()));
        Assert.Empty(search.AtEdge);
        Assert.Equal(tried, search.Tried.Count());
    }

    [Fact]
    public void A_best_that_never_stops_moving_ends_at_the_limit_and_is_said_to_lie_at_the_edge()
    {
        TuningSearch search = Search(["localStepSize=1,2"], settings => -settings[0]);
        Assert.Equal(["localStepSize=128"], search.AtEdge);
        Assert.Equal(2 + TuningKey.MaxExtensions, search.Tried.Count());
    }

    [Fact]
    public void A_value_that_the_experiment_refuses_is_the_natural_end()
    {
        TuningSearch search = Search(["globalStepSize=0.25,0.5,1"], settings => -settings[0], allowed: settings => settings[0] <= 1);
        Assert.Equal(["globalStepSize=1"], search.Best.Select(s => s.ToString()));
        Assert.Empty(search.AtEdge);
    }

    /// <summary>Whole numbers in the ratio 1.5: 4.5 is refused, 5 is tried in its place, then 8, and half steps below 2 end at 1.</summary>
    [Theory]
    [InlineData(8, "8")]
    [InlineData(1, "1")]
    public void Where_only_whole_numbers_are_allowed_the_ratio_is_rounded(double best, string expected)
    {
        TuningSearch search = Search(["count=2,3"], settings => Math.Abs(settings[0] - best),
            allowed: settings => settings[0] == Math.Floor(settings[0]) && settings[0] >= 1);
        Assert.Equal([$"count={expected}"], search.Best.Select(s => s.ToString()));
        Assert.Empty(search.AtEdge);
    }

    /// <summary>Or a budget of rounds would buy any number of steps.</summary>
    [Fact]
    public void Work_of_a_round_is_not_extended()
    {
        TuningSearch search = Search(["localSteps=2,10"], settings => -settings[0]);
        Assert.Equal(["localSteps=10"], search.Best.Select(s => s.ToString()));
        Assert.Equal(["localSteps=10"], search.AtEdge);
        Assert.Equal(2, search.Tried.Count());
    }

    [Fact]
    public void Where_everything_diverges_smaller_values_are_tried()
    {
        TuningSearch search = Search(["localStepSize=1,2"], settings => settings[0] > 0.2 ? double.PositiveInfinity : 1);
        Assert.Equal(["localStepSize=0.125"], search.Best.Select(s => s.ToString()));
    }

    [Fact]
    public void Two_keys_are_tried_together()
    {
        TuningSearch search = Search(["localStepSize=0.1,0.2", "localSteps=1,2,4"],
            settings => Math.Abs(Math.Log(settings[0] * settings[1] / 0.8)) + (0.01 * settings[1]));
        Assert.Equal(["localStepSize=0.2", "localSteps=4"], search.Best.Select(s => s.ToString()));
    }

    /// <summary>Runs a search on a function of the settings.</summary>
    private static TuningSearch Search(string[] keys, Func<double[], double> figure, Func<double[], bool>? allowed = null)
    {
        var search = new TuningSearch([.. keys.Select(k => TuningKey.Parse(k, [])!)]);
        while (search.Pending.Count > 0)
        {
            foreach (string[] point in search.Pending)
            {
                double[] values = [.. point.Select(v => double.Parse(v, CultureInfo.InvariantCulture))];
                search.Report(point, allowed?.Invoke(values) == false ? null : [figure(values), figure(values), figure(values)]);
            }
            search.Advance();
        }
        return search;
    }
}
