using FedPG.Federation.Rows;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Agents;

/// <summary>
/// Who hears whom, and how much: a doubly stochastic matrix W, [N, N], so that mixing rows leaves their mean where it is. Immutable.
/// </summary>
public sealed class MixingGraph
{
    private readonly (int Agent, double Weight)[][] _heard;
    private readonly int[] _receivers;

    private MixingGraph((int Agent, double Weight)[][] heard, bool complete)
    {
        (_heard, IsComplete) = (heard, complete);
        _receivers = new int[heard.Length];
        for (int i = 0; i < heard.Length; i++)
        {
            foreach ((int agent, _) in heard[i])
            {
                if (agent != i) _receivers[agent]++;
            }
        }
    }

    /// <summary>N.</summary>
    public int Agents => _heard.Length;

    /// <summary>Whether every agent hears every other, with weight 1 / N each.</summary>
    public bool IsComplete { get; }

    /// <summary>The agents that i sends its row to.</summary>
    public int ReceiversOf(int agent) => _receivers[agent];

    /// <summary>The agents that i hears, itself left out.</summary>
    public int SendersTo(int agent) => _heard[agent].Count(h => h.Agent != agent);

    /// <summary>Everybody hears everybody: W = 1 / N.</summary>
    public static MixingGraph Complete(int agents) =>
        new([.. Enumerable.Range(0, agents).Select(_ => Enumerable.Range(0, agents).Select(j => (j, 1.0 / agents)).ToArray())],
            complete: true);

    /// <summary>Agent i hears i - 1 and i + 1, around; Metropolis weights, 1/3 each from three agents on.</summary>
    public static MixingGraph Ring(int agents) =>
        Metropolis(agents, (i, j) => (i - j + agents) % agents == 1 || (j - i + agents) % agents == 1);

    /// <summary>Agents of even index hear those of odd index, and the other way around; Metropolis weights.</summary>
    public static MixingGraph Bipartite(int agents) => Metropolis(agents, (i, j) => (i + j) % 2 == 1);

    /// <summary>Any weights.</summary>
    /// <param name="matrix">W, doubly stochastic; <see cref="ErrorOf"/> says when it is not.</param>
    /// <exception cref="ArgumentException">It is not doubly stochastic.</exception>
    public static MixingGraph Of(IReadOnlyList<double[]> matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        if (ErrorOf(matrix, matrix.Count) is { } fault) throw new ArgumentException(fault, nameof(matrix));
        return new MixingGraph([.. matrix.Select(row => row.Select((weight, j) => (j, weight)).Where(h => h.weight != 0).ToArray())],
            complete: false);
    }

    /// <summary>What keeps a matrix from being doubly stochastic; null when nothing does.</summary>
    /// <param name="matrix">W.</param>
    /// <param name="agents">N.</param>
    public static string? ErrorOf(IReadOnlyList<double[]> matrix, int agents)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        const double tolerance = 1e-9;
        if (matrix.Count != agents) return $"has {matrix.Count} rows; it must have {agents}, one an agent";
        double[] columns = new double[agents];
        for (int i = 0; i < agents; i++)
        {
            if (matrix[i].Length != agents) return $"has {matrix[i].Length} numbers in row {i}; it must have {agents}, one an agent";
            double sum = 0;
            for (int j = 0; j < agents; j++)
            {
                if (!(matrix[i][j] >= 0 && double.IsFinite(matrix[i][j])))
                    return $"has {Text(matrix[i][j])} in row {i}, column {j}; weights must be 0 or more";
                sum += matrix[i][j];
                columns[j] += matrix[i][j];
            }
            if (Math.Abs(sum - 1) > tolerance) return $"is not doubly stochastic: row {i} sums to {Text(sum)}, not to 1";
        }
        int wrong = Array.FindIndex(columns, c => Math.Abs(c - 1) > tolerance);
        return wrong < 0 ? null : $"is not doubly stochastic: column {wrong} sums to {Text(columns[wrong])}, not to 1";
    }

    /// <summary>
    /// W rows, [N, d]; each row is summed over the agents it hears in the order of their index. Call within a dispose scope.
    /// </summary>
    /// <param name="rows">[N, d].</param>
    public Tensor Mix(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        // One order of additions whatever the shapes, which a matrix product does not promise; the complete graph is spared N of them.
        if (IsComplete) return RowSums.Tree(rows).Over(Agents).expand(rows.shape);
        int slots = _heard.Max(h => h.Length);
        Tensor mixed = zeros_like(rows);
        long[] heard = new long[Agents];
        double[] weights = new double[Agents];
        for (int s = 0; s < slots; s++)
        {
            for (int i = 0; i < Agents; i++) (heard[i], weights[i]) = s < _heard[i].Length ? _heard[i][s] : (i, 0);
            Tensor factor = tensor(weights, dtype: rows.dtype, device: rows.device).unsqueeze(1);
            mixed.Add(rows.index_select(0, tensor(heard, dtype: ScalarType.Int64, device: rows.device)).mul_(factor));
        }
        return mixed;
    }

    /// <summary>Metropolis: W_ij = 1 / (1 + the larger degree) between neighbours, the rest stays with the agent.</summary>
    private static MixingGraph Metropolis(int agents, Func<int, int, bool> connected)
    {
        int[] degrees = [.. Enumerable.Range(0, agents).Select(i => Enumerable.Range(0, agents).Count(j => j != i && connected(i, j)))];
        var heard = new (int, double)[agents][];
        for (int i = 0; i < agents; i++)
        {
            int[] neighbours = [.. Enumerable.Range(0, agents).Where(j => j != i && connected(i, j))];
            double[] weights = [.. neighbours.Select(j => 1.0 / (1 + Math.Max(degrees[i], degrees[j])))];
            heard[i] = [.. neighbours.Zip(weights).Append((i, 1 - weights.Sum())).OrderBy(h => h.Item1)];
        }
        return new MixingGraph(heard, complete: false);
    }

    private static string Text(double value) => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
}
