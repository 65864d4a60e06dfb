using FedPG.Reporting.Figures;
using ScottPlot;
using SkiaSharp;

namespace FedPG.Reporting.Drawing;

/// <summary>A figure laid out: what is drawn with strokes and fills, and, apart from it, the texts.</summary>
internal sealed class Scene
{
    private readonly List<PanelPlot> _panels = [];
    private readonly (Series Entry, float X, float Y)[] _legend;

    /// <summary>Lays out a figure.</summary>
    public Scene(Figure figure)
    {
        int columns = Math.Min(figure.Columns, figure.Panels.Count), rows = (figure.Panels.Count + columns - 1) / columns;
        var legend = new LegendEntries(figure);
        float right = figure.Legend == LegendPlacement.Right ? legend.WidthAtRight : 0;
        Width = figure.Width ?? (columns * Figure.DefaultPanelWidth) + (int)MathF.Ceiling(right);
        float below = figure.Legend == LegendPlacement.Below ? legend.HeightBelow(Width) : 0;
        float above = figure.Title.Length > 0 ? (Sizes.Title * Sizes.Line) + Sizes.Gap : 0;
        Height = figure.Height ?? (rows * Figure.DefaultPanelHeight) + (int)MathF.Ceiling(below + above);

        float cellWidth = (Width - right) / columns, cellHeight = (Height - below - above) / rows;
        PanelLayout[] layouts = [.. figure.Panels.Select(panel => new PanelLayout(panel, cellWidth, cellHeight, figure.Legend))];
        Align(layouts, columns);
        float firstTop = above, lastRight = Width;
        for (int i = 0; i < layouts.Length; i++)
        {
            float left = i % columns * cellWidth, top = above + (i / columns * cellHeight);
            var room = new Box(left, top, left + cellWidth, top + cellHeight);
            Box frame = layouts[i].Frame(room);
            if (i == 0) firstTop = frame.Top;
            if (i == columns - 1) lastRight = frame.Right;
            _panels.Add(new PanelPlot(layouts[i], room, frame));
        }

        _legend = figure.Legend == LegendPlacement.Right
            ? [.. legend.AtRight(lastRight, firstTop)]
            : [.. legend.Below(Width, Height - below)];
        Texts =
        [
            .. figure.Title.Length > 0
                ? [new PlacedText(figure.Title, Width / 2f, Sizes.Margin + Sizes.Title, Sizes.Title, TextAnchor.Middle)]
                : (PlacedText[])[],
            .. _panels.SelectMany(panel => panel.Texts()),
            .. _legend.Select(entry => new PlacedText(entry.Entry.Name, entry.X + LegendEntries.Sample + Sizes.Gap + 2,
                entry.Y + (0.36f * Sizes.Legend), Sizes.Legend, TextAnchor.Start)),
        ];
    }

    /// <summary>The width in units.</summary>
    public int Width { get; }

    /// <summary>The height in units.</summary>
    public int Height { get; }

    /// <summary>All texts.</summary>
    public IReadOnlyList<PlacedText> Texts { get; }

    /// <summary>Draws all but the texts.</summary>
    public void Draw(SKCanvas canvas, Looks looks)
    {
        using (var white = new SKPaint { Color = SKColors.White, Style = SKPaintStyle.Fill })
            canvas.DrawRect(0, 0, Width, Height, white);
        foreach (PanelPlot panel in _panels)
            panel.Draw(canvas, looks);
        using var paint = Paint.NewDisposablePaint();
        foreach ((Series entry, float x, float y) in _legend)
            DrawSample(canvas, looks, paint, entry, x, y);
    }

    private static void DrawSample(SKCanvas canvas, Looks looks, Paint paint, Series entry, float x, float y)
    {
        if (entry is { Low: not null, High: not null, Spread: Spread.Band })
        {
            var band = new PixelRect(x, x + LegendEntries.Sample, y + 7, y - 7);
            ScottPlot.Drawing.FillRectangle(canvas, band, paint, new FillStyle { Color = Looks.Band(entry.Style) });
        }

        if (entry.Kind != SeriesKind.Points)
            ScottPlot.Drawing.DrawLines(canvas, paint, (Pixel[])[new(x, y), new(x + LegendEntries.Sample, y)], looks.Line(entry));
        if (entry.Kind is SeriesKind.Curve or SeriesKind.Points)
            ScottPlot.Drawing.DrawMarker(canvas, paint, new Pixel(x + (LegendEntries.Sample / 2), y), Looks.Marker(entry.Style));
    }

    // Frames that stand in a column begin and end at the same place, and so do those in a row.
    private static void Align(PanelLayout[] layouts, int columns)
    {
        foreach (IGrouping<int, PanelLayout> column in layouts.Select((layout, i) => (layout, i))
            .GroupBy(pair => pair.i % columns, pair => pair.layout))
        {
            (float left, float right) = (column.Max(layout => layout.Left), column.Max(layout => layout.Right));
            foreach (PanelLayout layout in column) (layout.Left, layout.Right) = (left, right);
        }

        foreach (IGrouping<int, PanelLayout> row in layouts.Select((layout, i) => (layout, i))
            .GroupBy(pair => pair.i / columns, pair => pair.layout))
        {
            (float top, float bottom) = (row.Max(layout => layout.Top), row.Max(layout => layout.Bottom));
            foreach (PanelLayout layout in row) (layout.Top, layout.Bottom) = (top, bottom);
        }
    }
}
