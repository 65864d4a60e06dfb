using FedPG.Envs.Sampling;
using FedPG.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Agents;

/// <summary>All agents in this process, in blocks that the threads of a pool take one after another.</summary>
public sealed class LocalAgents : IAgents, IDisposable
{
    private readonly AgentBlock[] _blocks;
    private readonly IReadOnlyList<string> _names;
    private readonly WorkerPool _pool;
    private readonly int _elementSize;

    /// <summary>Creates the agents.</summary>
    /// <param name="blocks">The blocks in order; all but the last of one size, a power of two. Disposed with this object.</param>
    /// <param name="names">The agents' names, for messages.</param>
    /// <param name="pool">The threads; not disposed.</param>
    public LocalAgents(IReadOnlyList<AgentBlock> blocks, IReadOnlyList<string> names, WorkerPool pool)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        (_blocks, _names, _pool) = ([.. blocks], names, pool);
        Count = _blocks.Sum(b => b.Count);
        _elementSize = _blocks[0].Policy.Format.ElementSize;
        Ledger = new ExchangeLedger(Count);
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <summary>The blocks in order.</summary>
    public IReadOnlyList<AgentBlock> Blocks => _blocks;

    /// <summary>What crossed.</summary>
    public ExchangeLedger Ledger { get; }

    /// <summary>Transitions sampled since the start.</summary>
    public long EnvSteps => _blocks.Sum(b => b.EnvSteps);

    /// <summary>Trajectories sampled since the start; 0 where the oracle samples none, or does not say how many.</summary>
    public long Trajectories => _blocks.Sum(b => b.Trajectories);

    /// <inheritdoc/>
    public void Broadcast(string name, Tensor vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        foreach (AgentBlock block in _blocks) block.Receive(name, vector);
        Ledger.Add(Entry(ExchangeDirection.Down, name, vector.shape));
    }

    /// <inheritdoc/>
    public Tensor Mean(Uplink uplink, int round)
    {
        ArgumentNullException.ThrowIfNull(uplink);
        Tensor[] sums = new Tensor[_blocks.Length];
        int?[] diverged = new int?[_blocks.Length];
        _pool.Run(_blocks.Length, k =>
        {
            using DisposeScope scope = NewDisposeScope();
            using var noGrad = no_grad();
            Tensor rows = uplink.Run(_blocks[k], round);
            Tensor sum = RowSums.Tree(rows);
            if (!sum.AllFinite()) diverged[k] = _blocks[k].First + FirstNonFinite(rows);
            sums[k] = sum.clone().DetachFromDisposeScope();
        });
        using DisposeScope outer = NewDisposeScope();
        Ledger.Add(Entry(ExchangeDirection.Up, uplink.Name, sums[0].shape));
        Tensor total = RowSums.Tree(stack(sums));
        foreach (Tensor sum in sums) sum.Dispose();
        if (diverged.FirstOrDefault(agent => agent is not null) is { } first) throw new DivergedException(round, $"agent {_names[first]}", FaultOf(first));
        return total.Over(Count).MoveToOuterDisposeScope();
    }

    /// <summary>The mean over agents and H local steps of the squared distance from the server's parameters, and a fresh start.</summary>
    public double TakeDrift(int localSteps)
    {
        double sum = 0;
        foreach (AgentBlock block in _blocks)
        {
            foreach (double drift in block.Drift) sum += drift;
            block.ResetDrift();
        }
        return sum / ((double)Count * localSteps);
    }

    /// <summary>The mean over agents of ||mbar - m_i||.</summary>
    public double CorrectionNorm()
    {
        double sum = 0;
        foreach (AgentBlock block in _blocks)
        {
            foreach (double norm in block.CorrectionNorms) sum += norm;
        }
        return sum / Count;
    }

    /// <summary>All agents' latest observed batches together.</summary>
    public RolloutStatistics Rollouts()
    {
        (long steps, double rewards, long episodes) = (0, 0, 0);
        foreach (RolloutStatistics rollout in _blocks.SelectMany(b => b.Rollouts))
        {
            steps += rollout.EnvSteps;
            rewards += rollout.RewardSum;
            episodes += rollout.Episodes;
        }
        return new RolloutStatistics(steps, rewards, episodes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (AgentBlock block in _blocks) block.Dispose();
    }

    private string? FaultOf(int agent)
    {
        AgentBlock block = _blocks.Last(b => b.First <= agent);
        return block.FaultOf(agent - block.First);
    }

    /// <summary>The first row with a number that is not finite; row 0 when only their sum overflowed.</summary>
    private static int FirstNonFinite(Tensor rows)
    {
        for (int i = 0; i < rows.shape[0]; i++)
        {
            if (!rows.select(0, i).AllFinite()) return i;
        }
        return 0;
    }

    private ExchangeEntry Entry(ExchangeDirection direction, string name, long[] shape) =>
        new(direction, name, string.Join('x', shape), shape.Aggregate(1L, (a, b) => a * b) * _elementSize);
}
