using System.Globalization;
using FedPG.Experiments.Runs;
using FedPG.Federation.Evaluation;

namespace FedPG.Cli.Train;

/// <summary>What the steps changed that agents took by themselves after the last round. Stateless.</summary>
internal static class PersonaliseLine
{
    /// <summary>The line; null where they took none.</summary>
    /// <param name="summary">The end of a run.</param>
    public static string? Of(RunSummary summary)
    {
        if (summary.BeforePersonalise is not { } before) return null;
        string change = summary is { OwnGap: { } own, UniformOwnGap: > 0 and { } whole } && before is { OwnGap: { } ownBefore }
            ? $"own gaps went from {Share(ownBefore / whole)} to {Share(own / whole)} of the uniform policy's"
                + (summary.WorstOwnGap is { } worst && before.WorstOwnGap is { } worstBefore
                    ? $", of the worst agent from {Share(worstBefore)} to {Share(worst)}"
                    : "")
            : $"the mean {(summary.Minimised == ObjectiveKind.Reward ? "discounted return" : "objective")} went "
                + $"from {Number(Shown(before))} to {Number(Shown(summary))}";
        return string.Create(CultureInfo.InvariantCulture,
            $"personalise, each agent by itself: {change}; {summary.EnvSteps - before.EnvSteps:N0} of the env-steps");
    }

    /// <summary>What is minimised is -r where rewards count as they are: people read the return.</summary>
    private static double Shown(RunSummary summary) =>
        summary.Minimised == ObjectiveKind.Reward ? -summary.Objective : summary.Objective;

    private static string Share(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:F2} %");

    private static string Number(double value) => value.ToString("F4", CultureInfo.InvariantCulture);
}
