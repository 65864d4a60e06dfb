using FedPG.Envs.Tabular.Sampling;

namespace FedPG.Federation.Evaluation;

/// <summary>What the server's policy is worth, known to nobody inside the federation.</summary>
/// <param name="Objective">J, the mean over agents at the policies that serve them, without any entropy term.</param>
/// <param name="Gap">Objective minus its optimum (<see cref="Evaluator.Optimal"/>); null where that is unknown.</param>
/// <param name="GradientNormSquared">||grad J(thetabar)||^2 of the plain objective; null where it is not known exactly.</param>
/// <param name="AgentObjectives">J_i at the policy that serves agent i, [N].</param>
/// <param name="RegularisedObjective">E sum gamma^t (c_t + tau log pi), the mean over agents; null without entropy.</param>
/// <param name="RegularisedGap">That minus its own optimum at the current tau; null where unknown.</param>
public sealed record EvaluationResult(
    double Objective, double? Gap, double? GradientNormSquared, double[] AgentObjectives, double? RegularisedObjective,
    double? RegularisedGap)
{
    /// <summary>The mean over agents of J_i - J_i*, from each agent's own optimum; null where those are unknown.</summary>
    public double? OwnGap { get; init; }

    /// <summary>
    /// The largest of <see cref="OwnShares"/>; null where own optima or the uniform policy's values are unknown, and where no agent has
    /// anything to gain over the uniform policy.
    /// </summary>
    public double? WorstOwnGap { get; init; }

    /// <summary>
    /// What is left of each agent's way from the uniform policy to its own optimum, (J_i - J_i*) / (J_i(uniform) - J_i*), [N]; null for an
    /// agent whose uniform policy is optimal but for rounding, and null as a whole where own optima or the uniform policy's values are
    /// unknown.
    /// </summary>
    public IReadOnlyList<double?>? OwnShares { get; init; }

    /// <summary>The standard error of <see cref="Objective"/>; null where it is exact, and for a single episode an agent.</summary>
    public double? ObjectiveError { get; init; }

    /// <summary>
    /// The standard errors of <see cref="AgentObjectives"/>, [N]; null where they are exact, or those of <see cref="AgentEpisodes"/>.
    /// </summary>
    public IReadOnlyList<double?>? AgentErrors { get; init; }

    /// <summary>What the episodes of each agent showed, [N]; null where none were played.</summary>
    public IReadOnlyList<EpisodeStatistics>? AgentEpisodes { get; init; }

    /// <summary>
    /// The share of episodes that succeeded, the mean over agents; null where none were played or the environment says nothing of success.
    /// </summary>
    public double? SuccessRate =>
        AgentEpisodes is { } played && played.All(e => e.SuccessRate is not null) ? played.Average(e => e.SuccessRate!.Value) : null;

    /// <summary>Why a run cannot go on from here, such as a system that its policy makes unstable; null where it can.</summary>
    public string? Error { get; init; }
}
