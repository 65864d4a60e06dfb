using System.Globalization;
using FedPG.Core.Streams;

namespace FedPG.Policies.Networks;

/// <summary>Writes orthogonal matrices: rows or columns, whichever are fewer, are at right angles and as long as the gain.</summary>
internal static class OrthogonalStart
{
    /// <summary>The gain of hidden layers.</summary>
    public static readonly double HiddenGain = Math.Sqrt(2);

    /// <summary>The gain of the outputs that actions follow from.</summary>
    public const double ActionGain = 0.01;

    /// <summary>The gain of a value.</summary>
    public const double ValueGain = 1;

    /// <summary>Fills some columns of a matrix.</summary>
    /// <param name="key">The stream.</param>
    /// <param name="draw">Which matrix of the network it is; each has numbers of its own.</param>
    /// <param name="weights">The matrix, [rows, columns] row by row.</param>
    /// <param name="columns">All columns of the matrix.</param>
    /// <param name="first">The first column that is filled.</param>
    /// <param name="count">How many are filled.</param>
    /// <param name="gain">How long the vectors are.</param>
    public static void Fill(StreamKey key, int draw, Span<double> weights, int columns, int first, int count, double gain)
    {
        int rows = weights.Length / columns, few = Math.Min(rows, count), many = Math.Max(rows, count);
        double[] vectors = new double[few * many];
        for (int k = 0; k < few; k++)
        {
            // A trajectory a vector: no stream has numbers for a large matrix.
            Normals.Fill(key with { LocalStep = draw }, first + k, 0, vectors.AsSpan(k * many, many));
            Orthogonalise(vectors, k, many);
        }
        for (int k = 0; k < few; k++)
        {
            for (int j = 0; j < many; j++)
            {
                (int row, int column) = rows >= count ? (j, k) : (k, j);
                weights[(row * columns) + first + column] = gain * vectors[(k * many) + j];
            }
        }
    }

    /// <summary>
    /// Takes from a vector its parts along those before, twice, so that rounding leaves nothing of them, and gives it length 1 (Gram and
    /// Schmidt).
    /// </summary>
    private static void Orthogonalise(double[] vectors, int index, int length)
    {
        Span<double> own = vectors.AsSpan(index * length, length);
        for (int pass = 0; pass < 2; pass++)
        {
            for (int other = 0; other < index; other++)
            {
                ReadOnlySpan<double> before = vectors.AsSpan(other * length, length);
                double along = Product(own, before);
                for (int j = 0; j < length; j++) own[j] -= along * before[j];
            }
        }
        double norm = Math.Sqrt(Product(own, own));
        if (norm == 0) throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"vector {index} vanished"));
        for (int j = 0; j < length; j++) own[j] /= norm;
    }

    private static double Product(ReadOnlySpan<double> one, ReadOnlySpan<double> other)
    {
        double sum = 0;
        for (int j = 0; j < one.Length; j++) sum += one[j] * other[j];
        return sum;
    }
}
