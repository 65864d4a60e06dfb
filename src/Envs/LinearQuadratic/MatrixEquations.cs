using MathNet.Numerics.LinearAlgebra;

namespace FedPG.Envs.LinearQuadratic;

/// <summary>The discrete matrix equations of linear-quadratic control, for small dense matrices. Pure functions.</summary>
internal static class MatrixEquations
{
    /// <summary>Doublings after which a map that has not contracted counts as unstable: 2^60 steps of the system.</summary>
    private const int MaxDoublings = 60;

    /// <summary>Policy improvements; convergence is quadratic, so that far fewer are needed.</summary>
    private const int MaxImprovements = 200;

    /// <summary>
    /// Solves X = C + F X F' for a stable F by doubling: X is the sum over t of F^t C F'^t, and each step doubles the number of its terms.
    /// </summary>
    /// <param name="f">F, [m, m].</param>
    /// <param name="c">C, [m, m], symmetric.</param>
    /// <returns>X; null when F is not stable (its spectral radius is not below 1), so that the sum has no limit.</returns>
    public static Matrix<double>? Lyapunov(Matrix<double> f, Matrix<double> c)
    {
        ArgumentNullException.ThrowIfNull(f);
        ArgumentNullException.ThrowIfNull(c);
        (Matrix<double> sum, Matrix<double> power) = (c, f);
        for (int doubling = 0; doubling < MaxDoublings; doubling++)
        {
            double size = power.FrobeniusNorm();
            if (!double.IsFinite(size)) return null;
            // What the sum lacks is at most this norm squared, in terms of the sum: below rounding.
            if (size < 1e-9) return double.IsFinite(sum.FrobeniusNorm()) ? sum : null;
            sum += power * sum * power.Transpose();
            power *= power;
        }
        return null;
    }

    /// <summary>Whether every eigenvalue of F lies inside the unit circle.</summary>
    public static bool IsStable(Matrix<double> f)
    {
        ArgumentNullException.ThrowIfNull(f);
        return Lyapunov(f, Matrix<double>.Build.DenseIdentity(f.RowCount)) is not null;
    }

    /// <summary>
    /// Solves the discrete algebraic Riccati equation P = Q + A'PA - A'PB (R + B'PB)^-1 B'PA by policy iteration (Hewer 1971): evaluate the
    /// gain by <see cref="Lyapunov"/>, improve it, from a gain that stabilises the system. Converges quadratically, from above.
    /// </summary>
    /// <param name="a">A, [m, m].</param>
    /// <param name="b">B, [m, k].</param>
    /// <param name="q">Q, [m, m], symmetric and positive semidefinite.</param>
    /// <param name="r">R, [k, k], symmetric and positive definite.</param>
    /// <param name="gain">K_0, [k, m], with A - B K_0 stable.</param>
    /// <returns>P and K = (R + B'PB)^-1 B'PA, the best stabilising gain; null when <paramref name="gain"/> does not stabilise.</returns>
    public static (Matrix<double> Value, Matrix<double> Gain)? Riccati(
        Matrix<double> a, Matrix<double> b, Matrix<double> q, Matrix<double> r, Matrix<double> gain)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        ArgumentNullException.ThrowIfNull(r);
        ArgumentNullException.ThrowIfNull(gain);
        (Matrix<double> Value, Matrix<double> Gain)? best = null;
        double lastChange = double.PositiveInfinity;
        for (int k = 0; k < MaxImprovements; k++)
        {
            if (Lyapunov((a - (b * gain)).Transpose(), q + (gain.Transpose() * r * gain)) is not { } value) return best;
            Matrix<double> next = (r + (b.Transpose() * value * b)).Cholesky().Solve(b.Transpose() * value * a);
            double change = (next - gain).FrobeniusNorm();
            (best, gain) = ((value, next), next);
            // Once the changes are rounding they stop falling.
            if (change == 0 || (change >= lastChange && change < 1e-8 * (1 + next.FrobeniusNorm()))) break;
            lastChange = change;
        }
        return best;
    }
}
