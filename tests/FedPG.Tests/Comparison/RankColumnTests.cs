using FedPG.Comparison.Results;
using FedPG.Core.Options;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Comparison;

/// <summary>The order in which a comparison's algorithms are printed.</summary>
public sealed class RankColumnTests
{
    [Fact]
    public void Algorithms_stand_in_the_order_of_the_column_that_was_named()
    {
        using var folder = new TemporaryFolder();
        ComparisonResult result = ComparisonTesting.Run(
            ComparisonTesting.Plan("still=fedavg:localStepSize=1e-6,fast-fedpg", "1..2"), folder["c"]);
        Assert.Equal(["still", "fast-fedpg"], result.Standings.Select(s => s.Contender.Label));
        foreach (string name in (string[])["gap", "own_gap", "worst_own_gap"])
        {
            RankColumn column = RankColumn.Parse(name);
            ComparisonResult ranked = column.Rank(result);
            double[] figures = [.. ranked.Standings.Select(s => column.Of(s)!.Value.Value)];
            Assert.Equal(figures.Order(), figures);
            Assert.Equal("fast-fedpg", ranked.Standings[0].Contender.Label);
        }
    }

    [Fact]
    public void A_column_that_is_not_there_is_refused_by_name()
    {
        var refused = Assert.Throws<InvalidInputException>(() => RankColumn.Parse("own_gaps"));
        ValidationError error = Assert.Single(refused.Errors);
        Assert.Equal(("--rank-by", "own_gaps"), (error.Source, error.Value));
        Assert.Contains("own_gap, worst_own_gap", error.Allowed, StringComparison.Ordinal);
    }
}
