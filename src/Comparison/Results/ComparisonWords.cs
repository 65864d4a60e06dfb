using System.Globalization;
using FedPG.Comparison.Plan;
using FedPG.Comparison.Running;

namespace FedPG.Comparison.Results;

/// <summary>What a comparison says in words. Stateless.</summary>
internal static class ComparisonWords
{
    /// <summary>Fewer seeds than this give intervals that mean little.</summary>
    private const int FewSeeds = 5;

    /// <summary>What tuning chose.</summary>
    public static string Of(TunedSettings tuned)
    {
        if (tuned.Settings.Count == 0) return $"{tuned.Label}: nothing to tune";
        string figure = tuned.Figure is { } f && double.IsFinite(f)
            ? string.Create(CultureInfo.InvariantCulture, $", {f:G4} on the seeds of the tuning")
            : ", and everything tried diverged";
        return $"{tuned.Label}: {string.Join(" ", tuned.Settings)}{figure}";
    }

    /// <summary>What a reader of the table should know.</summary>
    public static IEnumerable<string> Notes(ComparisonPlan plan, IReadOnlyList<Standing> standings, bool byGap)
    {
        foreach (Standing standing in standings)
        {
            if (standing.Tuned.AtEdge.Count > 0)
                yield return $"warning: the best {string.Join(" and ", standing.Tuned.AtEdge)} of {standing.Contender.Label} lies at the "
                    + "end of what was tried; a better value may lie beyond";
            if (standing.Tuned.Figure is { } figure && double.IsPositiveInfinity(figure))
                yield return $"warning: every setting that was tried for {standing.Contender.Label} diverged";
            RunResult? diverged = standing.Runs.FirstOrDefault(r => r.Status == RunResult.Diverged);
            if (diverged is not null)
                yield return $"warning: {standing.Diverged} of {standing.Runs.Count} runs of {standing.Contender.Label} diverged and "
                    + $"count as infinitely bad; seed {diverged.Seed.ToString(CultureInfo.InvariantCulture)}: {diverged.Fault}";
        }
        if (plan.Seeds.Count > 1 && standings.All(s => s.Runs.All(r => r.Figure(byGap).Equals(s.Runs[0].Figure(byGap)))))
            yield return "all seeds gave the same figure "
                + "(nothing random is left with exact gradients and a fixed start): one seed would do";
        else if (plan.Seeds.Count < FewSeeds)
            yield return $"{plan.Seeds.Count} {(plan.Seeds.Count == 1 ? "seed gives" : "seeds give")} no interval "
                + "worth the name; ten are usual";
        if (plan.Budget is { Kind: BudgetKind.Seconds })
            yield return "with a budget of seconds the number of rounds depends on the machine and on what else runs on it";
    }
}
