using FedPG.Comparison.Running;
using FedPG.Core.Statistics;
using FedPG.Reporting.Curves;
using FedPG.Reporting.Figures;

namespace FedPG.Comparison.Results;

/// <summary>
/// The figures of a comparison: the gap (or objective) against rounds, bytes and env-steps, an interquartile mean over seeds with a band
/// from the first to the third quartile; and the table's figures with their intervals. Stateless.
/// </summary>
internal static class ComparisonFigures
{
    private const int MaxLegend = 7;

    private static readonly (string Name, string Label, Func<CsvTable, IReadOnlyList<double>> Of)[] Axes =
    [
        ("rounds", "communication rounds", t => t["round"]),
        ("bytes", "bytes, both directions, all agents", t => [.. t["bytes_up"].Zip(t["bytes_down"], (up, down) => up + down)]),
        ("env-steps", "env-steps, all agents", t => t["env_steps"]),
    ];

    /// <summary>The figures with the names of their files.</summary>
    public static IEnumerable<(string Name, Figure Figure)> Of(ComparisonFolder folder, ComparisonResult result)
    {
        CsvTable[][] runs =
            [.. result.Standings.Select(s => s.Runs.Select(r => RunCurves.Read(folder.RunOf(r.Label, r.Seed))).ToArray())];
        int[] styles = AlgorithmStyles.Of([.. result.Standings.Select(s => s.Contender.Algorithm)]);
        // Of more curves than can be told apart by a legend, each has its name beside its end.
        LegendPlacement legend = result.Standings.Count > MaxLegend ? LegendPlacement.LineEnds : LegendPlacement.Below;
        string title = $"{result.Name}: {result.Plan.Seeds.Count} {(result.Plan.Seeds.Count == 1 ? "seed" : "seeds")}";
        foreach ((string name, string label, Func<CsvTable, IReadOnlyList<double>> of) in Axes)
        {
            Series[] series = [.. result.Standings.Select((s, k) => Curve(s, runs[k], of, result.Judged, styles[k]))];
            // Algorithms that use nothing of it (no messages, exact gradients) have no place on the axis.
            if (!series.Any(s => s.X.Any(x => x > 0))) continue;
            yield return ($"{result.Judged}-by-{name}",
                Figure.Of(new Panel { Title = title, XLabel = label, YLabel = result.Judged, YScale = SeedCurves.ScaleOf(series),
                    Series = series }, legend));
        }
        Panel estimates = new()
        {
            Title = title,
            XLabel = $"{result.Judged} at the end: interquartile mean, 95 % interval",
            Estimates = [.. result.Standings.Select((s, k) => Estimate(s, result.ByGap ? s.Gap!.Value : s.Objective, styles[k]))],
        };
        if (estimates.Estimates.Any(e => double.IsFinite(e.Value)))
            yield return ($"{result.Judged}-at-the-end", Figure.Of(estimates, LegendPlacement.None));
    }

    private static Estimate Estimate(Standing standing, Figure95 figure, int style) =>
        new(Shortened(standing.Contender.Label), figure.Value, figure.Low, figure.High, style);

    /// <summary>The label, without its middle where it would take the room of the figures.</summary>
    private static string Shortened(string label)
    {
        const int most = 24;
        return label.Length <= most ? label : $"{label[..((most - 1) / 2)]}\u2026{label[^(most / 2)..]}";
    }

    /// <summary>The runs of one algorithm; one that diverged is infinite from there on.</summary>
    private static Series Curve(Standing standing, CsvTable[] runs, Func<CsvTable, IReadOnlyList<double>> axis,
        string judged, int style) =>
        SeedCurves.Of(standing.Contender.Label, [.. runs.Select(r => (axis(r), r[judged]))],
            [.. standing.Runs.Select(r => r.Status == RunResult.Diverged)], style);
}
