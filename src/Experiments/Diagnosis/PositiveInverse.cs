using FedPG.Envs.Derivatives;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace FedPG.Experiments.Diagnosis;

/// <summary>
/// The pseudo-inverse A^+ of a Hessian on the directions of clearly positive curvature. Flat directions (a softmax has one a state, along
/// which the policy does not change) and negative ones (the point is no minimum) are left out; how negative they are is reported. Dense up
/// to <see cref="LargestDense"/> parameters; beyond, in the Krylov space of each right-hand side, which on a positive definite Hessian is
/// the method of conjugate gradients, and which can leave directions out where that method breaks down. One thread at a time.
/// </summary>
internal sealed class PositiveInverse
{
    /// <summary>The most parameters that a whole Hessian is decomposed for.</summary>
    public const int LargestDense = 512;

    /// <summary>Eigenvalues below this share of the largest count as flat.</summary>
    public const double FlatBelow = 1e-8;

    private readonly IDifferentiableObjective _objective;
    private readonly double[] _theta;
    private readonly int _steps;
    private readonly (double[] Values, Matrix<double> Vectors)? _dense;

    /// <summary>Prepares the inverse at a point.</summary>
    /// <param name="objective">J.</param>
    /// <param name="theta">theta, [d].</param>
    /// <param name="steps">The most Hessian-vector products a solution may take beyond <see cref="LargestDense"/> parameters.</param>
    public PositiveInverse(IDifferentiableObjective objective, ReadOnlySpan<double> theta, int steps = 80)
    {
        ArgumentNullException.ThrowIfNull(objective);
        (_objective, _theta, _steps) = (objective, theta.ToArray(), steps);
        if (theta.Length > LargestDense) return;
        _dense = Decompose();
        Note(_dense.Value.Values);
    }

    /// <summary>The largest eigenvalue seen so far; 0 before any.</summary>
    public double Largest { get; private set; }

    /// <summary>The smallest eigenvalue seen so far, at most 0.</summary>
    public double Smallest { get; private set; }

    /// <summary>
    /// The largest part, in norm, of a right-hand side that a solution so far left unexplained
    /// although it lies in the directions kept; 0 where dense.
    /// </summary>
    public double RelativeResidual { get; private set; }

    /// <summary>A^+ b, [d].</summary>
    /// <param name="b">b, [d].</param>
    public double[] Solve(ReadOnlySpan<double> b)
    {
        if (Lanczos.Norm(b) == 0) return new double[b.Length];
        return _dense is { } dense ? Apply(dense.Values, dense.Vectors, b) : SolveInKrylovSpace(b);
    }

    private (double[] Values, Matrix<double> Vectors) Decompose() => Spectrum.Of(DenseMatrix.OfArray(Hessians.Of(_objective, _theta)));

    private double[] SolveInKrylovSpace(ReadOnlySpan<double> b)
    {
        var lanczos = new Lanczos((v, product) => _objective.HessianVector(_theta, v, product), b, _steps);
        while (!lanczos.IsComplete) lanczos.Step();
        (double[] values, Matrix<double> vectors) = lanczos.Ritz();
        Note(values);
        double[] start = new double[values.Length];
        start[0] = lanczos.StartNorm;
        if (Smallest < -FlatBelow * Largest) LeaveUnsettledOut(values, vectors, lanczos.Coupling);
        double[] coefficients = Apply(values, vectors, start);
        RelativeResidual = Math.Max(RelativeResidual, lanczos.Coupling * Math.Abs(coefficients[^1]) / lanczos.StartNorm);
        return lanczos.Combine(coefficients);
    }

    /// <summary>
    /// With negative curvature about, an eigenvalue that is not yet settled may lie by chance just
    /// above 0, where its inverse is nothing but noise.
    /// </summary>
    private static void LeaveUnsettledOut(double[] values, Matrix<double> vectors, double coupling)
    {
        for (int k = 0; k < values.Length; k++)
        {
            if (values[k] < coupling * Math.Abs(vectors[values.Length - 1, k])) values[k] = 0;
        }
    }

    private double[] Apply(double[] values, Matrix<double> vectors, ReadOnlySpan<double> b)
    {
        double[] solution = new double[b.Length];
        for (int k = 0; k < values.Length; k++)
        {
            if (values[k] <= FlatBelow * Largest) continue;
            double projection = 0;
            for (int i = 0; i < b.Length; i++) projection += vectors[i, k] * b[i];
            projection /= values[k];
            for (int i = 0; i < b.Length; i++) solution[i] += projection * vectors[i, k];
        }
        return solution;
    }

    private void Note(double[] values)
    {
        Largest = Math.Max(Largest, values.Max());
        Smallest = Math.Min(Smallest, values.Min());
    }
}
