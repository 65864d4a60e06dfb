using FedPG.Reporting.Figures;
using FedPG.Reporting.Fonts;
using ScottPlot;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace FedPG.Reporting.Drawing;

/// <summary>
/// Draws a panel: its frame, ticks and data with ScottPlot, and its texts into a list, since every format has its own way of writing them.
/// </summary>
internal sealed class PanelPlot(PanelLayout layout, Box room, Box frame)
{
    private readonly Axis _x = layout.X, _y = layout.Y;

    private int Columns => (int)frame.Width;

    /// <summary>Draws all but the texts.</summary>
    public void Draw(SKCanvas canvas, Looks looks)
    {
        using var plot = new Plot();
        plot.FigureBackground.Color = Colors.Transparent;
        plot.HideGrid();
        plot.Axes.FrameWidth(Sizes.Frame);
        plot.Axes.SetLimits(_x.Min, _x.Max, _y.Min, _y.Max);
        plot.Layout.Fixed(new PixelPadding(frame.Left - room.Left, room.Right - frame.Right, room.Bottom - frame.Bottom,
            frame.Top - room.Top));
        SetTicks(plot.Axes.Bottom, layout.XTicks);
        SetTicks(plot.Axes.Left, layout.YTicks);
        if (layout.Panel.Estimates.Count > 0) AddEstimates(plot, looks);
        else AddCurves(plot, looks);

        // ScottPlot draws again whenever the limits are new to it. The first drawing goes nowhere, so that the second is the only one in
        // the file.
        plot.RenderManager.ClearCanvasBeforeEachRender = false;
        var rect = new PixelRect(room.Left, room.Right, room.Bottom, room.Top);
        using (var nowhere = new SKNoDrawCanvas((int)room.Right, (int)room.Bottom))
            plot.Render(nowhere, rect);
        plot.Render(canvas, rect);
    }

    /// <summary>The texts of the panel.</summary>
    public IEnumerable<PlacedText> Texts()
    {
        Panel panel = layout.Panel;
        foreach (AxisTick tick in layout.XTicks.Where(tick => tick.Label.Length > 0 && _x.Contains(tick.Position)))
            yield return new(tick.Label, PixelX(tick.Position), frame.Bottom + Sizes.TickLength + Sizes.Tick, Sizes.Tick,
                TextAnchor.Middle);
        foreach (AxisTick tick in layout.YTicks.Where(tick => tick.Label.Length > 0 && _y.Contains(tick.Position)))
        {
            float x = frame.Left - Sizes.TickLength - Sizes.Gap;
            yield return new(tick.Label, x, PixelY(tick.Position) + (0.36f * Sizes.Tick), Sizes.Tick, TextAnchor.End);
        }

        float middle = (frame.Left + frame.Right) / 2;
        if (panel.Title.Length > 0) yield return new(panel.Title, middle, frame.Top - (0.5f * Sizes.Title), Sizes.Title, TextAnchor.Middle);
        if (panel.XLabel.Length > 0)
        {
            float y = frame.Bottom + Sizes.TickLength + (Sizes.Tick * Sizes.Line) + Sizes.Label;
            // A label wider than the frame goes to the middle of the room, and smaller where it is wider than that, too.
            float width = PlotFont.Width(panel.XLabel, Sizes.Label), wide = room.Right - room.Left - (2 * Sizes.Gap);
            float size = Math.Min(Sizes.Label, Sizes.Label * wide / Math.Max(width, 1));
            float half = Math.Min(width, wide) / 2;
            float least = room.Left + Sizes.Gap + half;
            float at = Math.Clamp(middle, least, Math.Max(least, room.Right - Sizes.Gap - half));
            yield return new(panel.XLabel, at, y, size, TextAnchor.Middle);
        }

        if (panel.YLabel.Length > 0)
            yield return new(panel.YLabel, room.Left + Sizes.Margin + (0.8f * Sizes.Label), (frame.Top + frame.Bottom) / 2, Sizes.Label,
                TextAnchor.Middle, Upwards: true);
        foreach (PlacedText text in EndLabels.Of(Ends(), frame))
            yield return text;

        var labels = new ReferenceLabels(frame, Covered());
        foreach (ReferenceLine line in VisibleReferences().Where(line => line.Label.Length > 0))
            yield return labels.Place(line, line.Direction == ReferenceDirection.Horizontal
                ? PixelY(_y.Place(line.Value))
                : PixelX(_x.Place(line.Value)));
    }

    private static void SetTicks(IAxis axis, AxisTick[] ticks)
    {
        axis.TickGenerator = new NumericManual([.. ticks.Select(tick => new Tick(tick.Position, tick.Label, tick.Label.Length > 0))]);
        axis.TickLabelStyle.IsVisible = false;
        axis.MajorTickStyle.Length = Sizes.TickLength;
        axis.MinorTickStyle.Length = Sizes.MinorTickLength;
    }

    private void AddCurves(Plot plot, Looks looks)
    {
        IReadOnlyList<Series> all = layout.Panel.Series;
        foreach (Series series in all.Where(series => series is { Low: not null, High: not null, Spread: Spread.Band }))
            AddBand(plot, series);
        AddReferences(plot, looks);
        foreach (Series series in all.OrderBy(series => series.Kind switch { SeriesKind.Thin => 0, SeriesKind.Law => 1, _ => 2 }))
            AddLine(plot, series, looks);
        foreach (Series series in all.Where(series => series.Kind is SeriesKind.Curve or SeriesKind.Points))
            AddMarkers(plot, series);
    }

    private void AddLine(Plot plot, Series series, Looks looks)
    {
        foreach (Point[] stretch in Polyline.Stretches(Polyline.Of(series, _x, _y)))
        {
            if (stretch.Length < 2 || series.Kind == SeriesKind.Points) continue;
            Coordinates[] line = [.. Polyline.Thinned(stretch, _x, Columns).Select(point => new Coordinates(point.X, point.Y))];
            ScottPlot.Plottables.Scatter drawn = plot.Add.ScatterLine(line);
            drawn.LineStyle = looks.Line(series);
        }
    }

    private void AddMarkers(Plot plot, Series series)
    {
        Point[] points = Polyline.Of(series, _x, _y);
        List<int> marked = series.Kind == SeriesKind.Points
            ? [.. Enumerable.Range(0, points.Length).Where(i => Polyline.IsPlaced(points[i]))]
            : Polyline.Marked(points, _x, series.Style);
        if (series is { Low: { } low, High: { } high, Spread: Spread.Bars })
        {
            foreach (int i in marked)
            {
                (double bottom, double top) = Ends(low[i], high[i]);
                if (double.IsNaN(bottom)) continue;
                plot.Add.Plottable(new ScottPlot.Plottables.ErrorBar([points[i].X], [points[i].Y], null, null, [top - points[i].Y],
                    [points[i].Y - bottom])
                {
                    LineStyle = Looks.Bars(series.Style, Sizes.Law),
                    CapSize = 4,
                });
            }
        }

        if (marked.Count == 0) return;
        ScottPlot.Plottables.Scatter markers = plot.Add.ScatterPoints(
            (Coordinates[])[.. marked.Select(i => new Coordinates(points[i].X, points[i].Y))]);
        markers.MarkerStyle = Looks.Marker(series.Style);
    }

    private void AddBand(Plot plot, Series series)
    {
        int count = new[] { series.X.Count, series.Low!.Count, series.High!.Count }.Min();
        var low = new Point[count];
        var high = new Point[count];
        for (int i = 0; i < count; i++)
        {
            (double bottom, double top) = Ends(series.Low[i], series.High[i]);
            double x = double.IsNaN(bottom) ? double.NaN : _x.Place(series.X[i]);
            (low[i], high[i]) = (new Point(x, bottom), new Point(x, top));
        }

        foreach ((Point[] under, Point[] over) in Polyline.Stretches(low).Zip(Polyline.Stretches(high)))
        {
            if (under.Length < 2) continue;
            IEnumerable<Point> outline = Polyline.Thinned(under, _x, Columns).Concat(Polyline.Thinned(over, _x, Columns).Reverse());
            ScottPlot.Plottables.Polygon band = plot.Add.Polygon(
                (Coordinates[])[.. outline.Select(point => new Coordinates(point.X, point.Y))]);
            band.FillColor = Looks.Band(series.Style);
            band.LineWidth = 0;
        }
    }

    // A lower end that is not positive reaches down to the end of a logarithmic axis.
    private (double Low, double High) Ends(double low, double high)
    {
        double top = _y.Place(high), bottom = _y.Place(low);
        if (_y.Scale == AxisScale.Log && low <= 0 && !double.IsNaN(top)) bottom = Math.Min(_y.Min, top);
        return double.IsNaN(top) || double.IsNaN(bottom) ? (double.NaN, double.NaN) : (bottom, top);
    }

    private void AddReferences(Plot plot, Looks looks)
    {
        foreach (ReferenceLine line in VisibleReferences())
        {
            Coordinates[] ends = line.Direction == ReferenceDirection.Horizontal
                ? [new(_x.Min, _y.Place(line.Value)), new(_x.Max, _y.Place(line.Value))]
                : [new(_x.Place(line.Value), _y.Min), new(_x.Place(line.Value), _y.Max)];
            plot.Add.ScatterLine(ends).LineStyle = looks.Reference();
        }
    }

    private void AddEstimates(Plot plot, Looks looks)
    {
        AddReferences(plot, looks);
        IReadOnlyList<Estimate> estimates = layout.Panel.Estimates;
        for (int i = 0; i < estimates.Count; i++)
        {
            double row = estimates.Count - 1 - i, low = _x.Place(estimates[i].Low), high = _x.Place(estimates[i].High),
                value = _x.Place(estimates[i].Value);
            if (!double.IsNaN(low) && !double.IsNaN(high))
            {
                plot.Add.Plottable(new ScottPlot.Plottables.ErrorBar([low], [row], [high - low], [0], null, null)
                {
                    LineStyle = Looks.Bars(estimates[i].Style, Sizes.Interval),
                    CapSize = 5,
                });
            }

            if (!double.IsNaN(value))
                plot.Add.ScatterPoints((Coordinates[])[new(value, row)]).MarkerStyle = Looks.Marker(estimates[i].Style);
        }
    }

    private IEnumerable<ReferenceLine> VisibleReferences() => layout.Panel.References.Where(line =>
        line.Direction == ReferenceDirection.Vertical ? _x.Contains(_x.Place(line.Value))
            : layout.Panel.Estimates.Count == 0 && _y.Contains(_y.Place(line.Value)));

    // The names to write at the ends of curves, and the heights of the ends.
    private IEnumerable<(Series Series, float Y)> Ends()
    {
        foreach (Series series in layout.LineEnds)
        {
            Point[] placed = [.. Polyline.Of(series, _x, _y).Where(point => Polyline.IsPlaced(point) && _x.Contains(point.X))];
            if (placed.Length > 0) yield return (series, Math.Clamp(PixelY(placed[^1].Y), frame.Top, frame.Bottom));
        }
    }

    // Points along all curves, close enough that no text fits between two of them.
    private List<SKPoint> Covered()
    {
        const float Close = 5;
        var points = new List<SKPoint>();
        foreach (Point[] stretch in layout.Panel.Series.SelectMany(series => Polyline.Stretches(Polyline.Of(series, _x, _y))))
        {
            SKPoint[] line = [.. Polyline.Thinned(stretch, _x, Columns).Select(point => new SKPoint(PixelX(point.X), PixelY(point.Y)))];
            for (int i = 0; i < line.Length; i++)
            {
                points.Add(line[i]);
                SKPoint step = i + 1 < line.Length ? line[i + 1] - line[i] : default;
                int between = (int)Math.Min(step.Length / Close, 1000);
                for (int k = 1; k <= between; k++)
                    points.Add(new SKPoint(line[i].X + (step.X * k / (between + 1)), line[i].Y + (step.Y * k / (between + 1))));
            }
        }

        for (int i = 0; i < layout.Panel.Estimates.Count; i++)
        {
            Estimate estimate = layout.Panel.Estimates[i];
            foreach (double value in (double[])[estimate.Low, estimate.Value, estimate.High])
                points.Add(new SKPoint(PixelX(_x.Place(value)), PixelY(layout.Panel.Estimates.Count - 1 - i)));
        }

        return points;
    }

    private float PixelX(double position) => (float)(frame.Left + ((position - _x.Min) / _x.Span * frame.Width));

    private float PixelY(double position) => (float)(frame.Bottom - ((position - _y.Min) / _y.Span * frame.Height));
}
