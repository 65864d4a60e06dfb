using FedPG.Policies.Heads;
using FedPG.Tests.Federation;
using FedPG.Tests.Federation.Estimators;
using Xunit;

namespace FedPG.Tests.Policies.Heads;

public sealed class SimplexTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(300)]
    public void The_projection_is_the_nearest_distribution(int size)
    {
        for (int seed = 0; seed < 50; seed++)
        {
            double[] x = NumericsTesting.Uniform(seed, size, seed % 5 == 0 ? 100 : 1.5), y = Project(x);
            Assert.All(y, p => Assert.InRange(p, 0, 1));
            Assert.Equal(1, y.Sum(), 1e-12);
            EstimatorsTesting.AssertClose(Bisected(x), y, 1e-10);
            EstimatorsTesting.AssertClose(y, Project(y), 1e-14);
            EstimatorsTesting.AssertClose(y, Project([.. x.Select(v => v + 3)]), 1e-12);
            // Nearer than any other distribution, by the inequality of convex projections: (x - y)(z - y) is at most 0.
            double[] z = Project(NumericsTesting.Uniform(1_000 + seed, size, 2));
            Assert.True(x.Zip(y, (a, b) => a - b).Zip(z.Zip(y, (a, b) => a - b), (a, b) => a * b).Sum() <= 1e-10);
        }
    }

    [Fact]
    public void Every_group_is_projected_on_its_own_and_in_either_precision()
    {
        float[] values = [2, 0, 0.5f, 0.5f, -1, -3, 7, 7];
        Simplex.Project<float>(values, 2);
        Assert.Equal([1, 0, 0.5f, 0.5f, 1, 0, 0.5f, 0.5f], values);
        double[] broken = [double.NaN, 1, 0.5, 2];
        Simplex.Project<double>(broken, 2);
        Assert.True(double.IsNaN(broken[0]));
        Assert.Equal([0, 1], broken[2..]);
        Assert.Throws<ArgumentException>(() => Simplex.Project<double>(new double[5], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Simplex.Project<double>(new double[5], 0));
    }

    private static double[] Project(double[] x)
    {
        double[] y = [.. x];
        Simplex.Project<double>(y, y.Length);
        return y;
    }

    /// <summary>The tau of max(x - tau, 0) found by bisection.</summary>
    private static double[] Bisected(double[] x)
    {
        double low = x.Min() - 1, high = x.Max();
        for (int k = 0; k < 200; k++)
        {
            double middle = (low + high) / 2;
            if (x.Sum(v => Math.Max(v - middle, 0)) > 1) low = middle;
            else high = middle;
        }
        return [.. x.Select(v => Math.Max(v - low, 0))];
    }
}
