using System.Numerics;

namespace FedPG.Policies.Heads;

/// <summary>The derivatives of log pi and of the entropy by mu and s = log sigma, pair by pair, in double precision. Stateless.</summary>
internal static class GaussianSlopes
{
    private static readonly double LogRootTwoPi = 0.5 * Math.Log(2 * Math.PI);

    /// <summary>log pi(a) = sum_k -u_k^2 / 2 - s_k - log sqrt(2 pi), u_k = (a_k - mu_k) / sigma_k.</summary>
    /// <param name="heads">[M, stride], mu and s first.</param>
    /// <param name="stride">The numbers of a head.</param>
    /// <param name="size">k, the numbers of an action.</param>
    /// <param name="actions">[M, k].</param>
    /// <param name="logs">[M], overwritten.</param>
    public static void Logs<T>(ReadOnlySpan<T> heads, int stride, int size, ReadOnlySpan<T> actions, Span<double> logs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int p = 0; p < logs.Length; p++)
        {
            ReadOnlySpan<T> head = heads.Slice(p * stride, stride);
            double log = 0;
            for (int k = 0; k < size; k++)
            {
                double s = double.CreateTruncating(head[size + k]), u = Noise(head, size, k, actions[(p * size) + k], s);
                log -= (0.5 * u * u) + s + LogRootTwoPi;
            }
            logs[p] = log;
        }
    }

    /// <summary>d log pi / dmu_k = u_k / sigma_k, d log pi / ds_k = u_k^2 - 1; dH / ds_k = 1.</summary>
    /// <param name="heads">[M, stride], mu and s first.</param>
    /// <param name="stride">The numbers of a head.</param>
    /// <param name="size">k, the numbers of an action.</param>
    /// <param name="actions">[M, k].</param>
    /// <param name="logWeights">w, [M].</param>
    /// <param name="entropyWeight">e.</param>
    /// <param name="slopes">Of w log pi(a) + e H, [M, stride], overwritten; 0 behind s.</param>
    /// <returns>The sum of H = sum_k s_k + 1/2 + log sqrt(2 pi).</returns>
    public static double Write<T>(
        ReadOnlySpan<T> heads, int stride, int size, ReadOnlySpan<T> actions, ReadOnlySpan<double> logWeights, double entropyWeight,
        Span<T> slopes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double entropies = 0;
        for (int p = 0; p < logWeights.Length; p++)
        {
            ReadOnlySpan<T> head = heads.Slice(p * stride, stride);
            Span<T> to = slopes.Slice(p * stride, stride);
            double weight = logWeights[p];
            for (int k = 0; k < size; k++)
            {
                double s = double.CreateTruncating(head[size + k]), u = Noise(head, size, k, actions[(p * size) + k], s);
                to[k] = T.CreateTruncating(weight * u * Math.Exp(-s));
                to[size + k] = T.CreateTruncating((weight * ((u * u) - 1)) + entropyWeight);
                entropies += s + 0.5 + LogRootTwoPi;
            }
            to[(2 * size)..].Clear();
        }
        return entropies;
    }

    private static double Noise<T>(ReadOnlySpan<T> head, int size, int k, T action, double s)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        (double.CreateTruncating(action) - double.CreateTruncating(head[k])) * Math.Exp(-s);
}
