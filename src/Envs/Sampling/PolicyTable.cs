using System.Numerics;

namespace FedPG.Envs.Sampling;

/// <summary>A policy's probabilities as cumulative 32-bit thresholds, [S, stride] with the actions padded to a power of two.</summary>
internal static class PolicyTable
{
    /// <summary>The padded number of actions.</summary>
    public static int Stride(int actions) => (int)BitOperations.RoundUpToPowerOf2((uint)actions);

    /// <summary>
    /// Action a is taken by a number u when threshold[a-1] is less than u and u is at most threshold[a]; the last action and the padding
    /// hold the largest number, so that rounding never leaves a gap.
    /// </summary>
    public static void Fill<T>(ReadOnlySpan<T> probabilities, int actions, Span<uint> thresholds)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int stride = Stride(actions), states = probabilities.Length / actions;
        thresholds.Fill(uint.MaxValue);
        for (int s = 0; s < states; s++)
        {
            double cumulative = 0;
            for (int a = 0; a < actions - 1; a++)
            {
                cumulative += double.CreateTruncating(probabilities[(s * actions) + a]);
                thresholds[(s * stride) + a] = (uint)Math.Clamp((long)(cumulative * 4294967296.0) - 1, 0L, uint.MaxValue);
            }
        }
    }
}
