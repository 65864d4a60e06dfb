using System.Numerics;

namespace FedPG.Policies.Heads;

/// <summary>The derivatives of log pi and of the entropy by logits z, pair by pair, in double precision. Stateless.</summary>
internal static class SoftmaxSlopes
{
    /// <summary>log pi(a) = z_a - log sum_b exp z_b.</summary>
    /// <param name="heads">[M, stride], the logits first.</param>
    /// <param name="stride">The numbers of a head.</param>
    /// <param name="count">A.</param>
    /// <param name="actions">a, [M].</param>
    /// <param name="logs">[M], overwritten.</param>
    public static void Logs<T>(ReadOnlySpan<T> heads, int stride, int count, ReadOnlySpan<T> actions, Span<double> logs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<double> log = stackalloc double[count];
        for (int p = 0; p < logs.Length; p++)
        {
            _ = LogsOf(heads.Slice(p * stride, count), log);
            logs[p] = log[int.CreateTruncating(actions[p])];
        }
    }

    /// <summary>
    /// d log pi(a) / dz_b = 1[a = b] - pi_b and dH / dz_b = -pi_b (log pi_b + H), H = -sum_b pi_b log pi_b.
    /// </summary>
    /// <param name="heads">[M, stride], the logits first.</param>
    /// <param name="stride">The numbers of a head.</param>
    /// <param name="count">A.</param>
    /// <param name="actions">a, [M].</param>
    /// <param name="logWeights">w, [M].</param>
    /// <param name="entropyWeight">e.</param>
    /// <param name="slopes">Of w log pi(a) + e H, [M, stride], overwritten; 0 behind the logits.</param>
    /// <returns>The sum of H.</returns>
    public static double Write<T>(
        ReadOnlySpan<T> heads, int stride, int count, ReadOnlySpan<T> actions, ReadOnlySpan<double> logWeights, double entropyWeight,
        Span<T> slopes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<double> log = stackalloc double[count];
        double entropies = 0;
        for (int p = 0; p < logWeights.Length; p++)
        {
            double entropy = LogsOf(heads.Slice(p * stride, count), log), weight = logWeights[p];
            entropies += entropy;
            Span<T> to = slopes.Slice(p * stride, stride);
            for (int b = 0; b < count; b++)
                to[b] = T.CreateTruncating(-Math.Exp(log[b]) * (weight + (entropyWeight * (log[b] + entropy))));
            int chosen = int.CreateTruncating(actions[p]);
            to[chosen] += T.CreateTruncating(weight);
            to[count..].Clear();
        }
        return entropies;
    }

    /// <summary>Writes log pi; returns the entropy.</summary>
    private static double LogsOf<T>(ReadOnlySpan<T> logits, Span<double> log)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double largest = double.NegativeInfinity, sum = 0, mean = 0;
        foreach (T logit in logits) largest = Math.Max(largest, double.CreateTruncating(logit));
        for (int b = 0; b < logits.Length; b++)
        {
            double z = double.CreateTruncating(logits[b]) - largest, e = Math.Exp(z);
            (log[b], sum, mean) = (z, sum + e, mean + (e * z));
        }
        double logSum = Math.Log(sum);
        for (int b = 0; b < logits.Length; b++) log[b] -= logSum;
        return logSum - (mean / sum);
    }
}
