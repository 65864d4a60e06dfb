using static TorchSharp.torch;

namespace FedPG.Policies;

/// <summary>
/// The agents whose rows are evaluated, with their contexts as tensors. A single agent stands twice, as its row does. Not thread-safe.
/// </summary>
internal sealed class RowContexts : IDisposable
{
    private readonly AgentContexts _contexts;
    private readonly TensorFormat _format;
    private Tensor? _values, _distinct;

    /// <summary>Takes agents.</summary>
    /// <param name="contexts">The contexts of all agents.</param>
    /// <param name="agents">The agent of each row.</param>
    /// <param name="format">The type and place of tensors.</param>
    /// <exception cref="ArgumentException">There is no agent, or one is not in [0, N).</exception>
    public RowContexts(AgentContexts contexts, IReadOnlyList<int> agents, TensorFormat format)
    {
        if (agents.Count == 0) throw new ArgumentException("no agents", nameof(agents));
        foreach (int i in agents)
        {
            if (i < 0 || i >= contexts.Agents) throw new ArgumentException($"agent {i} is none of {contexts.Agents}", nameof(agents));
        }
        (_contexts, _format, Agents) = (contexts, format, [.. agents]);
    }

    /// <summary>The agent of each row.</summary>
    public IReadOnlyList<int> Agents { get; }

    /// <summary>z_i, [n, 1, k].</summary>
    public Tensor Values => _values ??= Rows(_contexts.Size, (agent, k) => _contexts[agent, k]).to(_format.Dtype).to(
        _format.Device).DetachFromDisposeScope();

    /// <summary>Which of the different contexts each row has, [n, 1, 1] of Int64.</summary>
    public Tensor Distinct => _distinct ??= Rows(1, (agent, _) => _contexts.DistinctOf(agent)).to(ScalarType.Int64).to(
        _format.Device).DetachFromDisposeScope();

    /// <summary>Whether the agents are these.</summary>
    public bool Are(IReadOnlyList<int> agents) => Agents.SequenceEqual(agents);

    /// <inheritdoc/>
    public void Dispose()
    {
        _values?.Dispose();
        _distinct?.Dispose();
    }

    private Tensor Rows(int size, Func<int, int, double> number)
    {
        int[] rows = Agents.Count == 1 ? [Agents[0], Agents[0]] : [.. Agents];
        double[] values = new double[rows.Length * size];
        for (int k = 0; k < values.Length; k++) values[k] = number(rows[k / size], k % size);
        return tensor(values, [rows.Length, 1, size], dtype: ScalarType.Float64);
    }
}
