using System.Numerics;
using static TorchSharp.torch;

namespace FedPG.Policies.Heads;

/// <summary>log pi of the actions that were chosen, of logits, and the weights of logits that follow from those of log pi.</summary>
internal sealed class ChosenActionHead : EvaluationHead
{
    private readonly Tensor _logs, _actions;

    /// <summary>Takes the logits on the CPU.</summary>
    /// <param name="logits">[n, M, A].</param>
    /// <param name="actions">The actions chosen, [n, M, 1], whole numbers of any type.</param>
    /// <param name="count">A.</param>
    /// <exception cref="ArgumentException">There is not one action for each row of logits.</exception>
    /// <exception cref="IndexOutOfRangeException">An action is none of 0 to A - 1.</exception>
    public ChosenActionHead(Tensor logits, Tensor actions, int count)
        : base(empty(logits.shape[..2], dtype: logits.dtype))
    {
        long[] given = actions.shape, needed = [.. logits.shape[..2], 1];
        if (!given.AsSpan().SequenceEqual(needed))
        {
            string found = string.Join(", ", given), pairs = string.Join(", ", needed);
            throw new ArgumentException($"[{found}] are no actions, one for each pair: [{pairs}]", nameof(actions));
        }
        Tensor z = logits.is_contiguous() ? logits : logits.detach().contiguous();
        (_actions, _logs) = (Plain(actions, logits.dtype), empty(logits.shape, dtype: logits.dtype));
        if (z.dtype == ScalarType.Float64) Choose<double>(z, count);
        else Choose<float>(z, count);
    }

    /// <inheritdoc/>
    public override Tensor WeightsOfGraph(Tensor weights)
    {
        (Tensor given, Tensor result) = (Fitting(weights), empty_like(_logs));
        int count = (int)(_logs.NumberOfElements / Values.NumberOfElements);
        if (_logs.dtype == ScalarType.Float64) Slopes<double>(count, given, result);
        else Slopes<float>(count, given, result);
        return result;
    }

    private void Slopes<T>(int count, Tensor given, Tensor result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        SoftmaxRows.Slopes<T>(Numbers<T>(_logs), count, Numbers<T>(_actions), Numbers<T>(given), Numbers<T>(result));

    private void Choose<T>(Tensor logits, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> logs = Numbers<T>(_logs), values = Numbers<T>(Values), actions = Numbers<T>(_actions);
        SoftmaxRows.Logs<T>(Numbers<T>(logits), count, logs);
        for (int k = 0; k < values.Length; k++) values[k] = logs.Slice(k * count, count)[int.CreateTruncating(actions[k])];
    }
}
