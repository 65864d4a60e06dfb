namespace FedPG.Experiments.Diagnosis;

/// <summary>
/// What is left of the gap at the end of a run, and why, by laws that hold to first order near a minimum
/// and for a small alpha L. Numbers are null where unknown.
/// </summary>
public sealed record Certificate
{
    /// <summary>tau: the gap and all parts are those of the problem with this entropy weight.</summary>
    public required double Temperature { get; init; }

    /// <summary>J - J* at the final parameters.</summary>
    public required double? Gap { get; init; }

    /// <summary>
    /// The gap that different agents cause: delta' Abar delta / 2, delta = eta (H - 1) / 2 Abar^+
    /// mean(A_i b_i); 0 for algorithms that correct the drift.
    /// </summary>
    public required double? HeterogeneityBias { get; init; }

    /// <summary>The gap that the horizon causes: e' Abar^+ e / 2, e = grad_K J - grad J; 0 for exact gradients.</summary>
    public required double? TruncationBias { get; init; }

    /// <summary>What both displacements give together beyond their sum; null where either is unknown.</summary>
    public required double? Interaction { get; init; }

    /// <summary>
    /// The mean gap that noise keeps up: alpha tr(Sigma) / (4 N H B), or what the algorithm makes of it; 0 for exact gradients.
    /// </summary>
    public required double? NoiseFloor { get; init; }

    /// <summary>The standard error of <see cref="NoiseFloor"/>, from the batches tr(Sigma) was measured with.</summary>
    public required double? NoiseFloorError { get; init; }

    /// <summary>
    /// The gap without the parts: not converged yet, and the luck of the last round. Null where the gap or a part is unknown.
    /// </summary>
    public required double? Remainder { get; init; }

    /// <summary>
    /// b' Abar^+ b / 2 at the mean gradient b: what the gap would be if the objective were quadratic; near the gap where the laws hold.
    /// </summary>
    public required double? QuadraticGap { get; init; }

    /// <summary>alpha = alpha_g eta H of the last round.</summary>
    public required double Alpha { get; init; }

    /// <summary>alpha times the largest curvature of the mean objective; the laws want it small.</summary>
    public required double? AlphaL { get; init; }

    /// <summary>The most negative curvature of the mean objective, 0 or less; clearly below 0 the point is no minimum.</summary>
    public required double? NegativeCurvature { get; init; }

    /// <summary>Whether nothing speaks against the laws here.</summary>
    public required bool Valid { get; init; }

    /// <summary>What speaks against them, and why a part is missing.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
