using CsCheck;
using FedPG.Envs.Derivatives;
using FedPG.Envs.LinearQuadratic;
using FedPG.Tests.Federation;
using MathNet.Numerics.LinearAlgebra;
using Xunit;

namespace FedPG.Tests.Envs.LinearQuadratic;

public sealed class LinearQuadraticObjectiveTests
{
    public static TheoryData<string, double> Problems => new()
    {
        { "theory", 0 }, { "theory, discounted", 0.3 }, { "theory, 6 steps", 0.3 }, { "mixing", 0 }, { "mixing, discounted", 0.7 },
        { "mixing, 5 steps", 0.5 }, { "mixing, 4 discounted steps", 0.4 }, { "own dynamics", 0 },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public void Cost_and_gradient_are_those_of_step_after_step(string name, double sigma)
    {
        LinearQuadraticProblem problem = LinearQuadraticTesting.Problem(name);
        double[] theta = LinearQuadraticTesting.Gain(problem, seed: 1), gradient = new double[theta.Length];
        for (int i = 0; i < 2; i++)
        {
            LinearQuadraticObjective objective = problem.ObjectiveOf(problem.Agents[i], sigma);
            var plain = new PlainLinearQuadratic(problem, i, sigma);
            Assert.Equal(1, objective.Value(theta) / plain.Value(theta), 1e-12);
            objective.Gradient(theta, gradient);
            double[] expected = plain.Gradient(theta);
            Assert.InRange(NumericsTesting.Distance(expected, gradient) / NumericsTesting.Norm(expected), 0, 1e-11);
        }
    }

    [Theory]
    [MemberData(nameof(Problems))]
    public void Gradients_and_Hessians_are_derivatives(string name, double sigma)
    {
        LinearQuadraticProblem problem = LinearQuadraticTesting.Problem(name);
        AssertDerivatives(problem.ObjectiveOf(problem.Agents[1], sigma), LinearQuadraticTesting.Gain(problem, seed: 2));
        AssertDerivatives(problem.MeanObjective(sigma), LinearQuadraticTesting.Gain(problem, seed: 3));
    }

    [Theory]
    [MemberData(nameof(Problems))]
    public void The_mean_objective_is_the_mean_of_the_agents(string name, double sigma)
    {
        LinearQuadraticProblem problem = LinearQuadraticTesting.Problem(name);
        double[] theta = LinearQuadraticTesting.Gain(problem, seed: 4);
        IDifferentiableObjective mean = problem.MeanObjective(sigma);
        Assert.Equal(1, problem.Agents.Average(a => problem.ObjectiveOf(a, sigma).Value(theta)) / mean.Value(theta), 1e-13);
        var agents = new MeanObjective([.. problem.Agents.Select(a => problem.ObjectiveOf(a, sigma))]);
        Assert.All<Action<IDifferentiableObjective, double[]>>(
            [(o, result) => o.Gradient(theta, result),
                (o, result) => o.HessianVector(theta, NumericsTesting.Uniform(5, theta.Length, 1), result)], apply =>
            {
                double[] expected = new double[theta.Length], actual = new double[theta.Length];
                apply(agents, expected);
                apply(mean, actual);
                Assert.InRange(NumericsTesting.Distance(expected, actual) / NumericsTesting.Norm(expected), 0, 1e-12);
            });
    }

    [Fact]
    public void A_gain_that_does_not_stabilise_has_infinite_cost_and_no_gradient()
    {
        LinearQuadraticProblem problem = LinearQuadraticTesting.Problem("theory");
        LinearQuadraticObjective objective = problem.ObjectiveOf(problem.Agents[0], 0);
        double[] zero = new double[9], gradient = new double[9];
        Assert.Equal(double.PositiveInfinity, objective.Value(zero));
        objective.Gradient(zero, gradient);
        Assert.All(gradient, g => Assert.Equal(double.NaN, g));
        objective.HessianVector(zero, zero, gradient);
        Assert.All(gradient, g => Assert.Equal(double.NaN, g));
        // Neither has noise without discount and end, whatever the gain.
        Assert.Equal(double.PositiveInfinity, problem.ObjectiveOf(problem.Agents[0], 0.1).Value(problem.InitialGain));
        Assert.False(problem.IsFiniteAt(zero));
        Assert.True(LinearQuadraticTesting.Problem("theory, 6 steps").IsFiniteAt(zero));
    }

    [Theory]
    [InlineData(0.999999, true)]
    [InlineData(1, false)]
    [InlineData(1.000001, false)]
    public void Stability_ends_at_the_unit_circle(double radius, bool stable)
    {
        var rotation = Matrix<double>.Build.DenseOfArray(new[,] { { 0.6, -0.8 }, { 0.8, 0.6 } });
        Assert.Equal(stable, MatrixEquations.IsStable(radius * rotation));
        // Far from normal: the powers grow by 1e6 before they fall.
        var shear = Matrix<double>.Build.DenseOfArray(new[,] { { radius, 1e3 }, { 0, 0.9 * radius } });
        Assert.Equal(stable, MatrixEquations.IsStable(shear));
    }

    [Fact]
    public void The_Lyapunov_equation_is_solved_for_random_stable_matrices() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[0, 10_000], Gen.Double[0.05, 0.999]).Sample((size, seed, radius) =>
        {
            Matrix<double> f = RandomMatrix(size, seed), c = RandomMatrix(size, seed + 1);
            f *= radius / f.Evd().EigenValues.AbsoluteMaximum().Magnitude;
            c = c.TransposeThisAndMultiply(c);
            Matrix<double>? x = MatrixEquations.Lyapunov(f, c);
            Assert.NotNull(x);
            Assert.InRange((x - c - (f * x * f.Transpose())).FrobeniusNorm(), 0, 1e-11 * x.FrobeniusNorm());
        }, iter: 200);

    private static Matrix<double> RandomMatrix(int size, int seed) =>
        Matrix<double>.Build.DenseOfRowMajor(size, size, NumericsTesting.Uniform(seed, size * size, 1));

    /// <summary>Central differences, extrapolated once, of the value and of the gradient along a direction.</summary>
    private static void AssertDerivatives(IDifferentiableObjective objective, double[] theta)
    {
        Assert.Equal(theta.Length, objective.Dimension);
        const double h = 1e-3;
        double[] v = NumericsTesting.Uniform(6, theta.Length, 1), gradient = new double[theta.Length], product = new double[theta.Length];
        objective.Gradient(theta, gradient);
        objective.HessianVector(theta, v, product);
        double slope = Extrapolated(step => (objective.Value(Moved(step)) - objective.Value(Moved(-step))) / (2 * step));
        Assert.Equal(1, gradient.Zip(v, (g, x) => g * x).Sum() / slope, 1e-7);
        for (int k = 0; k < theta.Length; k++)
        {
            int coordinate = k;
            double expected = Extrapolated(step => (GradientAt(step)[coordinate] - GradientAt(-step)[coordinate]) / (2 * step));
            Assert.Equal(expected, product[k], 1e-7 * NumericsTesting.Norm(product));
        }

        double[] Moved(double step) => [.. theta.Zip(v, (t, x) => t + (step * x))];
        double[] GradientAt(double step)
        {
            double[] at = new double[theta.Length];
            objective.Gradient(Moved(step), at);
            return at;
        }

        static double Extrapolated(Func<double, double> difference) => ((4 * difference(h / 2)) - difference(h)) / 3;
    }
}
