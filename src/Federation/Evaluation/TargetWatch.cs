using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Federation.Setup;

namespace FedPG.Federation.Evaluation;

/// <summary>Counts the evaluations in a row that reach the target at which a run ends. One thread at a time.</summary>
/// <param name="target">The target.</param>
internal sealed class TargetWatch(StopAtOptions target)
{
    /// <summary>The latest evaluations in a row that reach it.</summary>
    public int Held { get; set; }

    /// <summary>Whether the target was held for long enough.</summary>
    public bool IsReached => Held >= target.Held;

    /// <summary>Refuses a target whose figure no evaluation of an experiment shows.</summary>
    /// <param name="name">The experiment, for the message.</param>
    /// <param name="evaluator">Its evaluator.</param>
    /// <param name="environment">Its environment.</param>
    /// <exception cref="InvalidInputException">The figure is not known.</exception>
    public void Require(string name, Evaluator evaluator, FederatedEnvironment environment)
    {
        string? missing = target.Column switch
        {
            StopAtOptions.OfGap when evaluator.Optimal is null => "the optimum is not known",
            StopAtOptions.OfOwnGap when evaluator.AgentOptima is null => "agents' own optima are not known",
            StopAtOptions.OfWorstOwnGap when evaluator.AgentOptima is null || evaluator.AgentUniforms is null =>
                "agents' own optima are not known",
            StopAtOptions.OfReturn or StopAtOptions.OfSuccess when evaluator.EpisodeLength == 0 => "evaluations play no episodes",
            StopAtOptions.OfSuccess when environment.SuccessAbove is null => $"{environment.Name} does not say which episodes succeed",
            _ => null,
        };
        if (missing is null) return;
        throw new InvalidInputException(
            new ValidationError(name, "stopAt.column", $"\"{target.Column}\"", $"must be a figure that evaluations show; here {missing}"));
    }

    /// <summary>Takes the next evaluation.</summary>
    /// <param name="evaluation">Its result.</param>
    public void See(EvaluationResult evaluation) => Held = IsMetBy(evaluation) ? Held + 1 : 0;

    private bool IsMetBy(EvaluationResult evaluation) => target.Column switch
    {
        StopAtOptions.OfGap => evaluation.Gap <= target.Value,
        StopAtOptions.OfOwnGap => evaluation.OwnGap <= target.Value,
        StopAtOptions.OfWorstOwnGap => evaluation.WorstOwnGap <= target.Value,
        StopAtOptions.OfReturn => evaluation.AgentEpisodes?.All(played => played.Return >= target.Value) == true,
        StopAtOptions.OfSuccess => evaluation.AgentEpisodes?.All(played => played.SuccessRate >= target.Value) == true,
        _ => evaluation.Objective <= target.Value,
    };
}
