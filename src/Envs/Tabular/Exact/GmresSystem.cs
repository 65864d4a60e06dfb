using FedPG.Envs.Tabular.Exact.Sparse;

namespace FedPG.Envs.Tabular.Exact;

/// <summary>
/// Solves with I - gamma P_pi by restarted GMRES (Saad and Schultz 1986) with the Gauss-Seidel preconditioner on the right, so that the
/// residual is the true one. gamma P_pi contracts, so a residual bounds the error: ||x - x*|| is at most ||r|| / (1 - gamma), in the
/// maximum norm for values and in the 1-norm for the transposed system. Every restart is a step of iterative refinement from the recomputed
/// residual; it ends at rounding level, ||r|| about 1e-15 (||b|| + 2 ||x||). Always starts from 0, in one fixed order of operations: equal
/// input gives equal bits. Not thread-safe.
/// </summary>
internal sealed class GmresSystem : IPolicySystem
{
    private const int Restart = 60, MaximumIterations = 20_000;
    private const double Goal = 4e-16, Required = 1e-13, ReductionPerCycle = 1e-9;

    private readonly TransitionKernel _kernel;
    private readonly double _discount;
    private readonly PolicyMatrix _matrix;
    private readonly double[][] _basis = new double[Restart + 1][];
    private readonly double[][] _hessenberg = new double[Restart][];
    private readonly double[] _right, _x, _work;
    private readonly double[] _cosines = new double[Restart], _sines = new double[Restart], _residuals = new double[Restart + 1];

    public GmresSystem(TransitionKernel kernel, double discount, double cost)
    {
        (_kernel, _discount, _matrix, Cost) = (kernel, discount, new PolicyMatrix(kernel, discount), cost);
        (_right, _x, _work) = (new double[kernel.States], new double[kernel.States], new double[kernel.States]);
    }

    public double Cost { get; }

    public double ErrorBound { get; private set; }

    /// <summary>
    /// A rough cost: some tens of iterations and more where states lie far apart (S over the bandwidth), as values travel one step an
    /// iteration; each is a product and a preconditioner, in entries read at random from memory.
    /// </summary>
    public static double EstimatedCost(TransitionKernel kernel, int bandwidth) =>
        40.0 * kernel.EntryCount * (10 + ((double)kernel.States / (bandwidth + 1)));

    public IPolicySystem Clone() => new GmresSystem(_kernel, _discount, Cost);

    public void SetPolicy(ReadOnlySpan<double> policy) => _matrix.SetPolicy(policy);

    public void Solve(Span<double> x) => ErrorBound = Run(x, transposed: false) / (1 - _discount);

    public void SolveTransposed(Span<double> x) => Run(x, transposed: true);

    /// <summary>Solves in place; returns the norm of the final residual.</summary>
    private double Run(Span<double> inOut, bool transposed)
    {
        ReadOnlySpan<int> order = _matrix.Order;
        for (int i = 0; i < order.Length; i++) _right[i] = inOut[order[i]];
        Array.Clear(_x);
        double rightNorm = Norm(_right, transposed), previous = double.PositiveInfinity, residualNorm;
        for (int iterations = 0; ;)
        {
            double[] residual = _basis[0] ??= new double[_x.Length];
            Multiply(_x, residual, transposed);
            for (int i = 0; i < residual.Length; i++) residual[i] = _right[i] - residual[i];
            residualNorm = Norm(residual, transposed);
            double scale = rightNorm + (2 * Norm(_x, transposed));
            if (residualNorm <= Goal * scale || (residualNorm <= Required * scale && residualNorm > 0.5 * previous)) break;
            if (!double.IsFinite(residualNorm))
            {
                // As in elimination, what goes in as no number comes out as none.
                inOut.Fill(double.NaN);
                return double.NaN;
            }
            if (iterations >= MaximumIterations)
            {
                throw new ConvergenceException(
                    $"GMRES left a relative residual of {residualNorm / scale:g2} after {iterations} iterations; "
                    + $"{Required:g2} is required. The banded solver may do, or a smaller discount");
            }
            previous = residualNorm;
            iterations += Cycle(transposed);
        }
        for (int i = 0; i < order.Length; i++) inOut[order[i]] = _x[i];
        return residualNorm;
    }

    /// <summary>One cycle from the residual in the first basis vector: improves x and returns the number of iterations.</summary>
    private int Cycle(bool transposed)
    {
        double start = Math.Sqrt(Vectors.Dot(_basis[0], _basis[0]));
        Vectors.Scale(_basis[0], 1 / start);
        _residuals[0] = start;
        int count = 0;
        while (count < Restart)
        {
            double[] column = _hessenberg[count] ??= new double[Restart + 1], next = _basis[count + 1] ??= new double[_x.Length];
            _basis[count].CopyTo(_work, 0);
            Precondition(_work, transposed);
            Multiply(_work, next, transposed);
            double along = Vectors.Dot(_basis[0], next);
            for (int j = 0; j <= count; j++)
            {
                column[j] = along;
                along = Vectors.AddMultipleAndDot(next, -column[j], _basis[j], _basis[j + 1]);
            }
            // The last product is that of the new vector, which lies at _basis[count + 1], with itself.
            double length = Math.Sqrt(along);
            Rotate(column, count, length);
            count++;
            if (length == 0 || Math.Abs(_residuals[count]) <= ReductionPerCycle * start) break;
            Vectors.Scale(next, 1 / length);
        }
        Combine(count, transposed);
        return count;
    }

    /// <summary>
    /// Brings a new column of the Hessenberg matrix to triangular form by Givens rotations, and the residual's coordinates along.
    /// </summary>
    private void Rotate(double[] column, int k, double below)
    {
        for (int j = 0; j < k; j++)
        {
            (column[j], column[j + 1]) = (
                (_cosines[j] * column[j]) + (_sines[j] * column[j + 1]),
                (_cosines[j] * column[j + 1]) - (_sines[j] * column[j]));
        }
        double length = Math.Sqrt((column[k] * column[k]) + (below * below));
        (_cosines[k], _sines[k]) = (column[k] / length, below / length);
        column[k] = length;
        (_residuals[k], _residuals[k + 1]) = (_cosines[k] * _residuals[k], -_sines[k] * _residuals[k]);
    }

    /// <summary>x += preconditioner times the combination of basis vectors with the least residual.</summary>
    private void Combine(int count, bool transposed)
    {
        for (int i = count - 1; i >= 0; i--)
        {
            for (int j = i + 1; j < count; j++) _residuals[i] -= _hessenberg[j][i] * _residuals[j];
            _residuals[i] /= _hessenberg[i][i];
        }
        Array.Clear(_work);
        for (int j = 0; j < count; j++) Vectors.AddMultiple(_work, _residuals[j], _basis[j]);
        Precondition(_work, transposed);
        Vectors.AddMultiple(_x, 1, _work);
    }

    private void Multiply(double[] x, double[] result, bool transposed)
    {
        if (transposed) _matrix.MultiplyTransposed(x, result);
        else _matrix.Multiply(x, result);
    }

    private void Precondition(double[] x, bool transposed)
    {
        if (transposed) _matrix.PreconditionTransposed(x);
        else _matrix.Precondition(x);
    }

    private static double Norm(double[] x, bool transposed)
    {
        double norm = 0;
        foreach (double value in x) norm = transposed ? norm + Math.Abs(value) : Math.Max(norm, Math.Abs(value));
        return norm;
    }
}
