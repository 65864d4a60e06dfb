using System.Runtime.InteropServices;
using FedPG.Core.Options;
using SkiaSharp;

namespace FedPG.Cli.Rendering;

/// <summary>Pictures as files: a still PNG, or an episode as an animated GIF.</summary>
public static class PictureFile
{
    private const int MaxFrames = 1000, LastDelay = 150;

    /// <summary>What is wrong with the name of a file; null when it ends in .png or .gif.</summary>
    public static ValidationError? ErrorOf(string path) => Path.GetExtension(path).ToUpperInvariant() is ".PNG" or ".GIF" && Path.GetFileNameWithoutExtension(path).Length > 0
        ? null
        : new ValidationError("--out", "", path, "must be the name of a file that ends in .png (a still picture) or .gif (an episode)");

    /// <summary>Writes the file aside and renames it, in the place of an older one.</summary>
    /// <param name="path">The file; .gif for the episode, else a still PNG.</param>
    /// <param name="subject">What is shown.</param>
    /// <param name="episode">An episode of it.</param>
    /// <exception cref="InvalidInputException">The file cannot be written.</exception>
    public static void Write(string path, Subject subject, Episode episode)
    {
        ArgumentNullException.ThrowIfNull(episode);
        var picture = Picture.Of(subject, episode);
        byte[] bytes = Path.GetExtension(path).Equals(".gif", StringComparison.OrdinalIgnoreCase) ? Gif(picture, episode) : Png(picture);
        string aside = path + ".tmp";
        try
        {
            File.WriteAllBytes(aside, bytes);
            File.Move(aside, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = e switch
            {
                _ when Directory.Exists(path) => "is a folder; a file is needed",
                DirectoryNotFoundException or FileNotFoundException when Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))) => "no file can be made in that folder",
                DirectoryNotFoundException => "the folder of the file does not exist",
                UnauthorizedAccessException => "the file cannot be written: permission denied",
                _ => $"the file cannot be written: {e.Message}",
            };
            if (File.Exists(aside)) File.Delete(aside);
            throw new InvalidInputException(new ValidationError("--out", "", path, reason));
        }
    }

    private static byte[] Png(Picture picture)
    {
        using SKImage image = picture.Draw(null);
        using SKData data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private static byte[] Gif(Picture picture, Episode episode)
    {
        var frames = new List<(uint[] Pixels, int Delay)>();
        (int width, int height) = (0, 0);
        int every = Math.Max(1, (int)Math.Ceiling(episode.Steps / (double)MaxFrames));
        for (int t = 0; t <= episode.Steps; t++)
        {
            if (t % every != 0 && t != episode.Steps) continue;
            using SKImage image = picture.Draw(t);
            (width, height) = (image.Width, image.Height);
            frames.Add((Pixels(image), t == episode.Steps ? LastDelay : picture.Delay));
        }
        using var stream = new MemoryStream();
        GifFile.Write(stream, width, height, frames);
        return stream.ToArray();
    }

    /// <summary>The pixels 0xRRGGBB.</summary>
    private static uint[] Pixels(SKImage image)
    {
        using var bitmap = SKBitmap.FromImage(image);
        ReadOnlySpan<uint> raw = MemoryMarshal.Cast<byte, uint>(bitmap.GetPixelSpan());
        uint[] pixels = new uint[raw.Length];
        bool reversed = bitmap.ColorType == SKColorType.Rgba8888;
        for (int k = 0; k < pixels.Length; k++)
            pixels[k] = reversed ? ((raw[k] & 0xff) << 16) | (raw[k] & 0xff00) | (raw[k] >> 16 & 0xff) : raw[k] & 0xffffff;
        return pixels;
    }
}
