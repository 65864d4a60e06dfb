using FedPG.Reporting.Fonts;
using SkiaSharp;

namespace FedPG.Reporting.Drawing;

/// <summary>Draws the texts of a scene with Skia.</summary>
internal static class SceneTexts
{
    /// <summary>The width of the white rim around a text that has one, half of it outside.</summary>
    public const float Halo = 4;

    /// <summary>Draws a text.</summary>
    public static void Draw(SKCanvas canvas, PlacedText text)
    {
        canvas.Save();
        canvas.Translate(text.X, text.Y);
        if (text.Upwards) canvas.RotateDegrees(-90);
        float width = PlotFont.Width(text.Text, text.Size);
        float start = text.Anchor switch { TextAnchor.Middle => -width / 2, TextAnchor.End => -width, _ => 0 };
        using var fill = new SKPaint { Color = 0xff000000 | text.Colour, IsAntialias = true };
        if (text.Halo)
        {
            using var rim = new SKPaint
            {
                Color = SKColors.White, IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeWidth = Halo,
                StrokeJoin = SKStrokeJoin.Round,
            };
            DrawPieces(canvas, text, start, rim);
        }

        DrawPieces(canvas, text, start, fill);
        canvas.Restore();
    }

    private static void DrawPieces(SKCanvas canvas, PlacedText text, float x, SKPaint paint)
    {
        foreach (FontPiece piece in FontPiece.Of(text.Text))
        {
            using SKFont font = PlotFont.Of(text.Size, script: piece.Level != 0);
            canvas.DrawText(piece.Text, x, -piece.Rise(text.Size), SKTextAlign.Left, font, paint);
            x += font.MeasureText(piece.Text);
        }
    }
}

/// <summary>A scene as PNG.</summary>
internal static class PngFile
{
    /// <summary>Pixels per unit.</summary>
    public const int Scale = 2;

    /// <summary>The bytes of the file, the same for the same scene.</summary>
    public static byte[] Of(Scene scene)
    {
        using SKSurface surface = SKSurface.Create(
            new SKImageInfo(Scale * scene.Width, Scale * scene.Height, SKColorType.Rgba8888, SKAlphaType.Premul));
        surface.Canvas.Scale(Scale);
        scene.Draw(surface.Canvas, new Looks(forSvg: false));
        foreach (PlacedText text in scene.Texts)
            SceneTexts.Draw(surface.Canvas, text);
        using SKImage image = surface.Snapshot();
        using SKData data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
