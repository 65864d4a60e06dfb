using FedPG.Envs.Tabular.Sampling;

namespace FedPG.Federation.Evaluation;

/// <summary>What the server's policy is worth, known to nobody inside the federation.</summary>
/// <param name="Objective">J(thetabar), the mean over agents, without any entropy term.</param>
/// <param name="Gap">Objective minus the optimum of the average MDP; null where that is unknown.</param>
/// <param name="GradientNormSquared">||grad J(thetabar)||^2 of the plain objective; null where it is not known exactly.</param>
/// <param name="AgentObjectives">J_i(thetabar), [N].</param>
/// <param name="RegularisedObjective">E sum gamma^t (c_t + tau log pi), the mean over agents; null without entropy.</param>
/// <param name="RegularisedGap">That minus its own optimum at the current tau; null where unknown.</param>
public sealed record EvaluationResult(
    double Objective, double? Gap, double? GradientNormSquared, double[] AgentObjectives, double? RegularisedObjective, double? RegularisedGap)
{
    /// <summary>The standard error of <see cref="Objective"/>; null where it is exact, and for a single episode an agent.</summary>
    public double? ObjectiveError { get; init; }

    /// <summary>The standard errors of <see cref="AgentObjectives"/>, [N]; null where they are exact, or those of <see cref="AgentEpisodes"/>.</summary>
    public IReadOnlyList<double?>? AgentErrors { get; init; }

    /// <summary>What the episodes of each agent showed, [N]; null where none were played.</summary>
    public IReadOnlyList<EpisodeStatistics>? AgentEpisodes { get; init; }

    /// <summary>Why a run cannot go on from here, such as a system that its policy makes unstable; null for all that is well.</summary>
    public string? Error { get; init; }
}
