using FedPG.Envs.Pictures;
using FedPG.Reporting.Fonts;
using SkiaSharp;

namespace FedPG.Reporting.Pictures;

/// <summary>Draws pictures with Skia, two pixels a unit or as told. To be used within <see cref="SkiaGate"/>. Dispose of it.</summary>
internal sealed class PictureCanvas : IDisposable
{
    public const int Scale = 2;
    private const string Cut = "...";
    private readonly SKSurface _surface;
    private readonly SKPaint _fill = new() { IsAntialias = true, Style = SKPaintStyle.Fill };
    private readonly SKPaint _line = new()
    {
        IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeCap = SKStrokeCap.Round, StrokeJoin = SKStrokeJoin.Round,
    };

    private PictureCanvas(Picture picture, int scale)
    {
        (int width, int height) = ((int)MathF.Ceiling(picture.Width * scale), (int)MathF.Ceiling(picture.Height * scale));
        _surface = SKSurface.Create(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul))
            ?? throw new InvalidOperationException($"No image of {width} by {height} pixels can be made.");
    }

    /// <summary>The image of a picture; dispose of it.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="scale">Pixels a unit.</param>
    public static SKImage Draw(Picture picture, int scale = Scale)
    {
        using var canvas = new PictureCanvas(picture, scale);
        canvas._surface.Canvas.Clear(SKColors.White);
        canvas._surface.Canvas.Scale(scale);
        foreach (Shape shape in picture.Shapes) canvas.Draw(shape);
        return canvas._surface.Snapshot();
    }

    public void Dispose()
    {
        _fill.Dispose();
        _line.Dispose();
        _surface.Dispose();
    }

    private void Draw(Shape shape)
    {
        SKCanvas canvas = _surface.Canvas;
        switch (shape)
        {
            case CellShape { Stroke: > 0 } cell:
                canvas.DrawRect(cell.X, cell.Y, cell.Width, cell.Height, Line(cell.Colour, cell.Stroke));
                break;
            case CellShape cell:
                canvas.DrawRoundRect(cell.X, cell.Y, cell.Width, cell.Height, cell.Corner, cell.Corner, Fill(cell.Colour));
                break;
            case DiscShape disc:
                canvas.DrawCircle(disc.X, disc.Y, disc.Radius, disc.Stroke > 0 ? Line(disc.Colour, disc.Stroke) : Fill(disc.Colour));
                break;
            case LineShape { Points: [(float x0, float y0), (float x1, float y1)] } line:
                canvas.DrawLine(x0, y0, x1, y1, Line(line.Colour, line.Stroke));
                break;
            case LineShape line:
                DrawPath(line.Points, close: false, Line(line.Colour, line.Stroke));
                break;
            case PolygonShape polygon:
                DrawPath(polygon.Points, close: true, Fill(polygon.Colour));
                break;
            case TextShape text:
                DrawText(text);
                break;
            default:
                break;
        }
    }

    private void DrawPath(IReadOnlyList<(float X, float Y)> points, bool close, SKPaint paint)
    {
        if (points.Count < 2) return;
        using var path = new SKPath();
        path.MoveTo(points[0].X, points[0].Y);
        foreach ((float x, float y) in points.Skip(1)) path.LineTo(x, y);
        if (close) path.Close();
        _surface.Canvas.DrawPath(path, paint);
    }

    private void DrawText(TextShape text)
    {
        using SKFont font = PlotFont.Of(text.Size);
        SKTextAlign align = text.Align switch
        {
            TextAlign.Start => SKTextAlign.Left,
            TextAlign.End => SKTextAlign.Right,
            _ => SKTextAlign.Center,
        };
        // Capitals of this face are 0.72 of its size high.
        float baseline = text.Y + (0.36f * text.Size);
        _surface.Canvas.DrawText(Fitted(text.Text, font, text.Room), text.X, baseline, align, font, Fill(text.Colour));
    }

    /// <summary>The longest beginning of a text that fits.</summary>
    private static string Fitted(string text, SKFont font, float room)
    {
        if (font.MeasureText(text) <= room) return text;
        int length = text.Length;
        while (length > 1 && font.MeasureText(text[..length] + Cut) > room) length--;
        return text[..length] + Cut;
    }

    private static SKColor Colour(PictureColour colour)
    {
        uint rgb = PicturePalette.OnPaper(colour);
        return new SKColor((byte)(rgb >> 16), (byte)(rgb >> 8), (byte)rgb, colour.Opacity);
    }

    private SKPaint Fill(PictureColour colour)
    {
        _fill.Color = Colour(colour);
        return _fill;
    }

    private SKPaint Line(PictureColour colour, float stroke)
    {
        (_line.Color, _line.StrokeWidth) = (Colour(colour), stroke);
        return _line;
    }
}
