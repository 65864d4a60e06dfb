using System.Globalization;

namespace FedPG.Experiments.Runs;

/// <summary>
/// What one policy for all agents costs them, as people read it: a small gap to the best common policy says nothing about how far agents
/// are from what each could reach alone. Stateless.
/// </summary>
internal static class PriceOfOnePolicy
{
    /// <summary>A price below this share of the uniform policy's own gap is not worth a line.</summary>
    private const double Noticeable = 0.1;

    /// <summary>
    /// The line; null where the price is small or unknown, or where there is none because each agent is served by itself.
    /// </summary>
    /// <param name="summary">The end of a run.</param>
    public static string? Of(RunSummary summary)
    {
        if (summary is not { OwnGap: { } own, WorstOwnGap: { } worst, UniformOwnGap: > 0 and { } uniform, Agents.Count: > 1 }) return null;
        // The gap counts from the best common policy, the own gap from the agents' own optima:
        // their difference stays when training is over.
        double? price = (own - summary.Gap) / uniform;
        if (price is null ? worst <= 0.5 : !(price > Noticeable)) return null;
        string name = summary.Agents.MaxBy(agent => agent.OwnShare ?? double.MinValue)!.Name;
        string agents = string.Create(CultureInfo.InvariantCulture,
            $"agents keep {Share(own / uniform)} of their own uniform gap, {name} {Share(worst)}");
        string why = price is { } part
            ? $"the best common policy leaves {Share(part)}"
            : "whether a common policy can do better is unknown";
        return $"one policy serves all agents: {agents}; {why}; policy.context tells the policy whom it serves";
    }

    private static string Share(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:F1} %");
}
