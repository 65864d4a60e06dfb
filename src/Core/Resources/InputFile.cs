using System.Text;

namespace FedPG.Core.Resources;

/// <summary>
/// Reads files that a user names. A file is asked for its size before memory is taken for it, and what has no size (a pipe, a device that
/// never ends) is read up to a limit. Stateless.
/// </summary>
internal static class InputFile
{
    /// <summary>The most that is read of what does not tell its size, in bytes.</summary>
    public const int MaxStreamBytes = 64_000_000;

    /// <summary>Memory that a byte of a text becomes while it is understood: the text, what points into it, and the numbers.</summary>
    private const int MemoryPerByte = 4;

    /// <summary>All bytes of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The most it may have.</param>
    /// <exception cref="IOException">It does not exist, cannot be read, or is too large; the message says how large, and what would
    /// fit.</exception>
    /// <exception cref="UnauthorizedAccessException">It is a folder, or may not be read.</exception>
    public static byte[] Bytes(string path, long maxBytes = long.MaxValue)
    {
        using FileStream stream = File.OpenRead(path);
        long length = stream.CanSeek ? stream.Length : 0;
        if (length == 0) return ToTheEnd(stream, Math.Min(maxBytes, MaxStreamBytes));
        RequireFits(length, Math.Min(maxBytes, Array.MaxLength));
        byte[] bytes = new byte[length];
        int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    /// <summary>All bytes of a file that is read more than once, as those that a run keeps a copy of.</summary>
    /// <param name="path">The file.</param>
    /// <inheritdoc cref="Bytes" path="/exception"/>
    public static byte[] BytesOfFile(string path)
    {
        using (FileStream stream = File.OpenRead(path))
        {
            if (!stream.CanSeek || stream.Length == 0)
                throw new IOException("it is empty, or a pipe or a device; it is read more than once, so a regular file is needed");
        }
        return Bytes(path);
    }

    /// <summary>All lines of a text file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The most it may have.</param>
    /// <inheritdoc cref="Bytes" path="/exception"/>
    public static string[] Lines(string path, long maxBytes = long.MaxValue)
    {
        return LinesOf(Bytes(path, maxBytes));
    }

    /// <summary>The lines of a text.</summary>
    public static string[] LinesOf(byte[] utf8)
    {
        using var reader = new StreamReader(new MemoryStream(utf8), Encoding.UTF8);
        var lines = new List<string>();
        while (reader.ReadLine() is { } line) lines.Add(line);
        return [.. lines];
    }

    private static byte[] ToTheEnd(FileStream stream, long most)
    {
        using var held = new MemoryStream();
        byte[] piece = new byte[1 << 16];
        while (stream.Read(piece) is > 0 and int read)
        {
            held.Write(piece, 0, read);
            if (held.Length > most)
                throw new IOException(Text($"it gives more than {most:N0} bytes and does not tell its size"));
        }
        return held.ToArray();
    }

    private static void RequireFits(long length, long most)
    {
        if (length > most) throw new IOException(Text($"it has {length:N0} bytes, and at most {most:N0} are read"));
        if (length <= MaxStreamBytes) return;
        double needed = (double)length * MemoryPerByte, free = FreeMemory.Bytes();
        if (needed > free)
        {
            throw new IOException(
                Text($"it has {length / FreeMemory.Giga:0.00} GB, and reading it takes about {needed / FreeMemory.Giga:0.0} GB of memory; ")
                + Text($"{free / FreeMemory.Giga:0.0} GB are free, so a file of {free / MemoryPerByte / FreeMemory.Giga:0.00} GB fits"));
        }
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
