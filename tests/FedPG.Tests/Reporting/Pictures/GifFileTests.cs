using FedPG.Core.Streams;
using FedPG.Reporting.Pictures;
using SkiaSharp;
using Xunit;

namespace FedPG.Tests.Reporting.Pictures;

public sealed class GifFileTests
{
    /// <summary>
    /// An image of noise needs more than 4,096 codes, so that the table is cleared on the way; Skia reads back every pixel.
    /// </summary>
    [Fact]
    public void A_gif_holds_the_pixels_it_was_given()
    {
        const int width = 150, height = 90;
        var random = new RandomSequence(new StreamKey(1, StreamPurpose.Environment, 0, 0, 0));
        uint[] first = [.. Enumerable.Range(0, width * height).Select(_ => (uint)(random.NextDouble() * 250) * 0x010203)];
        uint[] second = [.. first], third = [.. first];
        for (int k = 20 * width; k < 40 * width; k++) second[k] = third[k] = 0x0a141e;
        using var stream = new MemoryStream();
        GifFile.Write(stream, width, height, [(first, 10), (second, 20), (third, 30)]);
        stream.Position = 0;
        using var gif = SKCodec.Create(stream);
        Assert.Equal([100, 200, 300], gif.FrameInfo.Select(f => f.Duration));
        foreach ((uint[] expected, int frame) in ((uint[], int)[])[(first, 0), (second, 1), (third, 2)])
        {
            using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
            Assert.Equal(SKCodecResult.Success, gif.GetPixels(bitmap.Info, bitmap.GetPixels(), new SKCodecOptions(frame)));
            Assert.Equal(expected, bitmap.Pixels.Select(p => ((uint)p.Red << 16) | ((uint)p.Green << 8) | p.Blue));
        }
    }

    [Fact]
    public void More_than_256_colours_become_their_nearest()
    {
        uint[] frame = [.. Enumerable.Range(0, 4096)
            .Select(k => (uint)(((k >> 8) * 17) << 16 | ((k >> 4 & 15) * 17) << 8 | ((k & 15) * 17)))];
        using var stream = new MemoryStream();
        GifFile.Write(stream, 64, 64, [(frame, 1)]);
        stream.Position = 0;
        using var bitmap = SKBitmap.Decode(stream);
        // No pixel takes a colour that is farther from its own than another pixel's colour is.
        (int R, int G, int B)[] taken = [.. bitmap.Pixels.Select(p => ((int)p.Red, (int)p.Green, (int)p.Blue))],
            palette = [.. taken.Distinct()];
        Assert.True(palette.Length is > 200 and <= 256);
        for (int k = 0; k < frame.Length; k += 37)
        {
            (int R, int G, int B) own = ((int)(frame[k] >> 16), (int)(frame[k] >> 8 & 0xff), (int)(frame[k] & 0xff));
            int Distance((int R, int G, int B) c) =>
                (2 * (c.R - own.R) * (c.R - own.R)) + (4 * (c.G - own.G) * (c.G - own.G)) + (3 * (c.B - own.B) * (c.B - own.B));
            Assert.Equal(palette.Min(Distance), Distance(taken[k]));
        }
    }
}
