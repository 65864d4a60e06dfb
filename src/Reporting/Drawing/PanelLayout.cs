using FedPG.Reporting.Figures;
using FedPG.Reporting.Fonts;

namespace FedPG.Reporting.Drawing;

/// <summary>The axes of a panel, their ticks, and the room that must be left around its frame for texts.</summary>
internal sealed class PanelLayout
{
    private const float Narrowest = 30;

    /// <summary>Lays out a panel that has the given room.</summary>
    public PanelLayout(Panel panel, float width, float height, LegendPlacement legend)
    {
        Panel = panel;
        bool rows = panel.Estimates.Count > 0;
        X = Axis.Over(rows ? Values(panel.Estimates) : panel.Series.SelectMany(series => series.X), panel.XScale, panel.XRange,
            rows ? 0.06 : 0.015);
        Y = rows
            ? new Axis(AxisScale.Linear, -0.6, panel.Estimates.Count - 0.4)
            : Axis.Over(panel.Series.SelectMany(Heights), panel.YScale, panel.YRange, 0.04);
        XTicks = Ticks.Of(X, Math.Clamp((int)(width / 78), 2, 10));
        YTicks = rows
            ? [.. panel.Estimates.Select((estimate, i) => new AxisTick(panel.Estimates.Count - 1 - i, estimate.Label))]
            : Ticks.Of(Y, Math.Clamp((int)(height / 48), 2, 8));

        bool ends = legend == LegendPlacement.LineEnds && !rows;
        LineEnds = ends ? [.. panel.Series.Where(series => series.Name.Length > 0)] : [];
        float lastTick = XTicks.Where(tick => tick.Label.Length > 0).Select(tick => PlotFont.Width(tick.Label, Sizes.Tick) / 2)
            .DefaultIfEmpty(0).Max();
        float tickWidth = YTicks.Select(tick => PlotFont.Width(tick.Label, Sizes.Tick)).DefaultIfEmpty(0).Max();
        Left = Sizes.Margin + (panel.YLabel.Length > 0 ? Sizes.Label * Sizes.Line : 0) + tickWidth + (2 * Sizes.Gap) + Sizes.TickLength;
        Right = Math.Max(lastTick, Sizes.Margin)
            + LineEnds.Select(series => PlotFont.Width(series.Name, Sizes.Legend) + (3 * Sizes.Gap)).DefaultIfEmpty(0).Max();
        Top = Sizes.Margin + (panel.Title.Length > 0 ? Sizes.Title * Sizes.Line : 0);
        Bottom = Sizes.TickLength + (Sizes.Tick * Sizes.Line) + 2 + (panel.XLabel.Length > 0 ? Sizes.Label * Sizes.Line : 0) + Sizes.Margin;
    }

    public Panel Panel { get; }

    public Axis X { get; }

    public Axis Y { get; }

    public AxisTick[] XTicks { get; }

    public AxisTick[] YTicks { get; }

    /// <summary>The series whose names stand at their right ends.</summary>
    public Series[] LineEnds { get; }

    /// <summary>
    /// The room from the left edge to the frame; likewise the others. Panels in a row or a column take the largest of theirs.
    /// </summary>
    public float Left { get; set; }

    public float Right { get; set; }

    public float Top { get; set; }

    public float Bottom { get; set; }

    /// <summary>The frame inside of the panel's room; never narrower than a little, even where the texts leave nothing.</summary>
    public Box Frame(Box room)
    {
        float left = Math.Min(room.Left + Left, room.Right - Narrowest), top = Math.Min(room.Top + Top, room.Bottom - Narrowest);
        return new Box(left, top, Math.Max(room.Right - Right, left + Narrowest), Math.Max(room.Bottom - Bottom, top + Narrowest));
    }

    private static IEnumerable<double> Values(IReadOnlyList<Estimate> estimates) =>
        estimates.SelectMany(estimate => new[] { estimate.Low, estimate.Value, estimate.High });

    private static IEnumerable<double> Heights(Series series) => series.Y.Concat(series.Low ?? []).Concat(series.High ?? []);
}
