using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FedPG.Envs.Tabular.Sampling;

/// <summary>
/// A policy's probabilities as cumulative 32-bit thresholds, [S, stride] with the actions padded to a power of two. Action a is taken by a
/// number u when threshold[a-1] is less than u and u is at most threshold[a]; the last action and the padding hold the largest number, so
/// that rounding never leaves a gap. They stand as signed numbers of the same order (<see cref="AliasTable.Ordered"/>).
/// </summary>
internal sealed class PolicyTable
{
    private const double Scale = 4294967296.0;

    private readonly int _actions;
    private readonly int _stride;
    private readonly double[] _cumulative;

    /// <summary>Makes the arrays.</summary>
    /// <param name="states">S.</param>
    /// <param name="actions">A.</param>
    public PolicyTable(int states, int actions)
    {
        (_actions, _stride) = (actions, Stride(actions));
        // A power of two of cells a state: whole vectors but for a single state of one or two actions.
        _cumulative = new double[Math.Max(Vector256<double>.Count, states * _stride)];
        Thresholds = new int[_cumulative.Length];
        // Last actions and padding stay so; what stands before them is written again for every policy.
        Array.Fill(_cumulative, 1);
    }

    /// <summary>The thresholds, [S, stride].</summary>
    public int[] Thresholds { get; }

    /// <summary>The padded number of actions.</summary>
    public static int Stride(int actions) => (int)BitOperations.RoundUpToPowerOf2((uint)actions);

    /// <summary>Takes the probabilities of a policy in.</summary>
    /// <param name="probabilities">pi(a|s), [S, A].</param>
    public void Fill<T>(ReadOnlySpan<T> probabilities)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<double> target = _cumulative;
        for (; !probabilities.IsEmpty; probabilities = probabilities[_actions..], target = target[_stride..])
        {
            double sum = 0;
            for (int a = 0; a < _actions - 1; a++) target[a] = sum += double.CreateTruncating(probabilities[a]);
        }
        ToThresholds();
    }

    /// <summary>floor(2^32 sum) - 1, at least 0 and at most the largest number.</summary>
    private void ToThresholds()
    {
        if (!Avx.IsSupported)
        {
            for (int k = 0; k < _cumulative.Length; k++)
                Thresholds[k] = AliasTable.Ordered((uint)Math.Clamp((long)(_cumulative[k] * Scale) - 1, 0L, uint.MaxValue));
            return;
        }
        for (int k = 0; k < _cumulative.Length; k += Vector256<double>.Count)
        {
            Vector256<double> sum = Vector256.LoadUnsafe(in _cumulative[k]);
            Vector256<double> whole = Vector256.Max(Vector256.Floor(Vector256.Min(sum * Scale, Vector256.Create(Scale))),
                Vector256<double>.One);
            Avx.ConvertToVector128Int32WithTruncation(whole - Vector256.Create((Scale / 2) + 1)).StoreUnsafe(ref Thresholds[k]);
        }
    }
}
