using FedPG.Federation.Agents;
using FedPG.Federation.Setup;
using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Federation.Execution;

/// <summary>
/// Which shared parameters each agent's policy depends on, for means over those that touch a parameter (<see
/// cref="ColumnAveraging.Touched"/>). Immutable.
/// </summary>
internal sealed class TouchedColumns
{
    private readonly bool[]?[] _agents;
    private readonly TensorFormat _format;
    private readonly int _columns;

    private TouchedColumns(bool[]?[] agents, int columns, TensorFormat format) => (_agents, _columns, _format) = (agents, columns, format);

    /// <summary>What agents touch; null where means are over all agents, and where everyone touches everything.</summary>
    /// <param name="training">The experiment.</param>
    /// <param name="format">The type and place of tensors.</param>
    public static TouchedColumns? Of(TrainingSetup training, TensorFormat format)
    {
        ArgumentNullException.ThrowIfNull(training);
        if (training.Federation.Averaging != ColumnAveraging.Touched) return null;
        using Policy policy = training.CreatePolicy(format);
        bool[]?[] agents = [.. Enumerable.Range(0, training.Environment.AgentNames.Count).Select(policy.TouchedBy)];
        return Array.TrueForAll(agents, touched => touched is null) ? null : new TouchedColumns(agents, policy.Layout.SharedLength, format);
    }

    /// <summary>1 or 0 for each parameter of neighbouring agents, [n, ds]; the caller's.</summary>
    /// <param name="range">The agents.</param>
    public Tensor RowsOf(BlockRange range)
    {
        using IDisposable scope = NewDisposeScope();
        double[] rows = [.. Enumerable.Range(range.First, range.Count).SelectMany(agent =>
            Enumerable.Range(0, _columns).Select(k => Touches(agent, k) ? 1.0 : 0))];
        return tensor(rows, [range.Count, _columns], dtype: _format.Dtype, device: _format.Device).DetachFromDisposeScope();
    }

    /// <summary>How many agents touch each parameter, or what they weigh together, [ds]; 1 where none does.</summary>
    /// <param name="cohort">The agents.</param>
    /// <param name="weighted">Whether each counts by its weight in the mean.</param>
    public Tensor CountsOf(Cohort cohort, bool weighted)
    {
        ArgumentNullException.ThrowIfNull(cohort);
        double[] counts = new double[_columns];
        foreach (int agent in cohort.Members)
        {
            double weight = weighted ? cohort.WeightOf(agent) : 1;
            for (int k = 0; k < counts.Length; k++) counts[k] += Touches(agent, k) ? weight : 0;
        }
        for (int k = 0; k < counts.Length; k++) counts[k] = counts[k] == 0 ? 1 : counts[k];
        return tensor(counts, dtype: _format.Dtype, device: _format.Device);
    }

    private bool Touches(int agent, int column) => _agents[agent]?[column] ?? true;
}
