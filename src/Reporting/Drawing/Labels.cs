using FedPG.Reporting.Figures;
using FedPG.Reporting.Fonts;
using SkiaSharp;

namespace FedPG.Reporting.Drawing;

/// <summary>Names at the right ends of curves, moved apart where they would lie on each other.</summary>
internal static class EndLabels
{
    /// <summary>Places the names beside a frame: in the order of the ends, as close to them as their heights allow.</summary>
    public static IEnumerable<PlacedText> Of(IEnumerable<(Series Series, float Y)> ends, Box frame)
    {
        const float RowHeight = Sizes.Legend * 1.15f;
        (Series Series, float Y)[] sorted = [.. ends.OrderBy(end => end.Y)];
        var at = new float[sorted.Length];
        for (int i = 0; i < at.Length; i++)
            at[i] = i == 0 ? sorted[i].Y : Math.Max(sorted[i].Y, at[i - 1] + RowHeight);

        // What was pushed out below goes back up, and takes its neighbours along.
        float limit = Math.Max(frame.Bottom, frame.Top + ((at.Length - 1) * RowHeight));
        for (int i = at.Length - 1; i >= 0; i--, limit -= RowHeight)
            at[i] = Math.Min(at[i], limit);
        return sorted.Select((end, i) => new PlacedText(end.Series.Name, frame.Right + (2 * Sizes.Gap), at[i] + (0.36f * Sizes.Legend),
            Sizes.Legend, TextAnchor.Start, SeriesStyle.At(end.Series.Style).Colour));
    }
}

/// <summary>Labels beside reference lines, inside of the frame, each where it covers the least.</summary>
internal sealed class ReferenceLabels(Box frame, List<SKPoint> covered)
{
    private const float Descent = 0.25f * Sizes.Reference, Ascent = 0.8f * Sizes.Reference;

    /// <summary>Places the label of a line that stands at a height or a horizontal place; later labels keep off it.</summary>
    public PlacedText Place(ReferenceLine line, float at)
    {
        float width = PlotFont.Width(line.Label, Sizes.Reference);
        (float X, float Y)[] places = line.Direction == ReferenceDirection.Horizontal
            ? [.. AlongHorizontal(at, width)]
            : [.. AlongVertical(at, width)];
        (float x, float y) = places.MinBy(place => Cost(Around(place.X, place.Y, width)));
        Box taken = Around(x, y, width);
        for (float px = taken.Left; px <= taken.Right; px += Sizes.Gap)
            covered.AddRange([new(px, taken.Top), new(px, taken.Bottom)]);
        return new PlacedText(line.Label, x, y, Sizes.Reference, TextAnchor.Start, Looks.ReferenceColour, Halo: true);
    }

    private static Box Around(float x, float y, float width) => new(x - 2, y - Ascent - 1, x + width + 2, y + Descent + 1);

    private IEnumerable<(float X, float Y)> AlongHorizontal(float at, float width)
    {
        const int Steps = 6;
        float left = frame.Left + Sizes.Margin, right = frame.Right - Sizes.Margin - width;
        for (int i = 0; i <= Steps; i++)
        {
            float x = right + ((left - right) * i / Steps);
            yield return (x, at - Descent - 2);
            yield return (x, at + Ascent + 3);
        }
    }

    private IEnumerable<(float X, float Y)> AlongVertical(float at, float width)
    {
        const int Steps = 6;
        float top = frame.Top + Sizes.Gap + Ascent, bottom = frame.Bottom - Sizes.Gap - Descent;
        for (int i = 0; i <= Steps; i++)
        {
            float y = top + ((bottom - top) * i / Steps);
            yield return (at + Sizes.Gap, y);
            yield return (at - Sizes.Gap - width, y);
        }
    }

    // Points under the text, and, worse than any of them, a text that leaves the frame.
    private double Cost(Box text)
    {
        float outside = Math.Max(0, frame.Left - text.Left) + Math.Max(0, text.Right - frame.Right)
            + Math.Max(0, frame.Top - text.Top) + Math.Max(0, text.Bottom - frame.Bottom);
        return covered.Count(point => text.Contains(point.X, point.Y)) + (1000 * outside);
    }
}
