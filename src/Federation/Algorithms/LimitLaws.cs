namespace FedPG.Federation.Algorithms;

/// <summary>
/// Where an algorithm stays with a small constant step, to first order near a minimum: by how much its own correction of the drift, and the
/// way it samples, change what plain local steps would leave. Null where no law is known.
/// </summary>
/// <param name="Heterogeneity">
/// Its displacement from the optimum by different agents, as a multiple of that of plain local steps, eta (H - 1) / 2 Abar^+ mean(A_i b_i);
/// 0 where the optimum is a fixed point.
/// </param>
/// <param name="Noise">Its noise floor as a multiple of alpha tr(Sigma) / (4 N H B), alpha = alpha_g eta H.</param>
internal sealed record LimitLaws(double? Heterogeneity, double? Noise)
{
    /// <summary>No law is known.</summary>
    public static LimitLaws Unknown { get; } = new(null, null);

    /// <summary>The optimum is a fixed point, and each of the N H batches of a round counts once.</summary>
    public static LimitLaws Unbiased { get; } = new(0, 1);

    /// <summary>Plain local steps.</summary>
    public static LimitLaws PlainLocalSteps { get; } = new(1, 1);
}
