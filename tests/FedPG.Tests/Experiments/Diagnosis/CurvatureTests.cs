using FedPG.Envs.Derivatives;
using FedPG.Experiments.Diagnosis;
using FedPG.Tests.Federation;
using Xunit;

namespace FedPG.Tests.Experiments.Diagnosis;

public sealed class CurvatureTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(300)]
    public void The_ends_of_a_known_spectrum_are_found(int dimension)
    {
        var quadratic = new Quadratic(Enumerable.Range(0, dimension).Select(k => dimension == 1 ? -3 : -0.7 + (3.2 * k / (dimension - 1))));
        CurvatureRange range = Curvature.Extremes(quadratic, new double[dimension]);
        (double low, double high) = dimension == 1 ? (-3, -3) : (-0.7, 2.5);
        Assert.Equal(low, range.Smallest, 5e-3);
        Assert.Equal(high, range.Largest, 5e-3);
        Assert.Equal(Math.Max(-low, high), range.Magnitude, 5e-3);
        Assert.Equal(range, Curvature.Extremes(quadratic, new double[dimension]));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(PositiveInverse.LargestDense + 300)]
    public void The_inverse_solves_on_positive_directions_and_leaves_the_others_out(int dimension)
    {
        // Flat, negative and positive directions; the right-hand side has parts in all of them.
        double[] eigenvalues = [.. Enumerable.Range(0, dimension).Select(k => (k % 4) switch
        {
            0 => 0.0,
            1 => k == 1 ? -0.5 : 2,
            2 => 0.5,
            _ => 1.5,
        })];
        var quadratic = new Quadratic(eigenvalues);
        double[] rightSide = NumericsTesting.Uniform(3, dimension, 1);
        var inverse = new PositiveInverse(quadratic, new double[dimension]);
        double[] solution = inverse.Solve(rightSide);
        double[] expected = quadratic.Apply(rightSide, x => x > 0 ? 1 / x : 0);
        Assert.Equal(0, NumericsTesting.Distance(expected, solution) / NumericsTesting.Norm(expected), 1e-9);
        Assert.Equal((-0.5, 2.0), (inverse.Smallest, inverse.Largest),
            (a, b) => Math.Abs(a.Item1 - b.Item1) + Math.Abs(a.Item2 - b.Item2) < 1e-9);
        Assert.True(inverse.RelativeResidual < 1e-9);
        Assert.Equal(new double[dimension], inverse.Solve(new double[dimension]));
    }

    [Fact]
    public void A_Krylov_space_that_is_too_small_says_so()
    {
        int dimension = PositiveInverse.LargestDense + 1;
        var quadratic = new Quadratic(Enumerable.Range(0, dimension).Select(k => Math.Pow(10, -4.0 * k / dimension)));
        var inverse = new PositiveInverse(quadratic, new double[dimension], steps: 5);
        inverse.Solve(NumericsTesting.Uniform(3, dimension, 1));
        Assert.True(inverse.RelativeResidual > 0.1);
    }

    /// <summary>x'Ax / 2 with given eigenvalues, in a basis turned by one reflection.</summary>
    private sealed class Quadratic(IEnumerable<double> eigenvalues) : IDifferentiableObjective
    {
        private readonly double[] _eigenvalues = [.. eigenvalues];

        public int Dimension => _eigenvalues.Length;

        public double Value(ReadOnlySpan<double> theta) => theta.ToArray().Zip(Apply(theta, x => x), (a, b) => a * b / 2).Sum();

        public void Gradient(ReadOnlySpan<double> theta, Span<double> gradient) => Apply(theta, x => x).CopyTo(gradient);

        public void HessianVector(ReadOnlySpan<double> theta, ReadOnlySpan<double> vector, Span<double> product) =>
            Apply(vector, x => x).CopyTo(product);

        public double[] Apply(ReadOnlySpan<double> vector, Func<double, double> function) =>
            Reflect([.. Reflect(vector.ToArray()).Zip(_eigenvalues, (v, x) => v * function(x))]);

        private static double[] Reflect(double[] v)
        {
            double mean = v.Sum() / v.Length;
            return [.. v.Select(x => x - (2 * mean))];
        }
    }
}
