using System.Globalization;
using FedPG.Experiments.Runs;

namespace FedPG.Cli.Train;

/// <summary>What a run says at its end where the correction of local steps made its policy worse on the way. Stateless.</summary>
internal static class HurtingCorrection
{
    /// <summary>The line; null where correction did not hurt.</summary>
    /// <param name="summary">The end of a run.</param>
    public static string? Of(RunSummary summary)
    {
        if (summary.Setback is not { } setback) return null;
        string share = setback.Share > 1
            ? "more than was gained" : string.Create(CultureInfo.InvariantCulture, $"{100 * setback.Share:F0} % of what was gained");
        string rise = string.Create(CultureInfo.InvariantCulture, $"from round {setback.From} to {setback.To} the objective rose again by "
            + $"{share}, while local steps left {100 * setback.GradientLeft:F0} % of gradients");
        const string advice = "try fewer federation.localSteps or a smaller localStepSize, fedavg, or federation.correction=guarded";
        return $"correction hurts: {rise}; {advice}";
    }
}
