using FedPG.Core.Streams;
using static TorchSharp.torch;

namespace FedPG.Policies.Tabular;

/// <summary>
/// Features f(s) of the states that values are linear in: V(s) = sum over m of f_m(s) theta_m, Q(s, a) = sum over m of f_m(s) theta[m, a].
/// Immutable.
/// </summary>
internal sealed class ValueFeatures
{
    private readonly double[,]? _rows;

    private ValueFeatures(int states, int count, double[,]? rows) => (States, Count, _rows) = (states, count, rows);

    /// <summary>S.</summary>
    public int States { get; }

    /// <summary>m, the number of features.</summary>
    public int Count { get; }

    /// <summary>Whether there is one feature a state, so that values are a table.</summary>
    public bool IsTable => _rows is null;

    /// <summary>One feature a state: a table.</summary>
    public static ValueFeatures Table(int states) => new(states, states, null);

    /// <summary>Given features.</summary>
    /// <param name="rows">f, [S, m].</param>
    public static ValueFeatures Of(double[,] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new ValueFeatures(rows.GetLength(0), rows.GetLength(1), rows);
    }

    /// <summary>Directions uniform on the sphere, of length 1: normal numbers, normalised.</summary>
    /// <param name="states">S.</param>
    /// <param name="count">m.</param>
    /// <param name="instance">The seed of the draw.</param>
    public static ValueFeatures Random(int states, int count, long instance)
    {
        double[,] rows = new double[states, count];
        double[] row = new double[count];
        for (int s = 0; s < states; s++)
        {
            Normals.Fill(new StreamKey(instance, StreamPurpose.Initialisation, s, 0, 0), 0, 0, row);
            double norm = Math.Sqrt(row.Sum(x => x * x));
            for (int m = 0; m < count; m++) rows[s, m] = row[m] / norm;
        }
        return Of(rows);
    }

    /// <summary>f_m(s).</summary>
    public double this[int state, int feature] => _rows is null ? (state == feature ? 1 : 0) : _rows[state, feature];

    /// <summary>sum over m of f_m(s) weights[offset + m * stride].</summary>
    /// <param name="state">s.</param>
    /// <param name="weights">theta.</param>
    /// <param name="stride">The distance of two weights.</param>
    /// <param name="offset">The first of them.</param>
    public double Value(int state, ReadOnlySpan<double> weights, int stride = 1, int offset = 0)
    {
        if (_rows is null) return weights[(state * stride) + offset];
        double sum = 0;
        for (int m = 0; m < Count; m++) sum += _rows[state, m] * weights[(m * stride) + offset];
        return sum;
    }

    /// <summary>weights[offset + m * stride] += factor f_m(s) for all m.</summary>
    /// <param name="state">s.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="weights">What is added to.</param>
    /// <param name="stride">The distance of two weights.</param>
    /// <param name="offset">The first of them.</param>
    public void AddTo(int state, double factor, Span<double> weights, int stride = 1, int offset = 0)
    {
        if (_rows is null)
        {
            weights[(state * stride) + offset] += factor;
            return;
        }
        for (int m = 0; m < Count; m++) weights[(m * stride) + offset] += factor * _rows[state, m];
    }

    /// <summary>f as a tensor [S, m]; null for a table.</summary>
    internal Tensor? ToTensor(TensorFormat format) => _rows is null ? null : format.Constant(_rows);
}
