using System.Runtime.InteropServices;
using FedPG.Envs;
using FedPG.Envs.Pictures;
using FedPG.Reporting.Fonts;
using SkiaSharp;

namespace FedPG.Reporting.Pictures;

/// <summary>Pictures as files: a still PNG, or an episode as an animated GIF. Safe to call from several threads.</summary>
internal static class PictureFiles
{
    private const int MaxFrames = 1000, LastDelay = 150;

    /// <summary>A picture as PNG, two pixels a unit.</summary>
    /// <param name="picture">The picture.</param>
    /// <returns>The bytes of the file; the same for the same picture.</returns>
    public static byte[] ToPng(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return SkiaGate.Alone(() =>
        {
            using SKImage image = PictureCanvas.Draw(picture);
            using SKData data = image.Encode(SKEncodedImageFormat.Png, 100);
            return data.ToArray();
        });
    }

    /// <summary>An episode as a GIF that repeats for ever; of a long one about every tenth, twentieth ... moment, at most 1,001.</summary>
    /// <param name="drawing">How it is drawn.</param>
    /// <param name="scene">What is shown.</param>
    /// <param name="scale">Pixels a unit.</param>
    /// <returns>The bytes of the file.</returns>
    public static byte[] ToGif(EnvironmentDrawing drawing, PictureScene scene, int scale = PictureCanvas.Scale)
    {
        ArgumentNullException.ThrowIfNull(drawing);
        ArgumentNullException.ThrowIfNull(scene);
        var frames = new List<(uint[] Pixels, int Delay)>();
        (int width, int height) = (0, 0);
        int steps = scene.Episode.Steps, every = Math.Max(1, (int)Math.Ceiling(steps / (double)MaxFrames));
        for (int t = 0; t <= steps; t++)
        {
            if (t % every != 0 && t != steps) continue;
            (uint[] pixels, width, height) = Pixels(drawing.Draw(scene, t), scale);
            frames.Add((pixels, t == steps ? LastDelay : drawing.Delay));
        }
        using var stream = new MemoryStream();
        GifFile.Write(stream, width, height, frames);
        return stream.ToArray();
    }

    /// <summary>The pixels 0xRRGGBB.</summary>
    private static (uint[] Pixels, int Width, int Height) Pixels(Picture picture, int scale) => SkiaGate.Alone(() =>
    {
        using SKImage image = PictureCanvas.Draw(picture, scale);
        using var bitmap = SKBitmap.FromImage(image);
        ReadOnlySpan<uint> raw = MemoryMarshal.Cast<byte, uint>(bitmap.GetPixelSpan());
        uint[] pixels = new uint[raw.Length];
        bool reversed = bitmap.ColorType == SKColorType.Rgba8888;
        for (int k = 0; k < pixels.Length; k++)
            pixels[k] = reversed ? ((raw[k] & 0xff) << 16) | (raw[k] & 0xff00) | (raw[k] >> 16 & 0xff) : raw[k] & 0xffffff;
        return (pixels, image.Width, image.Height);
    });
}
