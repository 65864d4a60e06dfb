using FedPG.Core.Metrics;
using FedPG.Envs.Returns;
using FedPG.Federation.Agents;

namespace FedPG.Cluster.Wire;

/// <summary>What an entry of a block's log is.</summary>
internal enum EntryKind
{
    /// <summary>The server sent a vector.</summary>
    Receive,

    /// <summary>The block may look at a vector.</summary>
    See,

    /// <summary>The block is asked something.</summary>
    Call,

    /// <summary>Observations start anew.</summary>
    Reset,

    /// <summary>The site puts by what its block has become before a round.</summary>
    Keep,

    /// <summary>The site says what a policy is worth to its agents.</summary>
    Evaluate,
}

/// <summary>
/// One thing that happened to a block. The same entries from the same state end in the same state, wherever they are run.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Data">The vector, [d], or the rows that are taken, [n, d]; null where there are none,
/// and for a vector that came with another block.</param>
/// <param name="Call">Which call; null for entries of another kind.</param>
/// <param name="Round">The round that is next, where the site puts its block by.</param>
/// <param name="IsLasting">Whether a checkpoint of the run goes on from there, so that it is kept until two more have come.</param>
/// <param name="Temperature">tau, where a policy is evaluated with entropy.</param>
/// <param name="Shared">The number of a vector that goes to all blocks, by which it is known
/// after it came once; 0 for other entries.</param>
[GenerateSerializer, Immutable, Alias("fedpg.entry")]
internal sealed record BlockEntry(EntryKind Kind, TensorData? Data = null, CallName? Call = null, int Round = 0, bool IsLasting = false,
    double? Temperature = null, long Shared = 0)
{
    public static BlockEntry Reset { get; } = new(EntryKind.Reset);
}

/// <summary>A call, by its place in a round; the rest is there to notice when the two sides do not mean the same.</summary>
/// <param name="Program">The round that is run, or the code of the exchange before round 0.</param>
/// <param name="Index">k, 0 for the round's first call.</param>
/// <param name="Kind">What is asked for.</param>
/// <param name="Name">The name of the message; empty where there is none.</param>
/// <param name="Round">The round that random numbers and the cohort belong to.</param>
[GenerateSerializer, Immutable, Alias("fedpg.call")]
internal sealed record CallName(int Program, int Index, AgentCallKind Kind, string Name, int Round)
{
    public override string ToString() => $"{Kind}{(Name.Length > 0 ? $" \"{Name}\"" : "")} of round {Round}";
}

/// <summary>What a block has become: it goes on from here on any machine.</summary>
/// <param name="Tensors">What agents and their estimator keep, rows [n, ...]; null for the start of
/// a run, where the worker knows it as well.</param>
/// <param name="Received">What the server has sent, [d].</param>
/// <param name="EnvSteps">Transitions sampled.</param>
/// <param name="Trajectories">Trajectories sampled.</param>
/// <param name="Rollouts">What the agents' latest observed batches showed, [n]; empty where none was.</param>
/// <param name="OwnRound">The round before which the site put the tensors by itself; null where they are not with the site.</param>
[GenerateSerializer, Immutable, Alias("fedpg.snapshot")]
internal sealed record BlockSnapshot(TensorData[]? Tensors, TensorData[] Received, long EnvSteps, long Trajectories,
    AgentRollout[] Rollouts, int? OwnRound = null);

/// <summary>The statistics of an agent's batch.</summary>
[GenerateSerializer, Immutable, Alias("fedpg.rollout")]
internal readonly record struct AgentRollout(long EnvSteps, double RewardSum, long Episodes)
{
    public static AgentRollout Of(RolloutStatistics rollout) => new(rollout.EnvSteps, rollout.RewardSum, rollout.Episodes);

    public RolloutStatistics ToStatistics() => new(EnvSteps, RewardSum, Episodes);
}

/// <summary>Entries for a block.</summary>
/// <param name="Session">The run, by the process that does it.</param>
/// <param name="Id">Counts the requests of a block: the same request again gives the same reply, and is not run again.</param>
/// <param name="First">The block's first agent.</param>
/// <param name="Count">n.</param>
/// <param name="From">The entries that came before these since the start of the session.</param>
/// <param name="Entries">The entries, in order; the reply is of the last one.</param>
/// <param name="Restore">What the block is to go on from; null where it is to go on from what it is.</param>
/// <param name="WantsState">Whether the reply is to hold the block's state.</param>
[GenerateSerializer, Immutable, Alias("fedpg.request")]
internal sealed record BlockRequest(
    Guid Session, long Id, int First, int Count, long From, BlockEntry[] Entries, BlockSnapshot? Restore, bool WantsState)
{
    /// <summary>The bytes of its vectors.</summary>
    public long Size =>
        Entries.Sum(e => e.Data?.Size ?? 0) + (Restore is { } from ? from.Received.Concat(from.Tensors ?? []).Sum(t => t.Size) : 0);
}

/// <summary>How a request went.</summary>
internal enum ReplyStatus
{
    /// <summary>It was run.</summary>
    Done,

    /// <summary>It still runs: ask again.</summary>
    Running,

    /// <summary>The worker does not know the session.</summary>
    NoSession,

    /// <summary>The request names a vector that the worker was not sent, or does not have any more.</summary>
    Lacking,

    /// <summary>The block is not where the request goes on from.</summary>
    Behind,

    /// <summary>The request is wrong, and would be everywhere.</summary>
    Refused,

    /// <summary>It failed, and would everywhere.</summary>
    Failed,
}

/// <summary>A block's reply.</summary>
/// <param name="Status">How it went.</param>
/// <param name="Message">Why not, in words; null where nothing is wrong.</param>
[GenerateSerializer, Immutable, Alias("fedpg.reply")]
internal sealed record BlockReply(ReplyStatus Status, string? Message = null)
{
    /// <summary>The request is to be sent again, whole.</summary>
    public static BlockReply Lacking { get; } = new(ReplyStatus.Lacking);

    /// <summary>What the last call gave, [d] or [n, d].</summary>
    [Id(0)]
    public TensorData? Value { get; init; }

    /// <summary>The weighted sum, [d], where a mean is not the plain one.</summary>
    [Id(1)]
    public TensorData? Weighted { get; init; }

    /// <summary>Whether the last entry was a call that somebody of the block took part in.</summary>
    [Id(2)]
    public bool HasAnswer { get; init; }

    /// <summary>The first agent whose numbers are not finite, and why where that is known.</summary>
    [Id(3)]
    public int? DivergedAgent { get; init; }

    /// <summary>Why that agent diverged.</summary>
    [Id(4)]
    public string? DivergedFault { get; init; }

    /// <summary>What is seen of the block from outside.</summary>
    [Id(5)]
    public ObservationData? Observations { get; init; }

    /// <summary>What the block keeps, where it was asked for.</summary>
    [Id(6)]
    public TensorData[]? State { get; init; }

    /// <summary>Whether the block keeps anything from round to round.</summary>
    [Id(7)]
    public bool KeepsState { get; init; }

    /// <summary>Seconds the worker took for it.</summary>
    [Id(8)]
    public double Seconds { get; init; }

    /// <summary>What the policy is worth to the block's agents, their mean, where that was asked.</summary>
    [Id(9)]
    public double? Objective { get; init; }

    /// <summary>The standard error of that.</summary>
    [Id(10)]
    public double? ObjectiveError { get; init; }

    /// <summary>The bytes of its vectors.</summary>
    public long Size => (State ?? []).Concat(new[] { Value, Weighted }.OfType<TensorData>()).Sum(t => t.Size);
}

/// <summary>What the agents of a block recorded under one name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Kind">How recordings become one number.</param>
/// <param name="Sums">The sums of each agent's recordings, or its latest one, [n].</param>
/// <param name="Counts">Their numbers, [n].</param>
[GenerateSerializer, Immutable, Alias("fedpg.metric")]
internal sealed record MetricData(string Name, MetricKind Kind, double[] Sums, long[] Counts)
{
    public static MetricData Of(MetricRows rows) => new(rows.Name, rows.Kind, [.. rows.Sums], [.. rows.Counts]);

    public MetricRows ToRows() => new(Name, Kind, Sums, Counts);
}

/// <summary>What is seen of a block from outside, for the logs.</summary>
/// <param name="Agents">n.</param>
/// <param name="Metrics">What the agents recorded in the round.</param>
/// <param name="EnvSteps">Transitions sampled since the start.</param>
/// <param name="Trajectories">Trajectories sampled since the start.</param>
/// <param name="AgentRollouts">What the agents' latest observed batches showed, [n]; empty where none was.</param>
[GenerateSerializer, Immutable, Alias("fedpg.observations-2")]
internal sealed record ObservationData(
    int Agents, MetricData[] Metrics, long EnvSteps, long Trajectories, AgentRollout[] AgentRollouts) : IBlockObservations
{
    int IBlockObservations.Count => Agents;

    IEnumerable<MetricRows> IBlockObservations.Recorded => Metrics.Select(metric => metric.ToRows());

    IReadOnlyList<RolloutStatistics> IBlockObservations.Rollouts => [.. AgentRollouts.Select(r => r.ToStatistics())];

    /// <summary>Of agents that nothing was seen of.</summary>
    public static ObservationData None(int agents) => new(agents, [], 0, 0, []);

    /// <summary>The same after <see cref="EntryKind.Reset"/>.</summary>
    public ObservationData Reset() => this with { Metrics = [] };
}
