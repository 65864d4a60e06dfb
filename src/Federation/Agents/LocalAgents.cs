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
    private readonly Cohort _everyone;
    private (int Round, Cohort? Cohort) _latest;

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
        _everyone = Cohort.Everyone(Count);
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <summary>The blocks in order.</summary>
    public IReadOnlyList<AgentBlock> Blocks => _blocks;

    /// <summary>What crossed.</summary>
    public ExchangeLedger Ledger { get; }

    /// <summary>Transitions sampled since the start.</summary>
    public long EnvSteps => _blocks.Sum(b => b.EnvSteps);

    /// <summary>Who takes part in which round.</summary>
    public Participation Participation { get; init; } = Participation.Everyone;

    /// <summary>How many local steps each agent takes.</summary>
    public LocalWork Work { get; init; } = LocalWork.Same;

    /// <inheritdoc/>
    public bool EveryoneTakesPart => Participation.IsEveryone;

    /// <inheritdoc/>
    public void Broadcast(string name, Tensor vector, int? round = null, int? entries = null)
    {
        ArgumentNullException.ThrowIfNull(vector);
        Cohort cohort = round is { } t ? CohortOf(t) : _everyone;
        // A block holds one copy for its rows. What counts is who is sent it: an algorithm sends an agent all that it reads in a round.
        foreach (AgentBlock block in _blocks) block.Receive(name, vector);
        Ledger.Add(Entry(ExchangeDirection.Down, name, vector.shape, entries, cohort));
    }

    /// <inheritdoc/>
    public Tensor Mean(Uplink uplink, int round) => MeanAndShare(uplink, round).Mean;

    /// <inheritdoc/>
    public (Tensor Mean, Tensor Share) MeanAndShare(Uplink uplink, int round)
    {
        ArgumentNullException.ThrowIfNull(uplink);
        Cohort cohort = CohortOf(round);
        Tensor?[] sums = new Tensor?[_blocks.Length], weighted = new Tensor?[_blocks.Length];
        int?[] diverged = new int?[_blocks.Length];
        RunBlocks(cohort, round, k =>
        {
            Tensor rows = AgentBlock.Masked(uplink.Run(_blocks[k], round), _blocks[k].Active);
            Tensor sum = RowSums.Tree(rows);
            if (!sum.AllFinite()) diverged[k] = _blocks[k].First + FirstNonFinite(rows);
            sums[k] = sum.clone().DetachFromDisposeScope();
            if (!cohort.IsPlainMean) weighted[k] = RowSums.Tree(rows.mul(Weights(cohort, _blocks[k], rows))).clone().DetachFromDisposeScope();
        });
        using DisposeScope outer = NewDisposeScope();
        Tensor total = Total(sums);
        Ledger.Add(Entry(ExchangeDirection.Up, uplink.Name, total.shape, uplink.Entries, cohort));
        Tensor? weightedTotal = cohort.IsPlainMean ? null : Total(weighted);
        if (diverged.FirstOrDefault(agent => agent is not null) is { } first) throw new DivergedException(round, $"agent {_names[first]}", FaultOf(first));
        Tensor mean = (weightedTotal ?? total.Over(Math.Max(1, cohort.Members.Count))).MoveToOuterDisposeScope();
        return (mean, cohort.IsEveryone ? mean : total.Over(Count).MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public void Run(Action<AgentBlock, int> work, int round)
    {
        ArgumentNullException.ThrowIfNull(work);
        RunBlocks(CohortOf(round), round, k => work(_blocks[k], round));
    }

    /// <inheritdoc/>
    public void Gossip(string name, MixingGraph graph, Func<AgentBlock, int, Tensor> send, Action<AgentBlock, Tensor> receive, int round)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(send);
        ArgumentNullException.ThrowIfNull(receive);
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = Rows(block => send(block, round), round);
        Tensor mixed = graph.Mix(rows);
        RunBlocks(_everyone, round, k => receive(_blocks[k], mixed.narrow(0, _blocks[k].First, _blocks[k].Count)));
        foreach ((ExchangeDirection direction, Func<int, int> messages) in new (ExchangeDirection, Func<int, int>)[] { (ExchangeDirection.Up, graph.ReceiversOf), (ExchangeDirection.Down, graph.SendersTo) })
        {
            foreach (IGrouping<int, int> group in Enumerable.Range(0, Count).GroupBy(messages).Where(g => g.Key > 0).OrderBy(g => g.First()))
                Ledger.Add(Entry(direction, name, [group.Key, .. rows.shape[1..]], null, Cohort.Of(Count, group)));
        }
    }

    /// <inheritdoc/>
    public Tensor Inspect(Func<AgentBlock, Tensor> rows, int round)
    {
        ArgumentNullException.ThrowIfNull(rows);
        using DisposeScope scope = NewDisposeScope();
        return RowSums.Tree(Rows(rows, round)).Over(Count).MoveToOuterDisposeScope();
    }

    /// <summary>The mean over the agents and local steps of the last round of the squared distance from the server's parameters; 0 where none was seen.</summary>
    public double Drift()
    {
        double sum = 0;
        foreach (AgentBlock block in _blocks)
        {
            foreach (double drift in block.Drift) sum += drift;
        }
        return sum / Math.Max(1, _blocks.Sum(b => b.DriftSteps));
    }

    /// <summary>The mean over the agents of the last round of ||mbar - m_i||.</summary>
    public double CorrectionNorm()
    {
        double sum = 0;
        foreach (AgentBlock block in _blocks)
        {
            foreach (double norm in block.CorrectionNorms) sum += norm;
        }
        int agents = _blocks.Sum(b => b.CorrectedAgents);
        return sum / (agents > 0 ? agents : Count);
    }

    /// <summary>Forgets drift and corrections, at the end of a round.</summary>
    public void ResetObservations()
    {
        foreach (AgentBlock block in _blocks) block.ResetObservations();
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

    private static Tensor Weights(Cohort cohort, AgentBlock block, Tensor rows)
    {
        double[] weights = [.. Enumerable.Range(block.First, block.Count).Select(cohort.WeightOf)];
        return tensor(weights, dtype: rows.dtype, device: rows.device).unsqueeze(1);
    }

    /// <summary>The agents of a round; the last ones asked for are remembered.</summary>
    private Cohort CohortOf(int round)
    {
        if (Participation.IsEveryone) return _everyone;
        if (_latest.Round != round || _latest.Cohort is null) _latest = (round, Participation.CohortOf(Count, round));
        return _latest.Cohort;
    }

    /// <summary>Runs work on every block that has agents in the cohort, on the pool's threads.</summary>
    private void RunBlocks(Cohort cohort, int round, Action<int> work)
    {
        int[]? steps = Work.StepsOf(Count, round);
        _pool.Run(_blocks.Length, k =>
        {
            AgentBlock block = _blocks[k];
            bool[]? active = cohort.RowsOf(block.First, block.Count);
            if (active is not null && !Array.Exists(active, a => a)) return;
            using DisposeScope scope = NewDisposeScope();
            using var noGrad = no_grad();
            block.Enter(active, steps is null ? [] : steps.AsSpan(block.First, block.Count));
            work(k);
        });
    }

    /// <summary>The rows of all agents, [N, d], in the caller's dispose scope.</summary>
    private Tensor Rows(Func<AgentBlock, Tensor> rows, int round)
    {
        Tensor[] pieces = new Tensor[_blocks.Length];
        RunBlocks(_everyone, round, k => pieces[k] = rows(_blocks[k]).clone().DetachFromDisposeScope());
        Tensor all = cat(pieces);
        foreach (Tensor piece in pieces) piece.Dispose();
        if (all.AllFinite()) return all;
        int agent = FirstNonFinite(all);
        throw new DivergedException(round, $"agent {_names[agent]}", FaultOf(agent));
    }

    /// <summary>The sum over blocks, [d]; a block without agents of the round counts as zeros, so that the tree of sums keeps its shape.</summary>
    private Tensor Total(Tensor?[] sums)
    {
        Tensor? some = sums.FirstOrDefault(s => s is not null);
        if (some is null) return zeros_like(_blocks[0].Theta.select(0, 0));
        Tensor none = zeros_like(some);
        Tensor total = RowSums.Tree(stack([.. sums.Select(s => s ?? none)]));
        foreach (Tensor? sum in sums) sum?.Dispose();
        return total;
    }

    private ExchangeEntry Entry(ExchangeDirection direction, string name, long[] shape, int? entries, Cohort cohort)
    {
        long elements = shape.Aggregate(1L, (a, b) => a * b);
        IReadOnlyList<int>? agents = cohort.IsEveryone ? null : cohort.Members;
        return entries is { } k && k < elements
            ? new ExchangeEntry(direction, name, $"{k} of {string.Join('x', shape)}", (long)k * (_elementSize + ExchangeEntry.IndexBytes), agents)
            : new ExchangeEntry(direction, name, string.Join('x', shape), elements * _elementSize, agents);
    }
}
