using FedPG.Federation.Evaluation.Episodic;
using FedPG.Federation.Evaluation.Tabular;

namespace FedPG.Federation.Evaluation;

/// <summary>What objectives are, as <c>summary.json</c> names it, and in words. Stateless.</summary>
internal static class ObjectiveKind
{
    /// <summary>J of the costs 1 - r.</summary>
    public const string Regret = "regret";

    /// <summary>J of the costs -r.</summary>
    public const string Reward = "reward";

    /// <summary>The error of state values against a fixed point that is known (<see cref="ValueErrorEvaluator"/>).</summary>
    public const string SquaredValueError = "squared-value-error";

    /// <summary>The error of state values against returns of held-out episodes (<see cref="ReturnErrorEvaluator"/>).</summary>
    public const string SquaredReturnError = "squared-return-error";

    /// <summary>Whether it is an error of values, and not what a policy is worth.</summary>
    /// <param name="minimised">The name.</param>
    public static bool IsOfValues(string minimised) => minimised is SquaredValueError or SquaredReturnError;

    /// <summary>What the objective is, for people.</summary>
    /// <param name="minimised">The name.</param>
    public static string InWords(string minimised) => minimised switch
    {
        Regret => "expected discounted regret (1 - r), minimised",
        Reward => "expected discounted cost (-r), minimised",
        SquaredValueError =>
            "mean squared error of the values against each agent's own fixed point; the optimum is what one set of weights can reach",
        SquaredReturnError =>
            "mean squared error of the values against discounted returns of held-out episodes, which vary themselves: it does not go to 0",
        _ => minimised,
    };
}
