using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Threads;
using static TorchSharp.torch;

namespace FedPG.Federation.Execution;

/// <summary>All agents in this process, in blocks that the threads of a pool take one after another.</summary>
internal sealed class LocalAgents : BlockwiseAgents
{
    private readonly AgentBlock[] _blocks;
    private readonly WorkerPool _pool;

    /// <summary>Creates the agents.</summary>
    /// <param name="setup">What they are made from; its pool runs them.</param>
    /// <param name="blockSize">Agents a block, a power of two.</param>
    /// <exception cref="Core.Options.InvalidInputException">They do not fit into the memory of this machine.</exception>
    public LocalAgents(AgentsSetup setup, int blockSize)
        : base(setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        _pool = setup.Pool;
        var factory = new BlockFactory(setup.Training, setup.Algorithm, setup.Format);
        MemoryNeed.Require(setup, factory);
        _blocks = [.. BlockRange.Of(Count, blockSize).Select(factory.Create)];
        foreach (AgentBlock block in _blocks) block.Receive(Algorithm.Theta, setup.Theta);
    }

    /// <summary>The blocks in order.</summary>
    public IReadOnlyList<AgentBlock> Blocks => _blocks;

    /// <inheritdoc/>
    protected override IReadOnlyList<IBlockObservations> Observations => _blocks;

    /// <inheritdoc/>
    protected override void ResetObservations()
    {
        foreach (AgentBlock block in _blocks) block.Metrics.Reset();
    }

    /// <inheritdoc/>
    public override void BeginRound(int round) { }

    /// <inheritdoc/>
    public override AgentStates States() =>
        new(
            [.. BlockState.Of(_blocks[0])
                .Select(t =>
                    (t.Name, (IReadOnlyList<Tensor>)[.. _blocks.Select(b => BlockState.Of(b).Single(own => own.Name == t.Name).Value)]))],
                    _blocks[0].Received);

    /// <inheritdoc/>
    /// <remarks>The rows are the blocks' own, so they are in place already.</remarks>
    public override void Restore(AgentStates states)
    {
        ArgumentNullException.ThrowIfNull(states);
        foreach ((string name, Tensor vector) in states.Received)
        {
            foreach (AgentBlock block in _blocks) block.Receive(name, vector);
        }
    }

    /// <inheritdoc/>
    protected override void Send(string name, Tensor vector)
    {
        foreach (AgentBlock block in _blocks) block.Receive(name, vector);
    }

    /// <inheritdoc/>
    protected override void SendShown(string name, Tensor vector)
    {
        foreach (AgentBlock block in _blocks) block.See(name, vector);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<BlockAnswer?> Ask(AgentCall asked, Tensor? rows = null)
    {
        ArgumentNullException.ThrowIfNull(asked);
        var answers = new BlockAnswer?[_blocks.Length];
        _pool.Run(_blocks.Length, k =>
        {
            // A worker's thread has no scope of its own here: the view would never be disposed of.
            using Tensor? own = rows?.narrow(0, _blocks[k].First, _blocks[k].Count);
            answers[k] = asked.Execute(_blocks[k], Participation, own);
        });
        return answers;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (AgentBlock block in _blocks) block.Dispose();
    }
}
