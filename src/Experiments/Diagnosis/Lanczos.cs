using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace FedPG.Experiments.Diagnosis;

/// <summary>A symmetric matrix known by its products: writes A v to <paramref name="product"/>.</summary>
internal delegate void SymmetricProduct(ReadOnlySpan<double> vector, Span<double> product);

/// <summary>
/// The Lanczos process with full reorthogonalisation: after k products, an orthonormal basis V [k, d] of the Krylov space of a start
/// vector, and the tridiagonal V A V' in it. The next coefficient says how far the space is from being invariant. One thread, one order of
/// summation: the same bits always.
/// </summary>
internal sealed class Lanczos
{
    private const double InvariantBelow = 1e-13;
    private readonly SymmetricProduct _multiply;
    private readonly int _mostSteps;
    private readonly List<double[]> _basis = [];
    private readonly List<double> _diagonal = [], _offDiagonal = [];
    private double[]? _next;

    /// <summary>Starts the process; the start vector must not be zero.</summary>
    public Lanczos(SymmetricProduct multiply, ReadOnlySpan<double> start, int mostSteps)
    {
        (_multiply, _mostSteps) = (multiply, Math.Min(mostSteps, start.Length));
        _next = start.ToArray();
        StartNorm = Norm(_next);
        Scale(_next, 1 / StartNorm);
    }

    /// <summary>The norm of the start vector.</summary>
    public double StartNorm { get; }

    /// <summary>k, the products so far.</summary>
    public int Steps => _basis.Count;

    /// <summary>The coefficient that couples the basis to the rest of the space; 0 once it is invariant.</summary>
    public double Coupling { get; private set; }

    /// <summary>Whether another step would add nothing, or is not allowed.</summary>
    public bool IsComplete => _next is null || Steps == _mostSteps;

    /// <summary>One product more.</summary>
    public void Step()
    {
        double[] v = _next!, w = new double[v.Length];
        _basis.Add(v);
        _multiply(v, w);
        double size = Norm(w), alpha = Dot(v, w);
        _diagonal.Add(alpha);
        // Twice is enough: what the first pass leaves of the old directions is rounding.
        for (int pass = 0; pass < 2; pass++)
        {
            foreach (double[] old in _basis) AddMultiple(w, -Dot(old, w), old);
        }
        Coupling = Norm(w);
        double scale = Math.Max(size, _diagonal.Max(Math.Abs));
        if (Coupling <= InvariantBelow * scale)
        {
            (Coupling, _next) = (0, null);
            return;
        }
        _offDiagonal.Add(Coupling);
        Scale(w, 1 / Coupling);
        _next = w;
    }

    /// <summary>The eigenvalues of the tridiagonal, ascending, and its eigenvectors as columns [k, k].</summary>
    public (double[] Values, Matrix<double> Vectors) Ritz()
    {
        var matrix = new DenseMatrix(Steps, Steps);
        for (int i = 0; i < Steps; i++)
        {
            matrix[i, i] = _diagonal[i];
            if (i > 0) matrix[i, i - 1] = matrix[i - 1, i] = _offDiagonal[i - 1];
        }
        return Spectrum.Of(matrix);
    }

    /// <summary>sum over k of coefficients[k] times basis vector k, [d].</summary>
    public double[] Combine(ReadOnlySpan<double> coefficients)
    {
        double[] sum = new double[_basis[0].Length];
        for (int k = 0; k < coefficients.Length; k++) AddMultiple(sum, coefficients[k], _basis[k]);
        return sum;
    }

    /// <summary>a'b.</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int k = 0; k < a.Length; k++) sum += a[k] * b[k];
        return sum;
    }

    /// <summary>||a||.</summary>
    public static double Norm(ReadOnlySpan<double> a) => Math.Sqrt(Dot(a, a));

    /// <summary>target += factor * other.</summary>
    public static void AddMultiple(Span<double> target, double factor, ReadOnlySpan<double> other)
    {
        for (int k = 0; k < target.Length; k++) target[k] += factor * other[k];
    }

    private static void Scale(Span<double> vector, double factor)
    {
        for (int k = 0; k < vector.Length; k++) vector[k] *= factor;
    }
}
