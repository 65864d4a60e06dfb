using CsCheck;
using FedPG.Claims.Laws;
using FedPG.Envs.Derivatives;
using MathNet.Numerics.LinearAlgebra;
using Xunit;

namespace FedPG.Tests.Claims;

/// <summary>The noise floor of the quadratic model, against closed forms and against Algorithm 1 written out step by step.</summary>
public sealed class LocalModelTests
{
    private const double Eta = 0.1;
    private const int Endless = 4000;

    /// <summary>
    /// N agents with one Hessian a I: Fast-FedPG is then N averaged chains of plain steps, x'
    /// = (1 - eta a) x + noise, whose floor is known.
    /// </summary>
    [Fact]
    public void Identical_round_agents_have_the_floor_of_plain_steps() =>
        Gen.Select(Gen.Double[0.1, 3], Gen.Int[1, 12], Gen.Int[1, 5]).Sample((a, steps, agents) =>
        {
            LocalModel model =
                LocalModel.At([.. Enumerable.Range(0, agents)
                    .Select(_ => new Quadratic(Matrix<double>.Build.DenseIdentity(3) * a, new double[3]))], new double[3]);
            Matrix<double> noise = Matrix<double>.Build.DenseOfDiagonalArray([1, 2, 3]);
            double expected = 0.5 * a * noise.Trace() * Eta * Eta / agents / (1 - Math.Pow(1 - (Eta * a), 2));
            Assert.Equal(1, model.FastFedPgFloor(Eta, steps, [.. Enumerable.Repeat(noise, agents)], Endless, Endless) / expected, 9);
        }, iter: 50);

    /// <summary>The law of the claims, alpha tr(Sigma) / (4 N H), is the first order: half the step, half the distance from it.</summary>
    [Fact]
    public void The_first_order_is_the_law()
    {
        (LocalModel model, Matrix<double>[] noise, _) = Heterogeneous();
        double Ratio(double alpha) =>
            model.FastFedPgFloor(alpha / 10, 10, noise, 40_000, 40_000) / (alpha * noise.Average(s => s.Trace()) / (4 * 3 * 10));
        double far = Ratio(0.02) - 1, near = Ratio(0.01) - 1;
        Assert.InRange(Math.Abs(far), 1e-4, 0.1);
        Assert.InRange(far / near, 1.8, 2.2);
    }

    /// <summary>More local steps at the same alpha do not take the floor to 0: the term of order alpha^2 stays.</summary>
    [Fact]
    public void Local_steps_do_not_shrink_the_second_order()
    {
        (LocalModel model, Matrix<double>[] noise, _) = Heterogeneous();
        double Floor(int steps) => model.FastFedPgFloor(1.0 / steps, steps, noise, Endless, Endless);
        Assert.InRange(Floor(4000) / Floor(2000), 0.9, 1);
    }

    /// <summary>
    /// A round is linear in the noise: a unit of each noise in turn, through Algorithm 1 as printed, gives the same covariance.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void The_floor_is_that_of_the_algorithm_step_by_step(int steps)
    {
        (LocalModel model, Matrix<double>[] noise, Matrix<double>[] hessians) = Heterogeneous();
        const int n = 3, d = 2, rounds = 60;
        Matrix<double> Columns(Func<int, double[]> column, int count) =>
            Matrix<double>.Build.DenseOfColumnArrays(Enumerable.Range(0, count).Select(column));
        Matrix<double> m = Columns(k => Round(hessians, steps, Unit(k, d), new double[n * steps * d]), d);
        Matrix<double> response = Columns(k => Round(hessians, steps, new double[d], Unit(k, n * steps * d)), n * steps * d);
        Matrix<double> covariances = Matrix<double>.Build.Dense(n * steps * d, n * steps * d);
        for (int i = 0; i < n; i++)
        {
            for (int l = 0; l < steps; l++) covariances.SetSubMatrix(((i * steps) + l) * d, ((i * steps) + l) * d, noise[i]);
        }
        Matrix<double> covariance = Matrix<double>.Build.Dense(d, d), mean = hessians.Aggregate((a, b) => a + b) / n;
        double sum = 0;
        for (int t = 0; t <= rounds; t++)
        {
            if (t >= 20) sum += 0.5 * (mean * covariance).Trace();
            covariance = (m * covariance * m.Transpose()) + (response * covariances * response.Transpose());
        }
        Assert.Equal(1, model.FastFedPgFloor(Eta, steps, noise, 20, rounds) / (sum / (rounds - 19)), 10);
    }

    private static double[] Unit(int k, int length)
    {
        double[] unit = new double[length];
        unit[k] = 1;
        return unit;
    }

    /// <summary>
    /// A round of Algorithm 1 from thetabar = x, the memory re-used: noise of agent i in local step l at
    /// [(i H + l) d, d), that of step 0 being the memory's.
    /// </summary>
    private static double[] Round(Matrix<double>[] hessians, int steps, double[] x, double[] noise)
    {
        int n = hessians.Length, d = x.Length;
        Vector<double> thetabar = Vector<double>.Build.DenseOfArray(x);
        Vector<double> Noise(int i, int l) =>
            Vector<double>.Build.DenseOfArray(noise[(((i * steps) + l) * d)..(((i * steps) + l + 1) * d)]);
        Vector<double>[] memory = [.. Enumerable.Range(0, n).Select(i => (hessians[i] * thetabar) + Noise(i, 0))];
        Vector<double> mbar = memory.Aggregate((a, b) => a + b) / n, next = Vector<double>.Build.Dense(d);
        for (int i = 0; i < n; i++)
        {
            Vector<double> theta = thetabar;
            for (int l = 0; l < steps; l++)
            {
                Vector<double> gradient = l == 0 ? memory[i] : (hessians[i] * theta) + Noise(i, l);
                theta -= Eta * (gradient - memory[i] + mbar);
            }
            next += theta / n;
        }
        return next.ToArray();
    }

    private static (LocalModel Model, Matrix<double>[] Noise, Matrix<double>[] Hessians) Heterogeneous()
    {
        Matrix<double>[] hessians = [Symmetric(1, 0.3, 0.6), Symmetric(0.2, -0.1, 1.5), Symmetric(0.9, 0.4, 0.5)];
        double[][] gradients = [[1, -2], [0.5, 0.5], [-1.5, 1.5]];
        return (LocalModel.At([.. hessians.Zip(gradients, (h, g) => new Quadratic(h, g))], new double[2]), [Symmetric(1, 0.2, 0.5),
            Symmetric(0.3, 0, 2), Symmetric(0.7, -0.5, 0.9)], hessians);
    }

    private static Matrix<double> Symmetric(double a, double b, double c) =>
        Matrix<double>.Build.DenseOfArray(new[,] { { a, b }, { b, c } });

    /// <summary>J = g' theta + theta' A theta / 2.</summary>
    private sealed class Quadratic(Matrix<double> hessian, double[] gradient) : IDifferentiableObjective
    {
        public int Dimension => gradient.Length;

        public double Value(ReadOnlySpan<double> theta)
        {
            Vector<double> x = Vector<double>.Build.DenseOfArray(theta.ToArray());
            return (0.5 * (x * (hessian * x))) + (Vector<double>.Build.DenseOfArray(gradient) * x);
        }

        public void Gradient(ReadOnlySpan<double> theta, Span<double> result) =>
            ((hessian * Vector<double>.Build.DenseOfArray(theta.ToArray())) + Vector<double>.Build.DenseOfArray(gradient)).AsArray()
                .CopyTo(result);

        public void HessianVector(ReadOnlySpan<double> theta, ReadOnlySpan<double> vector, Span<double> product) =>
            (hessian * Vector<double>.Build.DenseOfArray(vector.ToArray())).AsArray().CopyTo(product);
    }
}
