using FedPG.Core.Options;

namespace FedPG.Federation.Algorithms;

/// <summary>Where the memory gradient comes from, and what it is used for besides.</summary>
public enum MemoryKind
{
    /// <summary>The memory is also the first local gradient: H batches a round, the paper's count of N H T trajectories.</summary>
    Reuse,

    /// <summary>The memory has a batch of its own: H + 1 batches a round, Algorithm 1 as printed.</summary>
    Fresh,

    /// <summary>
    /// An agent subtracts another sample than it sent. Wrong on purpose: the corrections no longer cancel, and noise of about 2 sigma^2 / N
    /// stays in the round's direction whatever H is.
    /// </summary>
    Resample,
}

/// <summary>What the memories of agents that sit a round out are worth to it.</summary>
public enum AbsentMemory
{
    /// <summary>
    /// Each agent's last known memory counts. The participants' corrections sum to |S| (mean of all last known memories - mean of the
    /// participants' old ones), which is 0 in expectation for a uniform sample and vanishes at the optimum, so that it stays a fixed point.
    /// </summary>
    Last,

    /// <summary>
    /// Nothing: the round is Algorithm 1 on its participants alone. Their corrections sum to zero, and the mean gradient is that of the
    /// sample: with different agents its noise stays.
    /// </summary>
    None,
}

/// <summary>The options of <see cref="FastFedPg"/>.</summary>
public sealed record FastFedPgOptions : AveragingOptions
{
    /// <inheritdoc/>
    public override string Algorithm => "fast-fedpg";

    /// <summary>Where the memory gradient comes from; reused by default.</summary>
    [Option("where Fast-FedPG's memory gradient comes from")]
    public MemoryKind Memory { get; init; }

    /// <summary>What memories of agents that sit a round out are worth; the last known count by default.</summary>
    [Option("what memories of agents that sit a round out are worth")]
    public AbsentMemory AbsentMemory { get; init; }

    /// <summary>How local gradients are corrected; as published by default.</summary>
    [Option("how local gradients are corrected: as published, or scaled down where the gradient has become smaller than the memory of it")]
    public CorrectionKind Correction { get; init; }
}
