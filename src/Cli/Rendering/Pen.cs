using FedPG.Reporting.Figures;
using SkiaSharp;

namespace FedPG.Cli.Rendering;

/// <summary>The few strokes that pictures are made of, on a canvas. Dispose of it.</summary>
internal sealed class Pen : IDisposable
{
    private static readonly Lazy<SKTypeface> Typeface = new(LoadTypeface);
    private readonly SKCanvas _canvas;
    private readonly SKPaint _fill = new() { IsAntialias = true, Style = SKPaintStyle.Fill };
    private readonly SKPaint _line = new() { IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeCap = SKStrokeCap.Round, StrokeJoin = SKStrokeJoin.Round };

    public Pen(SKCanvas canvas) => _canvas = canvas;

    public const uint Black = 0x1a1a1a, White = 0xffffff, Grey = 0x8a8a8a, Wall = 0x4a4a4a, Red = 0xc8372d, Green = 0x2f9e52, Orange = 0xf28e2b, Yellow = 0xf2c230, Navy = 0x38577a, Brown = 0xa9794f;

    public void Box(float x, float y, float width, float height, uint colour, byte alpha = 255, float corner = 0)
    {
        _fill.Color = Colour(colour, alpha);
        _canvas.DrawRoundRect(x, y, width, height, corner, corner, _fill);
    }

    public void Frame(float x, float y, float width, float height, uint colour, float stroke)
    {
        Set(colour, stroke);
        _canvas.DrawRect(x, y, width, height, _line);
    }

    public void Disc(float x, float y, float radius, uint colour, byte alpha = 255)
    {
        _fill.Color = Colour(colour, alpha);
        _canvas.DrawCircle(x, y, radius, _fill);
    }

    public void Ring(float x, float y, float radius, uint colour, float stroke)
    {
        Set(colour, stroke);
        _canvas.DrawCircle(x, y, radius, _line);
    }

    public void Line(float x0, float y0, float x1, float y1, uint colour, float stroke, byte alpha = 255)
    {
        Set(colour, stroke, alpha);
        _canvas.DrawLine(x0, y0, x1, y1, _line);
    }

    public void Path(IReadOnlyList<(float X, float Y)> points, uint colour, float stroke, byte alpha = 255, bool filled = false)
    {
        if (points.Count < 2) return;
        using var path = new SKPath();
        path.MoveTo(points[0].X, points[0].Y);
        foreach ((float x, float y) in points.Skip(1)) path.LineTo(x, y);
        if (filled)
        {
            path.Close();
            _fill.Color = Colour(colour, alpha);
            _canvas.DrawPath(path, _fill);
            return;
        }
        Set(colour, stroke, alpha);
        _canvas.DrawPath(path, _line);
    }

    /// <summary>An arrow, its head no longer than itself.</summary>
    public void Arrow(float x0, float y0, float x1, float y1, uint colour, float stroke)
    {
        (float dx, float dy) = (x1 - x0, y1 - y0);
        float length = MathF.Sqrt((dx * dx) + (dy * dy));
        if (length < 1) return;
        float head = Math.Min(length, 3.4f * stroke);
        (float ux, float uy) = (dx / length, dy / length);
        if (length > head) Line(x0, y0, x1 - (ux * head), y1 - (uy * head), colour, stroke);
        (float bx, float by) = (x1 - (ux * head), y1 - (uy * head));
        float half = head * 0.62f;
        Path([(x1, y1), (bx - (uy * half), by + (ux * half)), (bx + (uy * half), by - (ux * half))], colour, 0, filled: true);
    }

    /// <summary>A text whose middle, start or end lies at x, and whose capitals are centred on y.</summary>
    public void Text(string text, float x, float y, float size, uint colour, SKTextAlign align = SKTextAlign.Center)
    {
        using var font = new SKFont(Typeface.Value, size) { Edging = SKFontEdging.Antialias, Subpixel = true, Hinting = SKFontHinting.None };
        _fill.Color = Colour(colour, 255);
        // Capitals of this face are 0.72 of its size high.
        _canvas.DrawText(text, x, y + (0.36f * size), align, font, _fill);
    }

    /// <summary>How wide a text is.</summary>
    public static float Width(string text, float size)
    {
        using var font = new SKFont(Typeface.Value, size);
        return font.MeasureText(text);
    }

    /// <summary>The longest beginning of a text that fits.</summary>
    public static string Fitted(string text, float size, float width)
    {
        if (Width(text, size) <= width) return text;
        int length = text.Length;
        while (length > 1 && Width(text[..length] + "...", size) > width) length--;
        return text[..length] + "...";
    }

    public void Dispose()
    {
        _fill.Dispose();
        _line.Dispose();
    }

    private static SKColor Colour(uint rgb, byte alpha) => new((byte)(rgb >> 16), (byte)(rgb >> 8), (byte)rgb, alpha);

    private void Set(uint colour, float stroke, byte alpha = 255) => (_line.Color, _line.StrokeWidth) = (Colour(colour, alpha), stroke);

    /// <summary>The font of all figures, which travels with them.</summary>
    private static SKTypeface LoadTypeface()
    {
        using Stream stream = typeof(Figure).Assembly.GetManifestResourceStream("LiberationSans-Regular.ttf")
            ?? throw new InvalidOperationException("the font of the figures is missing");
        return SKTypeface.FromStream(stream) ?? throw new InvalidOperationException("the font of the figures cannot be read");
    }
}
