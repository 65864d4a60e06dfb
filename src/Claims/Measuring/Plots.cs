using FedPG.Reporting.Figures;

namespace FedPG.Claims.Measuring;

/// <summary>Short forms of the series that claims draw.</summary>
internal static class Plots
{
    /// <summary>The rounds of a curve, 0 to T.</summary>
    public static double[] Rounds(int count) => [.. Enumerable.Range(0, count).Select(t => (double)t)];

    /// <summary>A measured curve.</summary>
    public static Series Measured(string name, IReadOnlyList<double> x, IReadOnlyList<double> y, int style) =>
        new() { Name = name, X = x, Y = y, Style = style };

    /// <summary>Measured points, joined by nothing.</summary>
    public static Series Points(string name, IReadOnlyList<double> x, IReadOnlyList<double> y, int style) =>
        new() { Name = name, X = x, Y = y, Style = style, Kind = SeriesKind.Points };

    /// <summary>What a law predicts.</summary>
    public static Series Law(string name, IReadOnlyList<double> x, IReadOnlyList<double> y, int style) =>
        new() { Name = name, X = x, Y = y, Style = style, Kind = SeriesKind.Law };

    /// <summary>A curve of a measured mean over several seeds at each x, with the spread between them.</summary>
    /// <param name="name">The name.</param>
    /// <param name="points">x, and what the seeds gave there.</param>
    /// <param name="style">The style.</param>
    public static Series Means(string name, IEnumerable<(double X, double[] Values)> points, int style)
    {
        (double X, double[] Values)[] sorted = [.. points.OrderBy(p => p.X)];
        return new Series
        {
            Name = name,
            X = [.. sorted.Select(p => p.X)],
            Y = [.. sorted.Select(p => p.Values.Average())],
            Low = [.. sorted.Select(p => p.Values.Min())],
            High = [.. sorted.Select(p => p.Values.Max())],
            Spread = Spread.Bars,
            Style = style,
            Kind = SeriesKind.Points,
        };
    }
}
