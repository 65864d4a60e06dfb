using System.Security.Cryptography;

namespace FedPG.Experiments.Runs;

/// <summary>
/// The checksums of logs that only grow, for checkpoints: each byte is read once however many checkpoints are taken, and is on disk
/// afterwards. A log whose first line has changed since, because a column was appended, is read anew. Not thread-safe.
/// </summary>
internal sealed class LogDigests : IDisposable
{
    private readonly Dictionary<string, State> _states = [];

    /// <summary>The SHA-256 of the first bytes of a log.</summary>
    /// <param name="path">The log.</param>
    /// <param name="length">How many bytes, no fewer than at the last call.</param>
    public string Of(string path, long length)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        // Windows asks for the right to write, which who writes the log does not share.
        if (!OperatingSystem.IsWindows()) RandomAccess.FlushToDisk(stream.SafeFileHandle);
        string header = Header(stream);
        if (!_states.TryGetValue(path, out State? state) || state.Header != header || state.Length > length)
        {
            state?.Hash.Dispose();
            _states[path] = state = new State(header, IncrementalHash.CreateHash(HashAlgorithmName.SHA256));
        }
        stream.Position = state.Length;
        state.Length += Feed(stream, length - state.Length, state.Hash);
        return Convert.ToHexStringLower(state.Hash.GetCurrentHash());
    }

    /// <summary>
    /// Whether the first bytes of a log have a checksum. A table may have got columns since, which are empty in the rows that it had.
    /// </summary>
    /// <param name="path">The log.</param>
    /// <param name="length">How many bytes it had.</param>
    /// <param name="sha256">Their checksum.</param>
    public static bool Match(string path, long length, string sha256)
    {
        using (var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        {
            if (HashOf(stream, length) == sha256) return true;
        }
        return Path.GetExtension(path) == ".csv" && Enumerable.Range(1, Columns(path) - 1).Any(k => HashWithout(path, k, length) == sha256);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (State state in _states.Values) state.Hash.Dispose();
        _states.Clear();
    }

    private static int Columns(string path) => File.ReadLines(path).FirstOrDefault("").Split(',').Length;

    private static string HashOf(Stream stream, long length)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        return Feed(stream, length, hash) == length ? Convert.ToHexStringLower(hash.GetCurrentHash()) : "";
    }

    /// <summary>The checksum of the first bytes of a table without its last columns; empty where these are not empty in them.</summary>
    private static string HashWithout(string path, int columns, long length)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string empty = new(',', columns);
        bool isHeader = true;
        foreach (string line in File.ReadLines(path))
        {
            if (length <= 0) break;
            string kept = line;
            for (int k = 0; isHeader && k < columns; k++) kept = kept[..Math.Max(0, kept.LastIndexOf(','))];
            if (!isHeader && !line.EndsWith(empty, StringComparison.Ordinal)) return "";
            if (!isHeader) kept = line[..^columns];
            byte[] bytes = System.Text.Encoding.UTF8.GetBytes(kept + "\n");
            hash.AppendData(bytes);
            length -= bytes.Length;
            isHeader = false;
        }
        return length == 0 ? Convert.ToHexStringLower(hash.GetCurrentHash()) : "";
    }

    private static long Feed(Stream stream, long count, IncrementalHash hash)
    {
        byte[] buffer = new byte[(int)Math.Clamp(count, 1, 1 << 16)];
        long done = 0;
        while (done < count && stream.Read(buffer, 0, (int)Math.Min(buffer.Length, count - done)) is > 0 and int read)
        {
            hash.AppendData(buffer, 0, read);
            done += read;
        }
        return done;
    }

    /// <summary>The first line, or the first bytes of a file that has no lines; enough to see that a file was written anew.</summary>
    private static string Header(FileStream stream)
    {
        byte[] first = new byte[4096];
        int read = stream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
        int end = first.AsSpan(0, read).IndexOf((byte)'\n');
        return end < 0 ? "" : Convert.ToBase64String(first.AsSpan(0, end));
    }

    private sealed class State(string header, IncrementalHash hash)
    {
        public string Header { get; } = header;

        public IncrementalHash Hash { get; } = hash;

        public long Length { get; set; }
    }
}
