using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace FedPG.Envs.LinearQuadratic;

/// <summary>Matrices as arrays, row by row, for steps that allocate nothing. Pure functions.</summary>
internal static class MatrixRows
{
    /// <summary>The numbers of a matrix, row by row.</summary>
    public static double[] Of(Matrix<double> matrix) => matrix.Transpose().ToColumnMajorArray();

    /// <summary>L with L L' = S, also where S is singular.</summary>
    public static Matrix<double> Root(Matrix<double> covariance)
    {
        Evd<double> factors = covariance.Evd(Symmetricity.Symmetric);
        Vector<double> roots = factors.EigenValues.Real().PointwiseMaximum(0).PointwiseSqrt();
        return factors.EigenVectors * Matrix<double>.Build.DiagonalOfDiagonalVector(roots);
    }

    /// <summary>target = matrix x, row by row.</summary>
    public static void Multiply(ReadOnlySpan<double> matrix, ReadOnlySpan<double> x, Span<double> target)
    {
        int columns = matrix.Length / target.Length;
        for (int i = 0; i < target.Length; i++)
        {
            double sum = 0;
            for (int j = 0; j < columns; j++) sum += matrix[(i * columns) + j] * x[j];
            target[i] = sum;
        }
    }

    /// <summary>x' matrix x.</summary>
    public static double Form(ReadOnlySpan<double> matrix, ReadOnlySpan<double> x)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            for (int j = 0; j < x.Length; j++) sum += x[i] * matrix[(i * x.Length) + j] * x[j];
        }
        return sum;
    }
}
