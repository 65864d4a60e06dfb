namespace FedPG.Federation.Evaluation;

/// <summary>How far agents are from their own optima. Stateless.</summary>
internal static class OwnGaps
{
    /// <summary>A uniform policy's gap below this share of the values it is the difference of is rounding.</summary>
    private const double Rounding = 1e-9;

    /// <summary>Adds what follows from the agents' objectives.</summary>
    /// <param name="result">A result.</param>
    /// <param name="optima">J_i*, [N]; null where unknown.</param>
    /// <param name="uniforms">J_i of the uniform policy, [N]; null where unknown.</param>
    public static EvaluationResult AddTo(EvaluationResult result, double[]? optima, double[]? uniforms)
    {
        if (optima is null) return result;
        double?[]? shares = uniforms is null
            ? null
            : [.. optima.Select((optimum, i) => Share(result.AgentObjectives[i], optimum, uniforms[i]))];
        return result with { OwnGap = Mean(result.AgentObjectives, optima), OwnShares = shares, WorstOwnGap = shares?.Max() };
    }

    /// <summary>The mean over agents of values less their optima; null where either is unknown.</summary>
    /// <param name="values">J_i, [N].</param>
    /// <param name="optima">J_i*, [N].</param>
    public static double? Mean(double[]? values, double[]? optima) =>
        values is null || optima is null ? null : values.Zip(optima, (value, optimum) => value - optimum).Sum() / values.Length;

    private static double? Share(double objective, double optimum, double uniform)
    {
        double whole = uniform - optimum;
        return whole > Rounding * Math.Max(Math.Abs(uniform), Math.Abs(optimum)) ? (objective - optimum) / whole : null;
    }
}
