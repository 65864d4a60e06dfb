using FedPG.Core.Statistics;
using FedPG.Reporting.Figures;

namespace FedPG.Reporting.Curves;

/// <summary>One curve for runs of the same settings with several seeds. Stateless.</summary>
internal static class SeedCurves
{
    /// <summary>More points than this would not show.</summary>
    private const int MaxPoints = 400;

    /// <summary>
    /// The interquartile mean of runs row by row, with a band from the first to the third quartile, as far as all go that did not diverge;
    /// one that did is infinite from its end on.
    /// </summary>
    /// <param name="name">The name in the legend.</param>
    /// <param name="runs">
    /// A run's coordinates, a row a round; rows without a finite figure in the longest run are left out. At least one run.
    /// </param>
    /// <param name="diverged">Which runs ended because their figures were no longer finite, [runs].</param>
    /// <param name="style">The row of the table of styles.</param>
    public static Series Of(string name, IReadOnlyList<(IReadOnlyList<double> X, IReadOnlyList<double> Y)> runs,
        IReadOnlyList<bool> diverged, int style)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(diverged);
        IReadOnlyList<double> figures = diverged.All(d => d)
            ? runs.MaxBy(r => r.Y.Count).Y
            : runs.Where((_, k) => !diverged[k]).MinBy(r => r.Y.Count).Y;
        int[] rows = [.. Enumerable.Range(0, figures.Count).Where(t => double.IsFinite(figures[t]))];
        if (rows.Length > MaxPoints)
            rows = [.. Enumerable.Range(0, MaxPoints).Select(k => rows[(int)((long)k * (rows.Length - 1) / (MaxPoints - 1))]).Distinct()];
        var (x, y, low, high) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        foreach (int t in rows)
        {
            double[] at = [.. runs.Select(r => t < r.Y.Count ? r.Y[t] : double.PositiveInfinity)];
            x.Add(runs.Where(r => t < r.X.Count).Average(r => r.X[t]));
            y.Add(Intervals.InterquartileMean(at));
            low.Add(Intervals.Quantile(at, 0.25));
            high.Add(Intervals.Quantile(at, 0.75));
        }
        return new Series
        {
            Name = name,
            X = x,
            Y = y,
            Low = runs.Count > 1 ? low : null,
            High = runs.Count > 1 ? high : null,
            Style = style,
        };
    }

    /// <summary>Gaps fall by orders of magnitude; objectives, and gaps that are not all positive, do not.</summary>
    /// <param name="series">What is drawn.</param>
    public static AxisScale ScaleOf(IEnumerable<Series> series)
    {
        ArgumentNullException.ThrowIfNull(series);
        double[] values = [.. series.SelectMany(s => s.Y).Where(double.IsFinite)];
        return values.Length > 0 && values.All(v => v > 0) && values.Max() > 3 * values.Min() ? AxisScale.Log : AxisScale.Linear;
    }
}
