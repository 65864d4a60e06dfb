using FedPG.Policies.Episodic;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Episodic;

/// <summary>
/// The observations and actions of a batch of trajectories, M_i pairs of each agent of a block, in arrays that are used again. They are
/// evaluated in chunks of a fixed size, so that an agent's bits do not depend on how many pairs others have, and as many chunks at once as
/// fill a batch, whosever they are.
/// </summary>
internal sealed class RolloutBuffer : IDisposable
{
    /// <summary>
    /// Pairs that are differentiated at once: an evaluation and its backward pass have a fixed cost, and the numbers between the layers
    /// have to fit into the cache.
    /// </summary>
    private const int LargestBatch = 2048;

    private readonly Device _device;
    private readonly int[] _owners;

    /// <summary>Creates the arrays.</summary>
    /// <param name="policy">The policy that meets them.</param>
    /// <param name="agents">n.</param>
    /// <param name="most">The most pairs that an agent may meet.</param>
    public RolloutBuffer(EpisodicPolicy policy, int agents, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(policy.ChunkSize, 1, nameof(policy));
        Chunk = Math.Min(policy.ChunkSize, RoundedUp(most, 16));
        Capacity = RoundedUp(most, Chunk);
        (ScalarType dtype, _device) = (policy.Format.Dtype, policy.Format.Device);
        Observations = zeros(agents, Capacity, policy.ObservationSize, dtype: dtype).DetachFromDisposeScope();
        Actions = zeros(agents, Capacity, policy.ActionSize, dtype: dtype).DetachFromDisposeScope();
        Weights = zeros(agents, Capacity, dtype: dtype).DetachFromDisposeScope();
        Visits = zeros(agents, Capacity, dtype: dtype).DetachFromDisposeScope();
        Counts = new int[agents];
        _owners = new int[agents * Capacity];
    }

    /// <summary>Pairs of a chunk.</summary>
    public int Chunk { get; }

    /// <summary>The most pairs of an agent: whole chunks.</summary>
    public int Capacity { get; }

    /// <summary>M_i, [n].</summary>
    public int[] Counts { get; }

    /// <summary>What was seen, [n, Capacity, m]; 0 beyond M_i to the end of its last chunk.</summary>
    public Tensor Observations { get; }

    /// <summary>What was done, [n, Capacity, ActionSize]; 0 beyond M_i to the end of its last chunk.</summary>
    public Tensor Actions { get; }

    /// <summary>Score weights, [n, Capacity]; 0 beyond M_i.</summary>
    public Tensor Weights { get; }

    /// <summary>Shares of the discounted visits, [n, Capacity], written where they are asked for; 0 beyond M_i.</summary>
    public Tensor Visits { get; }

    /// <summary>The trajectory of each pair of an agent, [Capacity]; those beyond M_i are of earlier batches.</summary>
    /// <param name="agent">Its row.</param>
    public Span<int> OwnersOf(int agent) => _owners.AsSpan(agent * Capacity, Capacity);

    /// <summary>The chunks that hold pairs, agent by agent, in batches.</summary>
    public IEnumerable<BufferChunks> Batches()
    {
        List<(int Agent, int First)> chunks = [];
        for (int agent = 0; agent < Counts.Length; agent++)
        {
            for (int first = 0; first < Counts[agent]; first += Chunk) chunks.Add((agent, first));
        }
        return chunks.Chunk(Math.Max(1, LargestBatch / Chunk)).Select(some => new BufferChunks(some, Chunk, _device));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Observations.Dispose();
        Actions.Dispose();
        Weights.Dispose();
        Visits.Dispose();
    }

    private static int RoundedUp(int number, int multiple) => (number + multiple - 1) / multiple * multiple;
}
