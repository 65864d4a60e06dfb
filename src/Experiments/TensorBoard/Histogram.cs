using System.Buffers.Binary;

namespace FedPG.Experiments.TensorBoard;

/// <summary>How numbers are spread, as TensorBoard reads it: rows of left end, right end and count. Stateless.</summary>
internal static class Histogram
{
    /// <summary>Buckets, as many as TensorFlow's own summaries have.</summary>
    public const int Buckets = 30;

    /// <summary>The rows, [k, 3], as float64 in little-endian order; numbers that are not finite are left out.</summary>
    /// <param name="values">The numbers.</param>
    public static byte[] Of(ReadOnlySpan<double> values)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        long count = 0;
        foreach (double value in values)
        {
            if (!double.IsFinite(value)) continue;
            (low, high, count) = (Math.Min(low, value), Math.Max(high, value), count + 1);
        }
        if (count == 0) return [];
        // What is all the same has a bucket of width 1 around it, as TensorFlow writes it.
        if (high - low <= 0 || !double.IsFinite(high - low)) return Rows([low - 0.5, high + 0.5], [count]);
        long[] counts = new long[Buckets];
        double scale = Buckets / (high - low);
        foreach (double value in values)
        {
            if (double.IsFinite(value)) counts[Math.Min(Buckets - 1, (int)((value - low) * scale))]++;
        }
        return Rows([.. Enumerable.Range(0, Buckets).Select(k => low + (k / scale)), high], counts);
    }

    private static byte[] Rows(double[] ends, long[] counts)
    {
        byte[] bytes = new byte[counts.Length * 3 * sizeof(double)];
        for (int k = 0; k < counts.Length; k++)
        {
            Span<byte> row = bytes.AsSpan(k * 3 * sizeof(double));
            BinaryPrimitives.WriteDoubleLittleEndian(row, ends[k]);
            BinaryPrimitives.WriteDoubleLittleEndian(row[8..], ends[k + 1]);
            BinaryPrimitives.WriteDoubleLittleEndian(row[16..], counts[k]);
        }
        return bytes;
    }
}
