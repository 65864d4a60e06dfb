using FedPG.Reporting.Figures;
using ScottPlot;

namespace FedPG.Reporting.Drawing;

/// <summary>
/// The styles of the table as ScottPlot's, for panels and legends alike. Skia's SVG would cut a dashed line into an outline of each dash,
/// which makes files of megabytes: for SVG lines are drawn solid with the index of their dashes as the limit of their mitres
/// (<see cref="DashesOfMitre"/>), which round joins do not need, and <see cref="SvgFile"/> writes the dashes.
/// </summary>
internal sealed class Looks(bool forSvg)
{
    private const int FirstMitre = 1000;

    private static readonly IReadOnlyList<float> ReferenceDashes = [1.5f, 2.5f];

    // Several laws in one panel are told apart without colour too; neighbours in the table of styles differ.
    private static readonly IReadOnlyList<float>[] LawDashes = [[5, 4], [10, 4], [2, 3], [8, 3, 2, 3]];

    // Those of the series first, in the order of their styles.
    private static readonly IReadOnlyList<float>[] Dashes = [.. SeriesStyle.Table.Select(style => style.Dashes), .. LawDashes,
        ReferenceDashes];

    /// <summary>The colour of reference lines and their labels.</summary>
    public const uint ReferenceColour = 0x505050;

    public static Color Colour(uint rgb) => new((byte)(rgb >> 16), (byte)(rgb >> 8), (byte)rgb);

    public LineStyle Line(Series series)
    {
        SeriesStyle style = SeriesStyle.At(series.Style);
        Color colour = Colour(style.Colour);
        return series.Kind switch
        {
            SeriesKind.Curve => Line(Sizes.Curve, colour, style.Dashes),
            SeriesKind.Thin => Line(Sizes.Thin, colour.WithAlpha(0.4), []),
            SeriesKind.Law => Line(Sizes.Law, colour, LawDashes[Math.Abs(series.Style % LawDashes.Length)]),
            _ => new(0),
        };
    }

    public LineStyle Reference() => Line(Sizes.ReferenceLine, Colour(ReferenceColour), ReferenceDashes);

    /// <summary>The dashes that an SVG's limit of mitres stands for; null where it stands for none.</summary>
    public static IReadOnlyList<float>? DashesOfMitre(int mitre) =>
        mitre >= FirstMitre && mitre < FirstMitre + Dashes.Length ? Dashes[mitre - FirstMitre] : null;

    public static LineStyle Bars(int style, float width) => new(width, Colour(SeriesStyle.At(style).Colour));

    public static MarkerStyle Marker(int index)
    {
        SeriesStyle style = SeriesStyle.At(index);
        Color colour = Colour(style.Colour);
        (MarkerShape shape, float size) = style.Marker switch
        {
            MarkerOutline.Square => (MarkerShape.FilledSquare, 0.92f),
            MarkerOutline.TriangleUp => (MarkerShape.FilledTriangleUp, 1.25f),
            MarkerOutline.TriangleDown => (MarkerShape.FilledTriangleDown, 1.25f),
            MarkerOutline.Diamond => (MarkerShape.FilledDiamond, 1.2f),
            _ => (MarkerShape.FilledCircle, 1),
        };
        return new MarkerStyle(shape, size * Sizes.Marker, style.Filled ? colour : Colors.White)
        {
            OutlineWidth = 1.5f,
            OutlineColor = colour,
        };
    }

    public static Color Band(int style) => Colour(SeriesStyle.At(style).Colour).WithAlpha(0.16);

    private LineStyle Line(float width, Color colour, IReadOnlyList<float> dashes)
    {
        var line = new LineStyle(width, colour) { StrokeJoin = SkiaSharp.SKStrokeJoin.Round };
        if (dashes.Count == 0) return line;
        if (forSvg) (line.StrokeJoin, line.StrokeMiter) = (SkiaSharp.SKStrokeJoin.Miter, FirstMitre + Array.IndexOf(Dashes, dashes));
        else line.Pattern = new LinePattern([.. dashes], 0, "");
        return line;
    }
}
