using System.Numerics;
using FedPG.Federation.Oracles;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Agents;

/// <summary>Distances of rows from a vector, in double precision and in one order of summation whatever the number of rows.</summary>
internal static class RowNorms
{
    /// <summary>sums[i] += ||rows[i] - centre||^2.</summary>
    public static void AddSquaredDistances(Tensor rows, Tensor centre, double[] sums)
    {
        if (rows.device_type != DeviceType.CPU)
        {
            using IDisposable scope = NewDisposeScope();
            Tensor differences = (rows - centre).to(ScalarType.Float64);
            ReadOnlySpan<double> squares = (differences * differences).sum(1).cpu().Span<double>();
            for (int i = 0; i < sums.Length; i++) sums[i] += squares[i];
        }
        else if (rows.dtype == ScalarType.Float64)
        {
            Add<double>(rows.Span<double>(), centre.Span<double>(), sums);
        }
        else
        {
            Add<float>(rows.Span<float>(), centre.Span<float>(), sums);
        }
    }

    /// <summary>norms[i] = ||rows[i] - centre||.</summary>
    public static void Distances(Tensor rows, Tensor centre, double[] norms)
    {
        Array.Clear(norms);
        AddSquaredDistances(rows, centre, norms);
        for (int i = 0; i < norms.Length; i++) norms[i] = Math.Sqrt(norms[i]);
    }

    private static void Add<T>(ReadOnlySpan<T> rows, ReadOnlySpan<T> centre, double[] sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < sums.Length; i++)
        {
            ReadOnlySpan<T> row = rows.Slice(i * centre.Length, centre.Length);
            // Four sums side by side: short chains of additions, and an order that no vector width changes.
            double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
            int k = 0;
            for (; k + 4 <= row.Length; k += 4)
            {
                s0 += Square(row[k], centre[k]);
                s1 += Square(row[k + 1], centre[k + 1]);
                s2 += Square(row[k + 2], centre[k + 2]);
                s3 += Square(row[k + 3], centre[k + 3]);
            }
            for (; k < row.Length; k++) s0 += Square(row[k], centre[k]);
            sums[i] += (s0 + s1) + (s2 + s3);
        }
    }

    private static double Square<T>(T a, T b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double difference = double.CreateTruncating(a - b);
        return difference * difference;
    }
}
