using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FedPG.Reporting.Drawing;
using FedPG.Reporting.Figures;

namespace FedPG.Reporting.Report;

/// <summary>
/// Curves as a page shows them: SVG whose colours are the page's, so that they follow its light and dark, and whose texts stay readable on
/// a phone. The values behind the curves stand in an attribute, from which the page's script tells them. Immutable.
/// </summary>
internal sealed record WebChart
{
    /// <summary>Curves that are drawn with colours of their own; others are thin and grey.</summary>
    public const int MaxCurves = 7;

    private const int MaxTold = 100;
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Gets what is drawn, above the curves.</summary>
    public required string Title { get; init; }

    /// <summary>Gets what lies along the horizontal axis.</summary>
    public string XLabel { get; init; } = "";

    /// <summary>Gets the curves.</summary>
    public required IReadOnlyList<Series> Series { get; init; }

    /// <summary>Gets the scale of the vertical axis.</summary>
    public AxisScale YScale { get; init; }

    /// <summary>Gets the ends of the vertical axis; null (the default) for those of the data.</summary>
    public (double Low, double High)? YRange { get; init; }

    /// <summary>Gets a value that a dotted line stands at; null (the default) for none.</summary>
    public double? Reference { get; init; }

    /// <summary>Gets whether it is one of many small ones.</summary>
    public bool IsSmall { get; init; }

    /// <summary>The markup.</summary>
    public string ToMarkup()
    {
        (int width, int height, int left, int right, int top, int bottom) = IsSmall ? (186, 116, 44, 8, 6, 20) : (360, 226, 50, 14, 10, 40);
        Axis x = Axis.Over(Series.SelectMany(s => s.X), AxisScale.Linear, null, 0.01);
        IEnumerable<double> values = Series.SelectMany(s => s.Y.Concat(s.Low ?? []).Concat(s.High ?? []));
        if (Reference is { } shown) values = values.Append(shown);
        Axis y = Axis.Over(values, YScale, YRange, 0.04);
        int w = width - left - right, h = height - top - bottom;
        var svg = new StringBuilder();
        svg.Append(Invariant($"<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{HtmlPage.Text(Title)}\" "))
            .Append(Invariant($"data-b=\"{left} {top} {w} {h}\" data-c=\"{HtmlPage.Text(Told(x, y))}\">"));
        foreach (AxisTick tick in Ticks.Of(y, IsSmall ? 3 : 5).Where(t => t.Label.Length > 0 && y.Contains(t.Position)))
        {
            double at = top + Down(tick.Position);
            svg.Append(Invariant($"<path class=\"grid\" d=\"M{left} {at:0.#}h{w}\"/>"))
                .Append(Invariant($"<text x=\"{left - 5}\" y=\"{at + 4:0.#}\" class=\"e\">{Label(tick, y)}</text>"));
        }
        float used = float.NegativeInfinity;
        foreach (AxisTick tick in Ticks.Of(x, IsSmall ? 5 : 6).Where(t => t.Label.Length > 0 && x.Contains(t.Position)))
        {
            string label = Label(tick, x);
            float at = (float)(left + Along(tick.Position)), half = 3.5f * label.Length;
            at = Math.Min(at, width - half - 1);
            if (at - half < used + 4) continue;
            used = at + half;
            svg.Append(Invariant($"<text x=\"{at:0.#}\" y=\"{top + h + 15}\" class=\"m\">{label}</text>"));
        }
        if (XLabel.Length > 0)
            svg.Append(Invariant($"<text x=\"{left + (w / 2)}\" y=\"{height - 6}\" class=\"m\">{HtmlPage.Text(XLabel)}</text>"));
        svg.Append(Invariant($"<path class=\"axis\" d=\"M{left} {top}v{h}h{w}\"/>"))
            .Append(Invariant($"<svg x=\"{left}\" y=\"{top}\" width=\"{w}\" height=\"{h}\">"));
        if (Reference is { } line && double.IsFinite(y.Place(line)))
            svg.Append(Invariant($"<path class=\"ref\" d=\"M0 {Down(y.Place(line)):0.#}h{w}\"/>"));
        foreach (Series series in Series.OrderBy(s => s.Kind == SeriesKind.Thin ? 0 : 1)) Draw(svg, series);
        svg.Append(Invariant($"<path class=\"cross\" d=\"M0 0v{h}\"/></svg></svg>"));
        return $"<figure class=\"{(IsSmall ? "small" : "chart")}\"><figcaption>{HtmlPage.Text(Title)}</figcaption>{svg}</figure>";

        double Along(double place) => (place - x.Min) / x.Span * w;

        double Down(double place) => (1 - ((place - y.Min) / y.Span)) * h;

        void Draw(StringBuilder to, Series series)
        {
            string colour = series.Kind == SeriesKind.Thin ? "thin" : Invariant($"s{series.Style % SeriesStyle.Table.Count}");
            if (series.Low is { } low && series.High is { } high)
            {
                var band = new List<string>();
                for (int k = 0; k < series.X.Count; k++) AddEdge(band, series.X[k], high[k], y.Max);
                for (int k = series.X.Count - 1; k >= 0; k--) AddEdge(band, series.X[k], low[k], y.Min);
                if (band.Count > 2) to.Append($"<path class=\"band {colour}\" d=\"M{string.Join("L", band)}Z\"/>");
            }
            var path = new StringBuilder();
            bool on = false;
            for (int k = 0; k < series.X.Count; k++)
            {
                (double px, double py) = (x.Place(series.X[k]), y.Place(series.Y[k]));
                bool is_ = double.IsFinite(px) && double.IsFinite(py);
                if (is_) path.Append(Invariant($"{(on ? 'L' : 'M')}{Along(px):0.#} {Down(py):0.#}"));
                on = is_;
            }
            // A point alone is a line of no length, whose round ends show.
            if (series.X.Count == 1 && path.Length > 0) path.Append("h0");
            string dashes = series.Kind == SeriesKind.Thin ? "" : string.Join(' ', Dashes(series.Style).Select(d => Invariant($"{d:0.#}")));
            to.Append($"<path class=\"line {colour}\"{(dashes.Length > 0 ? $" stroke-dasharray=\"{dashes}\"" : "")} d=\"{path}\"/>");
        }

        void AddEdge(List<string> band, double at, double value, double otherwise)
        {
            double place = y.Place(value);
            if (double.IsFinite(x.Place(at)))
                band.Add(Invariant($"{Along(x.Place(at)):0.#} {Down(double.IsFinite(place) ? place : otherwise):0.#}"));
        }
    }

    /// <summary>A piece of line for a legend, in the look of a style.</summary>
    public static string Sample(int style)
    {
        string dashes = string.Join(' ', Dashes(style).Select(d => Invariant($"{d:0.#}")));
        return $"<svg class=\"sample\" viewBox=\"0 0 34 10\" aria-hidden=\"true\"><path class=\"line s{style % SeriesStyle.Table.Count}\""
            + $"{(dashes.Length > 0 ? $" stroke-dasharray=\"{dashes}\"" : "")} d=\"M1 5h32\"/></svg>";
    }

    /// <summary>A number for a tick or a value: 0.05, 1200, 25 k, 3 M, 1e-6.</summary>
    public static string Short(double number, string format = "G4")
    {
        double size = Math.Abs(number);
        if (number == 0) return "0";
        if (size is < 1e-4 or >= 1e12) return number.ToString("0.##e0", CultureInfo.InvariantCulture);
        return size switch
        {
            >= 999.95e6 => (number / 1e9).ToString("0.##", CultureInfo.InvariantCulture) + " G",
            >= 999.95e3 => (number / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + " M",
            >= 10e3 => (number / 1e3).ToString("0.#", CultureInfo.InvariantCulture) + " k",
            _ => double.Parse(number.ToString(format, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
                .ToString("0.######", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>The dashes of the figures; what has the colour of another style has dots.</summary>
    private static IReadOnlyList<float> Dashes(int style) =>
        style < SeriesStyle.Table.Count ? SeriesStyle.At(style).Dashes : [1, 3 + (style / SeriesStyle.Table.Count)];

    private static string Label(AxisTick tick, Axis axis) =>
        Short(axis.Scale == AxisScale.Log ? Math.Pow(10, tick.Position) : tick.Position, "G6")
            .Replace("-", "\u2212", StringComparison.Ordinal);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    /// <summary>What the script needs: the axes, and of each curve its name, look and points.</summary>
    private string Told(Axis x, Axis y) => JsonSerializer.Serialize(
        new
        {
            x = (double[])[Digits(x.Min), Digits(x.Max)],
            y = (double[])[Digits(y.Min), Digits(y.Max)], log = y.Scale == AxisScale.Log ? 1 : 0,
            s = Series.Select(s =>
            {
                int[] rows = Chosen(s.X.Count);
                return new
                {
                    n = s.Name, c = s.Kind == SeriesKind.Thin ? "thin" : Invariant($"s{s.Style % SeriesStyle.Table.Count}"),
                    x = rows.Select(k => Digits(s.X[k])).ToArray(),
                    y = rows.Select(k => double.IsFinite(s.Y[k]) ? Digits(s.Y[k]) : (double?)null).ToArray(),
                };
            }).ToArray(),
        },
        Compact);

    private static int[] Chosen(int count) => count <= MaxTold
        ? [.. Enumerable.Range(0, count)]
        : [.. Enumerable.Range(0, MaxTold).Select(k => (int)((long)k * (count - 1) / (MaxTold - 1)))];

    private static double Digits(double number) =>
        double.Parse(number.ToString("G5", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
