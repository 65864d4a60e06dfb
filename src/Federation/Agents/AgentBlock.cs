using FedPG.Envs.Sampling;
using FedPG.Federation.Oracles;
using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Federation.Agents;

/// <summary>
/// n neighbouring agents as rows: their parameters, their state record and their oracle. What an agent knows is here: its own rows, and what
/// the server has broadcast. One thread at a time.
/// </summary>
public sealed class AgentBlock : IDisposable
{
    private readonly IOracle _oracle;
    private readonly Tensor _direction;
    private readonly Dictionary<string, Tensor> _received = [];
    private readonly double[] _drift;

    /// <summary>Creates the block.</summary>
    /// <param name="first">The index of its first agent.</param>
    /// <param name="count">n.</param>
    /// <param name="policy">The block's own policy instance; disposed with the block.</param>
    /// <param name="oracle">The block's own oracle; disposed with the block.</param>
    /// <param name="state">The agents' state record, rows [n, ...].</param>
    public AgentBlock(int first, int count, Policy policy, IOracle oracle, object state)
    {
        ArgumentNullException.ThrowIfNull(policy);
        (First, Count, Policy, _oracle, State) = (first, count, policy, oracle, state);
        Theta = Rows(policy, count);
        _direction = Rows(policy, count);
        _drift = new double[count];
        CorrectionNorms = new double[count];
    }

    /// <summary>The index of the first agent.</summary>
    public int First { get; }

    /// <summary>n, the number of agents.</summary>
    public int Count { get; }

    /// <summary>The policy, evaluated for all rows at once.</summary>
    public Policy Policy { get; }

    /// <summary>theta_i, [n, d]: the rows that local steps change.</summary>
    public Tensor Theta { get; }

    /// <summary>The algorithm's state record of these agents.</summary>
    public object State { get; }

    /// <summary>What the oracle keeps of these agents, rows [n, ...].</summary>
    public object OracleState => _oracle.State;

    /// <summary>||mbar - m_i|| of each agent where the algorithm keeps memories, [n].</summary>
    public double[] CorrectionNorms { get; }

    /// <summary>The sum over local steps of ||theta_i - thetabar||^2 since the last reset, [n].</summary>
    public IReadOnlyList<double> Drift => _drift;

    /// <summary>Transitions sampled since the start.</summary>
    public long EnvSteps => _oracle.EnvSteps;

    /// <summary>Trajectories sampled since the start; 0 where the oracle samples none, or does not say how many (<see cref="IOracle.Batch"/>).</summary>
    public long Trajectories { get; private set; }

    /// <summary>What the agents' latest observed batches showed, [n].</summary>
    public IReadOnlyList<RolloutStatistics> Rollouts => _oracle.Rollouts;

    /// <summary>Everything received from the server, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Received => _received;

    /// <summary>Why the latest gradient of a row is no finite number, where the oracle knows; else null.</summary>
    public string? FaultOf(int row) => _oracle.FaultOf(row);

    /// <summary>A new matrix of zeros for rows of agents, [n, d].</summary>
    public static Tensor Rows(Policy policy, int count)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return zeros(count, policy.Layout.Length, dtype: policy.Format.Dtype, device: policy.Format.Device).DetachFromDisposeScope();
    }

    /// <summary>Keeps a copy of what the server sent, [d].</summary>
    public void Receive(string name, Tensor vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        if (_received.TryGetValue(name, out Tensor? existing)) existing.copy_(vector);
        else _received[name] = vector.clone().DetachFromDisposeScope();
    }

    /// <summary>
    /// The agents' directions at rows [n, d]. The result is the block's own buffer, overwritten by the next call; copy what must last.
    /// </summary>
    public Tensor Gradient(Tensor rows, bool sameRows, BatchKey batch)
    {
        using IDisposable scope = NewDisposeScope();
        _oracle.Directions(rows, sameRows, batch, _direction);
        if (_oracle.Batch is { Trajectories: > 0 } each) Trajectories += (long)each.Trajectories * CountOf(batch);
        return _direction;
    }

    /// <summary>Notes ||theta_i - thetabar||^2 after a local step.</summary>
    public void ObserveDrift(Tensor serverParameters) => RowNorms.AddSquaredDistances(Theta, serverParameters, _drift);

    /// <summary>Forgets the drift of the last round.</summary>
    public void ResetDrift() => Array.Clear(_drift);

    private int CountOf(in BatchKey batch)
    {
        int count = 0;
        for (int i = 0; i < Count; i++) count += batch.Has(i) ? 1 : 0;
        return count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Theta.Dispose();
        _direction.Dispose();
        _oracle.Dispose();
        Policy.Dispose();
        StateTensors.Dispose(State);
        foreach (Tensor tensor in _received.Values) tensor.Dispose();
    }
}
