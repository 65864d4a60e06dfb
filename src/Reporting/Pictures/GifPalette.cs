namespace FedPG.Reporting.Pictures;

/// <summary>
/// 256 colours for many frames: every colour there is where they are few enough, else those of the most frequent, and the nearest of them
/// for the others.
/// </summary>
internal sealed class GifPalette
{
    private const int Size = 256, Exact = 200;
    private readonly Dictionary<uint, byte> _index = [];
    private readonly uint[] _colours;

    private GifPalette(uint[] colours)
    {
        _colours = colours;
        for (int k = 0; k < colours.Length; k++) _index[colours[k]] = (byte)k;
    }

    /// <summary>The palette as a GIF has it: 256 times red, green, blue.</summary>
    public byte[] Bytes
    {
        get
        {
            byte[] bytes = new byte[3 * Size];
            for (int k = 0; k < _colours.Length; k++)
                (bytes[3 * k], bytes[(3 * k) + 1], bytes[(3 * k) + 2]) =
                    ((byte)(_colours[k] >> 16), (byte)(_colours[k] >> 8), (byte)_colours[k]);
            return bytes;
        }
    }

    /// <summary>The palette of frames 0xRRGGBB.</summary>
    public static GifPalette Of(IEnumerable<uint[]> frames)
    {
        var counts = new Dictionary<uint, long>();
        foreach (uint[] frame in frames)
        {
            foreach (uint pixel in frame)
            {
                counts.TryGetValue(pixel, out long count);
                counts[pixel] = count + 1;
            }
        }
        if (counts.Count <= Size) return new GifPalette([.. counts.Keys.Order()]);
        // Areas of one colour are the most frequent and keep it exactly. Edges are smoothed into thousands of rare shades, of which one
        // stands for a cube of them.
        uint[] frequent = [.. counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key).Select(c => c.Key)];
        IEnumerable<uint> rare = frequent.Skip(Exact).GroupBy(c => (c >> 21 & 7, c >> 13 & 7, c >> 5 & 7))
            .Select(cube => (Colour: cube.First(), Count: cube.Sum(c => counts[c])))
            .OrderByDescending(c => c.Count).ThenBy(c => c.Colour).Take(Size - Exact).Select(c => c.Colour);
        uint[] chosen = [.. frequent.Take(Exact), .. rare];
        return new GifPalette([.. chosen.Order()]);
    }

    /// <summary>The index of each pixel's colour.</summary>
    public byte[] Map(uint[] pixels)
    {
        byte[] indices = new byte[pixels.Length];
        for (int k = 0; k < pixels.Length; k++)
        {
            if (!_index.TryGetValue(pixels[k], out byte index)) _index[pixels[k]] = index = Nearest(pixels[k]);
            indices[k] = index;
        }
        return indices;
    }

    private byte Nearest(uint colour)
    {
        (int best, int least) = (0, int.MaxValue);
        for (int k = 0; k < _colours.Length; k++)
        {
            int r = (int)(colour >> 16 & 0xff) - (int)(_colours[k] >> 16 & 0xff),
                g = (int)(colour >> 8 & 0xff) - (int)(_colours[k] >> 8 & 0xff), b = (int)(colour & 0xff) - (int)(_colours[k] & 0xff);
            int distance = (2 * r * r) + (4 * g * g) + (3 * b * b);
            if (distance < least) (best, least) = (k, distance);
        }
        return (byte)best;
    }
}
