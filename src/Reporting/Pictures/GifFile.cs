using System.Buffers.Binary;

namespace FedPG.Reporting.Pictures;

/// <summary>
/// Writes animated GIFs (GIF89a, CompuServe 1990): one palette for all frames, of each frame the rectangle that changed, LZW with codes of
/// up to 12 bits. The usual libraries for .NET either cannot write GIF (Skia) or bring a whole imaging stack along.
/// </summary>
internal static class GifFile
{
    private const int MaxCodes = 4096;

    /// <summary>Writes a file that repeats for ever.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="width">Pixels, at most 65535.</param>
    /// <param name="height">Pixels, at most 65535.</param>
    /// <param name="frames">Pixels 0xRRGGBB of each frame row by row, with the time it is shown in hundredths of a second.</param>
    public static void Write(Stream stream, int width, int height, IReadOnlyList<(uint[] Pixels, int Delay)> frames)
    {
        var palette = GifPalette.Of(frames.Select(f => f.Pixels));
        stream.Write("GIF89a"u8);
        WriteNumber(stream, width);
        WriteNumber(stream, height);
        // A global palette of 256 colours, 8 bits a channel; background colour 0; square pixels.
        stream.Write([0xF7, 0, 0]);
        stream.Write(palette.Bytes);
        stream.Write([0x21, 0xFF, 11]);
        stream.Write("NETSCAPE2.0"u8);
        stream.Write([3, 1, 0, 0, 0]);
        byte[]? last = null;
        foreach ((uint[] pixels, int delay) in frames)
        {
            byte[] indices = palette.Map(pixels);
            (int left, int top, int right, int bottom) = last is null ? (0, 0, width, height) : Changed(last, indices, width, height);
            // What was drawn stays; no transparency.
            stream.Write([0x21, 0xF9, 4, 0x04]);
            WriteNumber(stream, delay);
            stream.Write([0, 0, 0x2C]);
            foreach (int number in (int[])[left, top, right - left, bottom - top]) WriteNumber(stream, number);
            stream.Write([0, 8]);
            WriteData(stream, Cut(indices, width, left, top, right, bottom));
            last = indices;
        }
        stream.WriteByte(0x3B);
    }

    private static void WriteNumber(Stream stream, int number)
    {
        Span<byte> two = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(two, (ushort)number);
        stream.Write(two);
    }

    /// <summary>The smallest rectangle that holds every difference; one pixel where there is none.</summary>
    private static (int Left, int Top, int Right, int Bottom) Changed(byte[] before, byte[] after, int width, int height)
    {
        (int left, int top, int right, int bottom) = (width, height, 0, 0);
        for (int k = 0; k < after.Length; k++)
        {
            if (before[k] == after[k]) continue;
            (int row, int column) = Math.DivRem(k, width);
            (left, right, top, bottom) = (Math.Min(left, column), Math.Max(right, column + 1), Math.Min(top, row),
                Math.Max(bottom, row + 1));
        }
        return right == 0 ? (0, 0, 1, 1) : (left, top, right, bottom);
    }

    private static byte[] Cut(byte[] indices, int width, int left, int top, int right, int bottom)
    {
        byte[] cut = new byte[(right - left) * (bottom - top)];
        for (int row = top; row < bottom; row++) Array.Copy(indices, (row * width) + left, cut, (row - top) * (right - left), right - left);
        return cut;
    }

    /// <summary>LZW: 256 is "clear", 257 is "end"; when the table is full it is cleared.</summary>
    private static void WriteData(Stream stream, byte[] indices)
    {
        const int clear = 256, end = 257;
        var bits = new BitWriter(stream);
        var table = new Dictionary<(int Prefix, byte Next), int>();
        int size = 9, free = end + 1, prefix = indices[0];
        bits.Write(clear, size);
        foreach (byte next in indices.AsSpan(1))
        {
            if (table.TryGetValue((prefix, next), out int code))
            {
                prefix = code;
                continue;
            }
            bits.Write(prefix, size);
            if (free < MaxCodes)
            {
                // The reader lags one entry behind, so codes grow when the entry just made does not fit any more.
                if (free == 1 << size) size++;
                table[(prefix, next)] = free++;
            }
            else
            {
                bits.Write(clear, size);
                table.Clear();
                (size, free) = (9, end + 1);
            }
            prefix = next;
        }
        bits.Write(prefix, size);
        bits.Write(end, size);
        bits.Finish();
    }

    /// <summary>Packs codes into bytes, the lowest bit first, and these into blocks of up to 255.</summary>
    private sealed class BitWriter(Stream stream)
    {
        private readonly byte[] _block = new byte[255];
        private int _length, _bits;
        private uint _pending;

        public void Write(int code, int size)
        {
            _pending |= (uint)code << _bits;
            _bits += size;
            while (_bits >= 8)
            {
                Add((byte)_pending);
                _pending >>= 8;
                _bits -= 8;
            }
        }

        public void Finish()
        {
            if (_bits > 0) Add((byte)_pending);
            Flush();
            stream.WriteByte(0);
        }

        private void Add(byte value)
        {
            _block[_length++] = value;
            if (_length == _block.Length) Flush();
        }

        private void Flush()
        {
            if (_length == 0) return;
            stream.WriteByte((byte)_length);
            stream.Write(_block.AsSpan(0, _length));
            _length = 0;
        }
    }
}
