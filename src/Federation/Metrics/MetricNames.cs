namespace FedPG.Federation.Metrics;

/// <summary>
/// The names of the metrics that every run has. TensorBoard shows them by these names; metrics.csv has columns of its own for some of them.
/// </summary>
internal static class MetricNames
{
    /// <summary>The mean over agents and local steps of ||theta_i - thetabar||^2.</summary>
    public const string Drift = "federated/drift";

    /// <summary>The mean over agents of ||mbar - m_i||; 0 for algorithms without memories.</summary>
    public const string CorrectionNorm = "federated/correction_norm";

    /// <summary>The mean over agents of min(1, |g_i,H-1| / |m_i|): what local steps left of the gradient of the memory.</summary>
    public const string GradientLeft = "federated/gradient_left";

    /// <summary>The mean over agents and local steps of the scale of a guarded correction, 1 where it is whole.</summary>
    public const string CorrectionScale = "federated/correction_scale";

    /// <summary>J, the mean over agents.</summary>
    public const string Objective = "federated/objective";

    /// <summary>J minus its optimum.</summary>
    public const string Gap = "federated/gap";

    /// <summary>The mean over agents of J_i - J_i*, from each agent's own optimum.</summary>
    public const string OwnGap = "federated/own_gap";

    /// <summary>The largest share of its own uniform gap that an agent keeps.</summary>
    public const string WorstOwnGap = "federated/worst_own_gap";

    /// <summary>||grad J(thetabar)|| of the plain gradient.</summary>
    public const string GradientNorm = "federated/grad_norm";

    /// <summary>The standard error of the objective.</summary>
    public const string ObjectiveError = "federated/objective_se";

    /// <summary>The objective with entropy.</summary>
    public const string RegularisedObjective = "federated/regularized_objective";

    /// <summary>That minus its own optimum.</summary>
    public const string RegularisedGap = "federated/regularized_gap";

    /// <summary>Bytes from agents to server since the start.</summary>
    public const string BytesUp = "federated/bytes_up";

    /// <summary>Bytes from server to agents since the start.</summary>
    public const string BytesDown = "federated/bytes_down";

    /// <summary>The mean undiscounted return of the episodes of the agents' latest observed batches.</summary>
    public const string EpisodeReturn = "rollout/ep_rew_mean";

    /// <summary>The mean length of those episodes.</summary>
    public const string EpisodeLength = "rollout/ep_len_mean";

    /// <summary>The share of an evaluation's episodes that succeeded, the mean over agents.</summary>
    public const string SuccessRate = "eval/success_rate";

    /// <summary>Transitions a second since the round before.</summary>
    public const string StepsPerSecond = "time/fps";

    /// <summary>Transitions sampled since the start; a curve over it lets others be drawn by env-steps.</summary>
    public const string EnvSteps = "time/env_steps";

    /// <summary>Whether a metric belongs to every run, so that it is no appended column of metrics.csv.</summary>
    /// <param name="name">The name.</param>
    internal static bool IsOfEveryRun(string name) => name is Drift or CorrectionNorm or GradientLeft or CorrectionScale or Objective or Gap
        or OwnGap or WorstOwnGap or GradientNorm or ObjectiveError
        or RegularisedObjective or RegularisedGap or BytesUp or BytesDown or EpisodeReturn or EpisodeLength or SuccessRate
        or StepsPerSecond or EnvSteps
        || name.StartsWith("diagnostics/", StringComparison.Ordinal);
}
