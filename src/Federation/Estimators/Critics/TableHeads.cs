using System.Numerics;
using FedPG.Core.Streams;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Heads;
using FedPG.Policies.Tabular;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Critics;

/// <summary>
/// The heads of a policy over listed states: logits and values of all states are evaluated once for a rollout, and once for an update,
/// which adds up the weights of a state's visits. What is seen is the state's number.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="policy">The block's policy.</param>
internal sealed class TableHeads<T>(SoftmaxActorCritic policy) : HeadSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T[] _table = [], _met = [], _slopes = [];
    private int[] _pairs = [];
    private int _row;

    /// <inheritdoc/>
    public override int Seen => 1;

    /// <inheritdoc/>
    public override int ActionSize => 1;

    /// <inheritdoc/>
    public override int HeadSize => policy.Actions + 1;

    private int TableSize => policy.States * HeadSize;

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<double> raw, int agent, Span<T> seen) => seen[0] = T.CreateTruncating(raw[0]);

    /// <inheritdoc/>
    public override void ActWith(Tensor rows)
    {
        using IDisposable scope = NewDisposeScope();
        Tensor heads = policy.EvaluateWithValues(rows.to(policy.Format.Device)).Output.cpu().contiguous();
        if (_table.Length == 0) _table = new T[heads.NumberOfElements];
        heads.Span<T>().CopyTo(_table);
    }

    /// <inheritdoc/>
    public override void ActFor(int row) => _row = row;

    /// <inheritdoc/>
    public override void Heads(ReadOnlySpan<T> seen, int count, Span<T> heads)
    {
        ReadOnlySpan<T> table = _table.AsSpan(_row * TableSize, TableSize);
        for (int k = 0; k < count; k++) table.Slice(StateOf(seen[k]) * HeadSize, HeadSize).CopyTo(heads[(k * HeadSize)..]);
    }

    /// <inheritdoc/>
    public override void Draw(
        ReadOnlySpan<T> heads, in StreamKey stream, int time, ReadOnlySpan<int> numbers, Span<double> actions, Span<double> logs)
    {
        for (int k = 0; k < numbers.Length; k++)
        {
            ReadOnlySpan<T> head = heads.Slice(k * HeadSize, policy.Actions);
            logs[k] = SoftmaxHeads.Draw(head, new ActionKey(stream, numbers[k], time), actions.Slice(k, 1));
        }
    }

    /// <inheritdoc/>
    public override void Logs(ReadOnlySpan<T> heads, ReadOnlySpan<T> actions, Span<double> logs) =>
        SoftmaxSlopes.Logs(heads, HeadSize, policy.Actions, actions, logs);

    /// <inheritdoc/>
    public override double PolicySlopes(
        ReadOnlySpan<T> heads, ReadOnlySpan<T> actions, ReadOnlySpan<double> logWeights, double entropyWeight, Span<T> slopes) =>
        SoftmaxSlopes.Write(heads, HeadSize, policy.Actions, actions, logWeights, entropyWeight, slopes);

    /// <inheritdoc/>
    public override void Gradients(Tensor rows, Tensor seen, ChosenPairs chosen, IHeadLoss<T> loss, Tensor gradients)
    {
        (int agents, int all, int h) = ((int)rows.shape[0], (int)seen.shape[1], HeadSize);
        MakeRoom(chosen.Count);
        PolicyEvaluation evaluation = policy.EvaluateWithValues(rows);
        Tensor given = evaluation.Output.cpu().contiguous(), weights = zeros([agents, policy.States, h], dtype: rows.dtype);
        Span<T> sums = weights.Span<T>(), met = _met.AsSpan(0, chosen.Count * h), slopes = _slopes.AsSpan(0, chosen.Count * h);
        Span<int> pairs = _pairs.AsSpan(0, chosen.Count);
        for (int i = 0; i < agents; i++)
        {
            if (chosen.Active is not null && !chosen.Active[i]) continue;
            ReadOnlySpan<T> table = given.Span<T>().Slice(i * TableSize, TableSize), states = seen.Span<T>().Slice(i * all, all);
            Span<T> own = sums.Slice(i * TableSize, TableSize);
            chosen.Write(i, pairs);
            for (int k = 0; k < pairs.Length; k++) table.Slice(StateOf(states[pairs[k]]) * h, h).CopyTo(met[(k * h)..]);
            loss.Slopes(i, pairs, met, slopes);
            for (int k = 0; k < pairs.Length; k++)
            {
                Span<T> state = own.Slice(StateOf(states[pairs[k]]) * h, h);
                for (int j = 0; j < h; j++) state[j] += slopes[(k * h) + j];
            }
        }
        evaluation.Backward(weights.to(rows.device), gradients);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        // The policy is the block's.
    }

    private static int StateOf(T number) => int.CreateTruncating(number);

    private void MakeRoom(int count)
    {
        if (_pairs.Length < count) (_pairs, _met, _slopes) = (new int[count], new T[count * HeadSize], new T[count * HeadSize]);
    }
}
