using System.Text.Json.Serialization;
using FedPG.Experiments.Diagnosis;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Setup;

namespace FedPG.Experiments.Runs;

/// <summary>One agent of a summary.</summary>
/// <param name="Name">The agent.</param>
/// <param name="Objective">J_i of the final policy.</param>
/// <param name="Optimum">The agent's own optimum; null where unknown.</param>
public sealed record AgentSummary(string Name, double Objective, double? Optimum)
{
    /// <summary>
    /// The mean undiscounted return of the episodes it was evaluated with; null, and left out, where it is known exactly.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Return { get; init; }

    /// <summary>
    /// The share of those episodes that succeeded; null, and left out, where none were played or the environment says nothing of success.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? SuccessRate { get; init; }

    /// <summary>
    /// What is left of the agent's way from the uniform policy to its own optimum, a share; null, and left out, where that is unknown,
    /// and where the uniform policy is the agent's optimum.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? OwnShare { get; init; }
}

/// <summary>The result of a run, as in summary.json.</summary>
public sealed record RunSummary
{
    /// <summary>The status of a run whose rounds were all run, or that reached its target.</summary>
    public const string Finished = "finished";

    /// <summary>The status of a run that was stopped between two rounds.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>finished or cancelled.</summary>
    public required string Status { get; init; }

    /// <summary>The experiment's name.</summary>
    public required string Name { get; init; }

    /// <summary>The algorithm.</summary>
    public required string Algorithm { get; init; }

    /// <summary>The seed.</summary>
    public required long Seed { get; init; }

    /// <summary>
    /// regret or reward: whether objectives are expected discounted sums of 1 - r or of -r; squared-value-error where values of a fixed
    /// policy are learned (squared-return-error in an episodic environment): a word of <see cref="ObjectiveKind"/>.
    /// </summary>
    [JsonPropertyName("minimised")]
    public required string Minimised { get; init; }

    /// <summary>The rounds that are done.</summary>
    public required int Rounds { get; init; }

    /// <summary>J of the final policy, the mean over agents.</summary>
    public required double Objective { get; init; }

    /// <summary>The standard error of the objective; null, and left out, where it is exact.</summary>
    [JsonPropertyName("objective_se")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ObjectiveError { get; init; }

    /// <summary>The optimum of the mean objective; null where unknown, as where kernels differ.</summary>
    public required double? Optimum { get; init; }

    /// <summary>Objective - optimum.</summary>
    public required double? Gap { get; init; }

    /// <summary>The same of the uniform policy; null where there is none.</summary>
    public required double? UniformGap { get; init; }

    /// <summary>The mean over agents of objective - own optimum; null where own optima are unknown.</summary>
    public double? OwnGap { get; init; }

    /// <summary>The largest share of its own uniform gap that an agent keeps; null where unknown.</summary>
    public double? WorstOwnGap { get; init; }

    /// <summary>The own gap of the uniform policy, the mean over agents; null where unknown.</summary>
    public double? UniformOwnGap { get; init; }

    /// <summary>
    /// The share of the last evaluation's episodes that succeeded, the mean over agents; null, and left out, where none were played or the
    /// environment says nothing of success.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? SuccessRate { get; init; }

    /// <summary>Seconds of training, evaluation and logs included, start-up left out.</summary>
    public required double Seconds { get; init; }

    /// <summary>Transitions sampled.</summary>
    [JsonPropertyName("env_steps")]
    public required long EnvSteps { get; init; }

    /// <summary>Trajectories sampled; 0 where the estimator samples none, or does not say how many.</summary>
    public long Trajectories { get; init; }

    /// <summary>Bytes that crossed, both directions.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes from agents to server.</summary>
    [JsonPropertyName("bytes_up")]
    public required long BytesUp { get; init; }

    /// <summary>Bytes from server to agents.</summary>
    [JsonPropertyName("bytes_down")]
    public required long BytesDown { get; init; }

    /// <summary>Each agent.</summary>
    public required IReadOnlyList<AgentSummary> Agents { get; init; }

    /// <summary>What is left of the gap, and why; null for a run that did not finish, and where the problem is not known exactly.</summary>
    public Certificate? Certificate { get; init; }

    /// <summary>Rounds in which the correction of local steps made the policy worse; null, and left out, where there were none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CorrectionSetback? Setback { get; init; }

    /// <summary>
    /// The summary of the same run after its last round, before agents took steps by themselves (<c>personalise</c>): the other figures
    /// are those of the policies after them. Null, and left out, where they took none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunSummary? BeforePersonalise { get; init; }

    /// <summary>
    /// The target that was reached, so that the run ended with the evaluation that <see cref="Rounds"/> names; null, and left out, where
    /// all rounds were run.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StopAtOptions? StoppedAt { get; init; }

    /// <summary>The rounds that the policy in policy/best was trained for; null, and left out, where none was kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? BestRound { get; init; }

    /// <summary>
    /// Its objective at that evaluation; null, and left out, where none was kept. Of estimates the lowest is too low by luck: play other
    /// episodes to judge it.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? BestObjective { get; init; }

    /// <summary>The policy of another run that it started from; null, and left out, where it started by itself.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StartPolicy? Start { get; init; }

    /// <summary>The run folder; null, and left out, for a run without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Folder { get; init; }
}
