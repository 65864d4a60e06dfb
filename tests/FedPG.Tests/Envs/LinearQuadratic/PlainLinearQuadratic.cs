using FedPG.Envs.LinearQuadratic;
using MathNet.Numerics.LinearAlgebra;

namespace FedPG.Tests.Envs.LinearQuadratic;

/// <summary>
/// A linear-quadratic agent in plain loops: costs and gradients by adding up step after step, no matrix equation is solved.
/// </summary>
internal sealed class PlainLinearQuadratic(LinearQuadraticProblem problem, int agent, double sigma = 0)
{
    private const int EndlessSteps = 800;
    private readonly double[,] _a = problem.Agents[agent].A.ToArray(), _b = problem.Agents[agent].B.ToArray();
    private readonly double[,] _q = problem.Agents[agent].Q.ToArray(), _r = problem.Agents[agent].R.ToArray(),
        _start = problem.StartCovariance.ToArray();
    private readonly int _steps = problem.Steps == 0 ? EndlessSteps : problem.Steps;

    /// <summary>E sum over t of gamma^t (x'Qx + u'Ru).</summary>
    public double Value(double[] theta)
    {
        double[,] k = Gain(theta), loop = Loop(k), cost = Add(_q, Times(Transposed(k), Times(_r, k)));
        double sum = 0, weight = 1;
        foreach (double[,] moment in Moments(loop))
        {
            sum += weight * (Trace(Times(cost, moment)) + (sigma * sigma * Trace(_r)));
            weight *= problem.Discount;
        }
        return sum;
    }

    /// <summary>The sum over t of gamma^t 2 (RK - gamma B'P_{t+1}M) E x_t x_t'.</summary>
    public double[] Gradient(double[] theta)
    {
        double[,] k = Gain(theta), loop = Loop(k), cost = Add(_q, Times(Transposed(k), Times(_r, k)));
        var toGo = new double[_steps + 1][,];
        toGo[_steps] = new double[problem.States, problem.States];
        for (int t = _steps - 1; t >= 0; t--)
            toGo[t] = Add(cost, Scaled(problem.Discount, Times(Transposed(loop), Times(toGo[t + 1], loop))));
        double[,] sum = new double[problem.Controls, problem.States];
        double weight = 1;
        int step = 0;
        foreach (double[,] moment in Moments(loop))
        {
            double[,] factor = Add(Times(_r, k), Scaled(-problem.Discount, Times(Transposed(_b), Times(toGo[++step], loop))));
            sum = Add(sum, Scaled(2 * weight, Times(factor, moment)));
            weight *= problem.Discount;
        }
        return [.. sum.Cast<double>()];
    }

    /// <summary>P of the discounted Riccati equation by value iteration from 0, and its gain, row by row.</summary>
    public (double[,] Value, double[] Gain) ValueIteration()
    {
        double[,] p = new double[problem.States, problem.States], gain = new double[problem.Controls, problem.States];
        for (int n = 0; n < EndlessSteps; n++)
        {
            double[,] pb = Scaled(problem.Discount, Times(p, _b));
            Matrix<double> inner = Matrix<double>.Build.DenseOfArray(Add(_r, Times(Transposed(_b), pb)));
            gain = inner.Solve(Matrix<double>.Build.DenseOfArray(Times(Transposed(pb), _a))).ToArray();
            double[,] loop = Loop(gain);
            p = Add(Add(_q, Times(Transposed(gain), Times(_r, gain))), Scaled(problem.Discount, Times(Transposed(loop), Times(p, loop))));
        }
        return (p, [.. gain.Cast<double>()]);
    }

    public static double[,] Times(double[,] x, double[,] y)
    {
        double[,] z = new double[x.GetLength(0), y.GetLength(1)];
        for (int i = 0; i < z.GetLength(0); i++)
        {
            for (int j = 0; j < z.GetLength(1); j++)
            {
                for (int l = 0; l < x.GetLength(1); l++) z[i, j] += x[i, l] * y[l, j];
            }
        }
        return z;
    }

    public static double Trace(double[,] x) => Enumerable.Range(0, x.GetLength(0)).Sum(i => x[i, i]);

    /// <summary>E x_t x_t' of every step.</summary>
    private IEnumerable<double[,]> Moments(double[,] loop)
    {
        double[,] moment = _start, noise = Scaled(sigma * sigma, Times(_b, Transposed(_b)));
        for (int t = 0; t < _steps; t++)
        {
            yield return moment;
            moment = Add(Times(loop, Times(moment, Transposed(loop))), noise);
        }
    }

    private double[,] Gain(double[] theta)
    {
        double[,] gain = new double[problem.Controls, problem.States];
        for (int i = 0; i < theta.Length; i++) gain[i / problem.States, i % problem.States] = theta[i];
        return gain;
    }

    private double[,] Loop(double[,] gain) => Add(_a, Scaled(-1, Times(_b, gain)));

    private static double[,] Transposed(double[,] x)
    {
        double[,] y = new double[x.GetLength(1), x.GetLength(0)];
        for (int i = 0; i < x.GetLength(0); i++)
        {
            for (int j = 0; j < x.GetLength(1); j++) y[j, i] = x[i, j];
        }
        return y;
    }

    private static double[,] Add(double[,] x, double[,] y)
    {
        double[,] z = new double[x.GetLength(0), x.GetLength(1)];
        for (int i = 0; i < z.GetLength(0); i++)
        {
            for (int j = 0; j < z.GetLength(1); j++) z[i, j] = x[i, j] + y[i, j];
        }
        return z;
    }

    private static double[,] Scaled(double factor, double[,] x)
    {
        double[,] z = new double[x.GetLength(0), x.GetLength(1)];
        for (int i = 0; i < z.GetLength(0); i++)
        {
            for (int j = 0; j < z.GetLength(1); j++) z[i, j] = factor * x[i, j];
        }
        return z;
    }
}
