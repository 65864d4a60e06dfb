using System.Diagnostics;
using FedPG.Cluster.Wire;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Execution;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Cluster.Server;

/// <summary>
/// Agents whose blocks are on workers. The server keeps a snapshot of each block and what has happened since, so that a worker can be lost
/// at any instant; the bits are those of agents in this process, because the same code runs on blocks and sums what they answer.
/// </summary>
internal class ClusterAgents : BlockwiseAgents
{
    /// <summary>A block that is lost is to be back after so many seconds of computation.</summary>
    private const double ReplaySeconds = 1;

    /// <summary>No more bytes of vectors are kept for that.</summary>
    private const long LargestLog = 64 << 20;

    private readonly AgentsSetup _setup;
    private readonly ServerState _server;
    private readonly RetryingBlockClient _client;
    private readonly RemoteBlock[] _blocks;
    private readonly Dictionary<string, TensorData> _received = [];
    private int _program, _index, _version = -1;
    private long _shared;
    private Activity? _span;

    public ClusterAgents(AgentsSetup setup, int blockSize, IReadOnlyList<string>? sites, ServerState server, RetryingBlockClient client)
        : base(setup)
    {
        (_setup, _server, _client) = (setup, server, client);
        _received[Algorithm.Theta] = TensorData.Of(Algorithm.Theta, setup.Theta);
        var start = new BlockSnapshot(null, [.. _received.Values], 0, 0, []);
        _blocks = [.. BlockRange.Of(Count, blockSize).Select(range => new RemoteBlock(range, sites?[range.First] ?? "", start))];
        server.Begin(setup.Training.Name, _blocks.Length);
    }

    /// <summary>How messages are written.</summary>
    protected MessageFormat Messages => _setup.Training.Federation.Messages;

    /// <summary>The blocks in order.</summary>
    protected IReadOnlyList<RemoteBlock> Blocks => _blocks;

    /// <summary>The round that is run.</summary>
    protected int Program => _program;

    /// <summary>The latest of all that the server has sent, [d] each.</summary>
    protected IReadOnlyCollection<TensorData> ReceivedVectors => _received.Values;

    /// <inheritdoc/>
    protected override IReadOnlyList<IBlockObservations> Observations => [.. _blocks.Select(b => b.Observations)];

    /// <inheritdoc/>
    protected override void ResetObservations()
    {
        foreach (RemoteBlock block in _blocks) block.Add(BlockEntry.Reset);
        _span?.Dispose();
        _span = null;
    }

    /// <inheritdoc/>
    public override void BeginRound(int round)
    {
        (_program, _index) = (round, 0);
        _span?.Dispose();
        _span = ClusterMeters.Start("round")?.SetTag("round", round);
        _server.BeginRound(round);
        if (_version != _server.Registry.Version) Spread();
        BackUp(_blocks.Where(b => b.HasHistory && (!b.KeepsState || b.SecondsSinceSnapshot > ReplaySeconds || b.LogBytes > LargestLog))
            .ToArray(), round);
    }

    /// <inheritdoc/>
    public override AgentStates States()
    {
        BackUp(_blocks, _program + 1);
        IReadOnlyList<Tensor>[] rows =
            [.. _blocks[0].Snapshot.Tensors!.Select((_, k) =>
                (IReadOnlyList<Tensor>)[.. _blocks.Select(b => b.Snapshot.Tensors![k])
                    .Select(t => t.ToTensor(_setup.Format with { Dtype = t.Dtype }))])];
        return new AgentStates(
            [.. _blocks[0].Snapshot.Tensors!.Zip(rows, (t, pieces) => (t.Name, pieces))], ReceivedTensors());
    }

    /// <inheritdoc/>
    public override void Restore(AgentStates states)
    {
        ArgumentNullException.ThrowIfNull(states);
        foreach ((string name, Tensor vector) in states.Received) Remember(TensorData.Of(name, vector, Messages));
        TensorData[] received = [.. _received.Values];
        for (int b = 0; b < _blocks.Length; b++)
            _blocks[b].Reset(new BlockSnapshot([.. states.Rows.Select(r => TensorData.Of(r.Name, r.Pieces[b]))], received, 0, 0, []));
    }

    /// <inheritdoc/>
    protected override void Send(string name, Tensor vector)
    {
        if (!vector.AllFinite()) throw new DivergedException(_program, "the server");
        _received[name] = TensorData.Of(name, vector, Messages);
        AddToAll(new BlockEntry(EntryKind.Receive, _received[name]));
    }

    /// <inheritdoc/>
    protected override void SendShown(string name, Tensor vector) => AddToAll(new BlockEntry(EntryKind.See, TensorData.Of(name, vector)));

    /// <inheritdoc/>
    protected override IReadOnlyList<BlockAnswer?> Ask(AgentCall asked, Tensor? rows = null)
    {
        ArgumentNullException.ThrowIfNull(asked);
        using Activity? span = ClusterMeters.Start(asked.Name.Length > 0 ? asked.Name : "work")?.SetTag("round", _program);
        var name = new CallName(_program, _index++, asked.Kind, asked.Name, asked.Round);
        Cohort cohort = Participation.CohortOf(asked.IsForEveryone ? null : asked.Round);
        var entry = new BlockEntry(EntryKind.Call, null, name);
        RemoteBlock?[] taking =
            [.. _blocks.Select(b => cohort.RowsOf(b.Range.First, b.Range.Count) is { } has && !Array.Exists(has, h => h) ? null : b)];
        foreach (RemoteBlock block in taking.OfType<RemoteBlock>())
            block.Add(rows is null
                ? entry
                : entry with { Data = TensorData.Of(asked.Name, rows.narrow(0, block.Range.First, block.Range.Count)) });
        BlockReply?[] replies = Deliver(taking, wantsState: false);
        return [.. replies.Select((reply, k) => reply is { HasAnswer: true } ? AnswerOf(reply, asked, _blocks[k]) : null)];
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _span?.Dispose();
        foreach (RemoteBlock block in _blocks)
        {
            _client.Release(block);
            block.MoveTo(null);
        }
    }

    /// <summary>What the server has sent, in the caller's dispose scope.</summary>
    protected Dictionary<string, Tensor> ReceivedTensors() => _received.ToDictionary(r => r.Key, r => r.Value.ToTensor(_setup.Format));

    /// <summary>The server has sent a vector.</summary>
    protected void Remember(TensorData vector) => _received[vector.Name] = vector;

    private void AddToAll(BlockEntry entry)
    {
        BlockEntry shared = entry with { Shared = ++_shared };
        foreach (RemoteBlock block in _blocks) block.Add(shared);
    }

    /// <summary>Gives every block a worker, and moves as many as it takes to use all threads.</summary>
    protected virtual void Spread()
    {
        _version = _server.Registry.Version;
        ClusterWorkerInfo[] workers = [.. _server.Registry.Usable("")];
        if (workers.Length == 0)
        {
            LetGo();
            return;
        }
        int?[] current = [.. _blocks.Select(b => Array.IndexOf(workers, b.Worker) is >= 0 and int w ? w : (int?)null)];
        int[] target = BlockSpread.Assign(current, [.. workers.Select(w => w.Threads)]);
        (RemoteBlock Block, ClusterWorkerInfo To)[] moves =
            [.. _blocks.Select((block, b) => (block, workers[target[b]])).Where(m => m.block.Worker != m.Item2)];
        // Those that a living worker holds are taken along as they are; those that are lost are made again when they are needed.
        BackUp(moves.Select(m => m.Block).Where(b => b.Worker is { IsGone: false }).ToArray(), _program);
        foreach ((RemoteBlock block, ClusterWorkerInfo to) in moves)
        {
            _client.Release(block);
            block.MoveTo(to);
        }
    }

    /// <summary>Blocks whose worker wants to go stay with the server until somebody else can hold them.</summary>
    protected void LetGo()
    {
        RemoteBlock[] leaving = [.. _blocks.Where(b => b.Worker is { IsGone: false, IsLeaving: true })];
        BackUp(leaving, _program);
        foreach (RemoteBlock block in leaving)
        {
            _client.Release(block);
            block.MoveTo(null);
        }
    }

    /// <summary>Takes snapshots, between two rounds.</summary>
    /// <param name="blocks">The blocks.</param>
    /// <param name="round">The round that is next.</param>
    protected virtual void BackUp(IReadOnlyList<RemoteBlock> blocks, int round)
    {
        TensorData[] received = [.. _received.Values];
        BlockReply?[] replies = Deliver([.. blocks.Select(b => b.KeepsState ? b : null)], wantsState: true);
        for (int k = 0; k < blocks.Count; k++)
        {
            ObservationData seen = blocks[k].Observations;
            blocks[k].Keep(SnapshotOf(replies[k]?.State ?? [], received, seen));
        }
    }

    private static BlockSnapshot SnapshotOf(TensorData[] state, TensorData[] received, ObservationData seen) =>
        new(state, received, seen.EnvSteps, seen.Trajectories, seen.AgentRollouts);

    /// <summary>Delivers to all blocks at once; where several fail, the first of them is the one that is told of.</summary>
    protected virtual BlockReply?[] Deliver(IReadOnlyList<RemoteBlock?> blocks, bool wantsState)
    {
        Task<BlockReply?>?[] deliveries = [.. blocks.Select(b => b is null ? null : DeliverAsync(b, wantsState))];
        try
        {
            Task.WhenAll(deliveries.OfType<Task<BlockReply?>>()).GetAwaiter().GetResult();
        }
        catch (Exception)
        {
            deliveries.First(d => d is { IsCompletedSuccessfully: false })!.GetAwaiter().GetResult();
        }
        return [.. deliveries.Select(d => d?.Result)];
    }

    /// <summary>Delivers to one block.</summary>
    /// <returns>The reply; null where the block is left out.</returns>
    protected virtual async Task<BlockReply?> DeliverAsync(RemoteBlock block, bool wantsState) =>
        await _client.DeliverAsync(block, wantsState).ConfigureAwait(false);

    private BlockAnswer AnswerOf(BlockReply reply, AgentCall asked, RemoteBlock block)
    {
        long d = _setup.Layout.SharedLength;
        Tensor? Take(TensorData? data)
        {
            if (data is null) return null;
            long[] shape = asked.Kind == AgentCallKind.Rows ? [block.Range.Count, .. data.Shape.Skip(1)] : [d];
            string? error = data.ErrorAs(_setup.Format, shape, Messages);
            if (error is null)
            {
                Tensor tensor = data.ToTensor(_setup.Format);
                if (reply.DivergedAgent is not null || tensor.AllFinite()) return tensor;
                error = "it holds numbers that are not finite";
            }
            throw new AgentFailureException($"worker {block.Worker?.Name}: its answer to \"{asked.Name}\" is refused: {error}");
        }
        bool named = reply.DivergedAgent is { } agent && agent >= block.Range.First && agent < block.Range.First + block.Range.Count;
        return new BlockAnswer(Take(reply.Value), Take(reply.Weighted),
            named ? new Divergence(reply.DivergedAgent!.Value, reply.DivergedFault) : null);
    }
}
