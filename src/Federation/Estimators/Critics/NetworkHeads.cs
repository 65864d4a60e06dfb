using System.Numerics;
using FedPG.Core.Streams;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Networks;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Critics;

/// <summary>The heads of any policy on observations, differentiated by autograd: all agents of the block in the same operations.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="policy">The block's policy, with values and slopes.</param>
internal class NetworkHeads<T>(EpisodicPolicy policy) : HeadSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly IActor<T> _actor = policy.CreateActor<T>();
    private readonly int _statistics =
        policy.Layout.Slices.FirstOrDefault(slice => slice.Name == NormalisedNetwork.First)?.Offset ?? 0;

    private int[] _pairs = [];
    private Tensor? _rows;

    /// <inheritdoc/>
    public sealed override int Seen => policy.ObservationSize;

    /// <inheritdoc/>
    public sealed override int ActionSize => policy.ActionSize;

    /// <inheritdoc/>
    public sealed override int HeadSize => policy.HeadSize;

    /// <inheritdoc/>
    public sealed override void Encode(ReadOnlySpan<double> raw, int agent, Span<T> seen) => policy.Encoding.Encode(raw, agent, seen);

    /// <inheritdoc/>
    public sealed override int MemorySize => policy.MemorySize;

    /// <inheritdoc/>
    public sealed override void See(ReadOnlySpan<double> raw, int agent, bool goesOn, ReadOnlySpan<T> memory, Span<T> seen) =>
        policy.See(raw, agent, goesOn, memory, seen);

    /// <inheritdoc/>
    public sealed override ReadOnlySpan<T> MemoryOf(ReadOnlySpan<T> head) => policy.MemoryOf(head);

    /// <inheritdoc/>
    public sealed override void ActWith(Tensor rows) => _rows = rows;

    /// <inheritdoc/>
    public sealed override void ActFor(int row)
    {
        int d = policy.Layout.Length;
        _actor.SetParameters(_rows!.Span<T>().Slice(row * d, d));
    }

    /// <inheritdoc/>
    public sealed override void Heads(ReadOnlySpan<T> seen, int count, Span<T> heads) => _actor.Heads(seen, count, heads);

    /// <inheritdoc/>
    public sealed override void Draw(
        ReadOnlySpan<T> heads, in StreamKey stream, int time, ReadOnlySpan<int> numbers, Span<double> actions, Span<double> logs) =>
        policy.Draw(heads, stream, time, numbers, actions, logs);

    /// <inheritdoc/>
    public sealed override void Logs(ReadOnlySpan<T> heads, ReadOnlySpan<T> actions, Span<double> logs) =>
        policy.Logs(heads, actions, logs);

    /// <inheritdoc/>
    public sealed override double PolicySlopes(
        ReadOnlySpan<T> heads, ReadOnlySpan<T> actions, ReadOnlySpan<double> logWeights, double entropyWeight, Span<T> slopes) =>
        policy.Slopes(heads, actions, logWeights, entropyWeight, slopes);

    /// <inheritdoc/>
    public override void Gradients(Tensor rows, Tensor seen, ChosenPairs chosen, IHeadLoss<T> loss, Tensor gradients)
    {
        (int agents, int count, int m, int h) = ((int)rows.shape[0], chosen.Count, Seen, HeadSize);
        int all = (int)seen.shape[1];
        if (_pairs.Length < agents * count) _pairs = new int[agents * count];
        Tensor met = zeros([agents, count, m], dtype: rows.dtype);
        ReadOnlySpan<T> from = seen.Span<T>();
        Span<T> to = met.Span<T>();
        for (int i = 0; i < agents; i++)
        {
            if (chosen.Active is not null && !chosen.Active[i]) continue;
            Span<int> pairs = PairsOf(i, count, chosen);
            for (int k = 0; k < count; k++) from.Slice(((i * all) + pairs[k]) * m, m).CopyTo(to[(((i * count) + k) * m)..]);
        }
        PolicyEvaluation evaluation = policy.Evaluate(rows, met.to(rows.device), chosen.Sequences.Steps, heads => heads);
        Tensor given = evaluation.Output.cpu().contiguous(), slopes = zeros([agents, count, h], dtype: rows.dtype);
        ReadOnlySpan<T> heads = given.Span<T>();
        Span<T> by = slopes.Span<T>();
        for (int i = 0; i < agents; i++)
        {
            if (chosen.Active is not null && !chosen.Active[i]) continue;
            loss.Slopes(i, PairsOf(i, count), heads.Slice(i * count * h, count * h), by.Slice(i * count * h, count * h));
        }
        evaluation.Backward(slopes.to(rows.device), gradients);
    }

    /// <inheritdoc/>
    public sealed override void Adapt(Span<T> theta, ReadOnlySpan<T> seen) => policy.Normaliser?.Take(theta[_statistics..], seen);

    /// <inheritdoc/>
    public override void Dispose() => _actor.Dispose();

    private Span<int> PairsOf(int row, int count) => _pairs.AsSpan(row * count, count);

    private Span<int> PairsOf(int row, int count, ChosenPairs chosen)
    {
        Span<int> pairs = PairsOf(row, count);
        chosen.Write(row, pairs);
        return pairs;
    }
}
