using System.Numerics;
using static TorchSharp.torch;

namespace FedPG.Policies.Observations;

/// <summary>log pi of the actions that were chosen, of logits, and the weights of logits that follow from those of log pi.</summary>
internal sealed class ChosenActionHead : EvaluationHead
{
    private readonly Tensor _logs, _actions;

    /// <summary>Takes the logits on the CPU.</summary>
    /// <param name="logits">[n, M, A].</param>
    /// <param name="actions">The actions chosen, [n, M, 1].</param>
    /// <param name="count">A.</param>
    public ChosenActionHead(Tensor logits, Tensor actions, int count)
        : base(empty(actions.shape[..2], dtype: logits.dtype))
    {
        Tensor z = logits.is_contiguous() ? logits : logits.detach().contiguous();
        (_actions, _logs) = (actions.is_contiguous() ? actions : actions.contiguous(), empty(logits.shape, dtype: logits.dtype));
        if (z.dtype == ScalarType.Float64) Choose<double>(z, count);
        else Choose<float>(z, count);
    }

    /// <inheritdoc/>
    public override Tensor WeightsOfGraph(Tensor weights)
    {
        if (weights.NumberOfElements != Values.NumberOfElements)
            throw new ArgumentException($"[{string.Join(", ", weights.shape)}] are no weights of [{string.Join(", ", Values.shape)}]", nameof(weights));
        (Tensor given, Tensor result) = (weights.is_contiguous() ? weights : weights.contiguous(), empty_like(_logs));
        int count = (int)(_logs.NumberOfElements / Values.NumberOfElements);
        if (_logs.dtype == ScalarType.Float64) SoftmaxRows.Slopes<double>(Numbers<double>(_logs), count, Numbers<double>(_actions), Numbers<double>(given), Numbers<double>(result));
        else SoftmaxRows.Slopes<float>(Numbers<float>(_logs), count, Numbers<float>(_actions), Numbers<float>(given), Numbers<float>(result));
        return result;
    }

    private void Choose<T>(Tensor logits, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> logs = Numbers<T>(_logs), values = Numbers<T>(Values), actions = Numbers<T>(_actions);
        SoftmaxRows.Logs<T>(Numbers<T>(logits), count, logs);
        for (int k = 0; k < values.Length; k++) values[k] = logs[(k * count) + int.CreateTruncating(actions[k])];
    }
}
