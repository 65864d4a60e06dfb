namespace FedPG.Federation.Estimators.Critics;

/// <summary>
/// The derivatives of an agent's loss over M steps of its rollout,
/// <para>L = mean of w (-min(rho A, clip(rho, 1 - c, 1 + c) A) + c_v (V(o) - R)^2) - tau H(pi(.|o)), rho = pi(a|o) / pi_old(a|o),</para>
/// <para>
/// by log pi and by V, in double precision (Schulman et al. 2017, Eq. (7) and (9)). H is the entropy of the policy, not of the sample. w is
/// 1, or gamma^t. Without c the first term is -rho A. Values are not clipped. Stateless.
/// </para>
/// </summary>
internal static class CriticLoss
{
    /// <summary>dL / d log pi(a|o) = -w rho A / M, 0 where clipping has made the minimum constant.</summary>
    /// <param name="logs">log pi, [M].</param>
    /// <param name="old">log pi_old, [M].</param>
    /// <param name="advantages">A, [M].</param>
    /// <param name="weights">w, [M].</param>
    /// <param name="clip">c; null for none.</param>
    /// <param name="count">The M that the mean is over, which may be more steps than these.</param>
    /// <param name="shown">What the batch shows: sums are added.</param>
    /// <param name="slopes">[M], overwritten.</param>
    public static void PolicySlopes(
        ReadOnlySpan<double> logs, ReadOnlySpan<double> old, ReadOnlySpan<double> advantages, ReadOnlySpan<double> weights, double? clip,
        int count, UpdateSums shown, Span<double> slopes)
    {
        for (int k = 0; k < slopes.Length; k++)
        {
            double moved = logs[k] - old[k], ratio = Math.Exp(moved), a = advantages[k];
            bool isClipped = clip is { } c && (a > 0 ? ratio > 1 + c : ratio < 1 - c);
            slopes[k] = isClipped ? 0 : -weights[k] * ratio * a / count;
            shown.Clipped += isClipped ? 1 : 0;
            // E (rho - 1 - log rho) under pi_old is KL(pi_old, pi), without a negative term (Schulman 2020).
            shown.Divergence += ratio - 1 - moved;
        }
        shown.Pairs += slopes.Length;
    }

    /// <summary>dL / dV(o) = 2 w c_v (V - R) / M.</summary>
    /// <param name="value">V.</param>
    /// <param name="target">R.</param>
    /// <param name="weight">w.</param>
    /// <param name="valueWeight">c_v.</param>
    /// <param name="count">M.</param>
    public static double ValueSlope(double value, double target, double weight, double valueWeight, int count) =>
        2 * weight * valueWeight * (value - target) / count;
}

/// <summary>What the updates of a rollout showed of one agent, as sums over steps.</summary>
internal sealed class UpdateSums
{
    /// <summary>Steps.</summary>
    public double Pairs { get; set; }

    /// <summary>Those whose ratio was clipped.</summary>
    public double Clipped { get; set; }

    /// <summary>rho - 1 - log rho.</summary>
    public double Divergence { get; set; }

    /// <summary>H.</summary>
    public double Entropy { get; set; }

    /// <summary>(V - R)^2.</summary>
    public double ValueError { get; set; }

    /// <summary>Forgets all.</summary>
    public void Clear() => (Pairs, Clipped, Divergence, Entropy, ValueError) = (0, 0, 0, 0, 0);
}
