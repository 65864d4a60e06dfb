using FedPG.Federation.Rows;
using static TorchSharp.torch;

namespace FedPG.Federation.Execution;

/// <summary>How a run uses this machine; none of it changes a single bit of the result.</summary>
/// <param name="Threads">Threads that run agents, 1 or more.</param>
/// <param name="Device">CPU or CUDA.</param>
/// <param name="BlockSize">Agents a block, rounded down to a power of two; null to choose by the number of agents and threads.</param>
public sealed record ExecutionOptions(int Threads, Device Device, int? BlockSize = null)
{
    /// <summary>Makes the agents elsewhere; null for agents in this process.</summary>
    internal Func<AgentsSetup, IFederationAgents>? CreateAgents { get; init; }

    /// <summary>A block beyond this many rows gains little from being evaluated at once.</summary>
    private const int LargestDefaultBlock = 16;

    /// <summary>Long rows are evaluated a few at once: fewer than this many gain nothing more.</summary>
    private const int SmallestLongBlock = 4;

    /// <summary>The bytes of rows that a second-level cache holds beside what is computed from them.</summary>
    private const int LargestBlockBytes = 3 << 19;

    /// <summary>
    /// What a call for a block costs however few its agents are, in agents: several with a
    /// table, a part of one where trajectories are long.
    /// </summary>
    private const int CallCost = 2;

    /// <summary>
    /// The size of blocks; unless it was given, the one that keeps the busiest thread busy for
    /// the shortest time, of those that suit the cache.
    /// </summary>
    /// <param name="agents">N.</param>
    /// <param name="rowBytes">What the d parameters of an agent take.</param>
    public int BlockSizeFor(int agents, long rowBytes)
    {
        if (BlockSize is { } given) return RowSums.AlignedSize(given);
        int best = RowSums.AlignedSize((int)Math.Clamp(LargestBlockBytes / rowBytes, SmallestLongBlock, LargestDefaultBlock));
        for (int size = best / 2; size > 0; size /= 2)
        {
            if (BusiestThread(agents, size) < BusiestThread(agents, best)) best = size;
        }
        return best;
    }

    /// <summary>
    /// What the thread with most to do does, in agents: threads take blocks in turn, and the last block may be a part of one.
    /// </summary>
    private long BusiestThread(int agents, int size)
    {
        int blocks = (agents + size - 1) / size, calls = (blocks + Threads - 1) / Threads;
        bool takesLast = blocks - ((calls - 1) * Threads) == 1;
        int rows = takesLast ? ((calls - 1) * size) + agents - ((blocks - 1) * size) : calls * size;
        return ((long)calls * CallCost) + rows;
    }
}
