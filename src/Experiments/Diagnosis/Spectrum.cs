using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace FedPG.Experiments.Diagnosis;

/// <summary>The eigenvalues of symmetric matrices that floating point can decompose.</summary>
internal static class Spectrum
{
    /// <summary>The largest entry whose square can be added up.</summary>
    private const double LargestEntry = 1e150;

    /// <summary>The eigenvalues, ascending, and the eigenvectors as columns.</summary>
    /// <param name="symmetric">A symmetric matrix.</param>
    /// <exception cref="NonConvergenceException">An entry is not finite, or so large that its square
    /// is not; or the iteration does not end.</exception>
    public static (double[] Values, Matrix<double> Vectors) Of(Matrix<double> symmetric)
    {
        if (!symmetric.ForAll(entry => Math.Abs(entry) <= LargestEntry)) throw new NonConvergenceException();
        Evd<double> evd = symmetric.Evd(Symmetricity.Symmetric);
        return ([.. evd.EigenValues.Select(z => z.Real)], evd.EigenVectors);
    }
}
