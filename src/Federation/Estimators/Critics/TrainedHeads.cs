using System.Numerics;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Critics;

/// <summary>The heads of a policy that is differentiated without torch, one agent after another.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="policy">The block's policy, with values and slopes.</param>
/// <param name="training">Its heads.</param>
internal sealed class TrainedHeads<T>(EpisodicPolicy policy, IHeadTraining<T> training) : NetworkHeads<T>(policy)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T[] _met = [], _heads = [], _slopes = [];
    private int[] _pairs = [];

    /// <inheritdoc/>
    public override void Gradients(Tensor rows, Tensor seen, ChosenPairs chosen, IHeadLoss<T> loss, Tensor gradients)
    {
        (int agents, int d, int all, int m) = ((int)rows.shape[0], (int)rows.shape[1], (int)seen.shape[1], Seen);
        MakeRoom(chosen.Count);
        training.UseSequences(chosen.Sequences.Steps);
        ReadOnlySpan<T> thetas = rows.Span<T>(), from = seen.Span<T>();
        Span<T> to = gradients.Span<T>(), met = _met.AsSpan(0, chosen.Count * m);
        Span<T> heads = _heads.AsSpan(0, chosen.Count * HeadSize), slopes = _slopes.AsSpan(0, chosen.Count * HeadSize);
        Span<int> pairs = _pairs.AsSpan(0, chosen.Count);
        for (int i = 0; i < agents; i++)
        {
            Span<T> gradient = to.Slice(i * d, d);
            if (chosen.Active is not null && !chosen.Active[i])
            {
                gradient.Clear();
                continue;
            }
            chosen.Write(i, pairs);
            for (int k = 0; k < pairs.Length; k++) from.Slice(((i * all) + pairs[k]) * m, m).CopyTo(met[(k * m)..]);
            training.Forward(thetas.Slice(i * d, d), met, pairs.Length, heads);
            loss.Slopes(i, pairs, heads, slopes);
            training.Backward(met, slopes, gradient);
        }
    }

    private void MakeRoom(int count)
    {
        if (_pairs.Length >= count) return;
        (_met, _pairs) = (new T[count * Seen], new int[count]);
        (_heads, _slopes) = (new T[count * HeadSize], new T[count * HeadSize]);
    }
}
