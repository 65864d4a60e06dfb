using System.Globalization;
using System.Text;

namespace FedPG.Experiments.Runs;

/// <summary>
/// A CSV file that grows by whole rows, each handed to the operating system before the next begins. Numbers are written round-trip, in the
/// invariant culture. A column that turns up later is appended to all rows. Not thread-safe.
/// </summary>
internal sealed class Csv : IDisposable
{
    private readonly string _path;
    private readonly StringBuilder _rows = new();
    private readonly List<string> _appended = [];
    private FileStream _stream;

    /// <summary>Opens the file to append; an empty one gets the header.</summary>
    /// <param name="path">The file.</param>
    /// <param name="header">The columns that it has always; what stands after them in the header of the file was appended.</param>
    public Csv(string path, string header)
    {
        _path = path;
        if (HeaderOf(path) is { } found && found.Length > header.Length)
            _appended.AddRange(found[(header.Length + 1)..].Split(','));
        _stream = Open();
        if (_stream.Length == 0) Add(header).Flush();
    }

    /// <summary>The first line of a file; null where there is no file, or nothing in it.</summary>
    /// <param name="path">The file.</param>
    public static string? HeaderOf(string path) => File.Exists(path) ? File.ReadLines(path).FirstOrDefault() : null;

    /// <summary>The bytes in the file, all of them whole rows.</summary>
    public long Length => _stream.Length;

    /// <summary>The columns that were appended, in their order.</summary>
    public IReadOnlyList<string> Appended => _appended;

    /// <summary>Adds a row, to be written by <see cref="Flush"/>.</summary>
    public Csv Add(string row)
    {
        _rows.Append(row).Append('\n');
        return this;
    }

    /// <summary>Writes the rows added.</summary>
    public void Flush()
    {
        _stream.Write(Encoding.UTF8.GetBytes(_rows.ToString()));
        _stream.Flush();
        _rows.Clear();
    }

    /// <summary>Appends columns, which are empty in the rows so far. The file is written anew aside, and put in its own place.</summary>
    /// <param name="columns">Names without commas or quotes; those that are there already are left out.</param>
    public void Append(IEnumerable<string> columns)
    {
        string[] added = [.. columns.Except(_appended)];
        if (added.Length == 0) return;
        Flush();
        _stream.Dispose();
        string aside = _path + ".tmp", empty = new(',', added.Length);
        using (var writer = new StreamWriter(aside, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)))
        {
            bool isHeader = true;
            foreach (string line in File.ReadLines(_path))
            {
                writer.Write($"{line}{(isHeader ? $",{string.Join(',', added)}" : empty)}\n");
                isHeader = false;
            }
        }
        File.Move(aside, _path, overwrite: true);
        _appended.AddRange(added);
        _stream = Open();
    }

    /// <summary>
    /// The bytes of a file up to its last row of a round or of one before. Rows of a checkpoint are found
    /// by it, because columns may have been appended since.
    /// </summary>
    /// <param name="path">The file, whose rows begin with their round and follow the order of rounds.</param>
    /// <param name="round">The round.</param>
    public static long LengthThrough(string path, int round)
    {
        long length = 0;
        bool isHeader = true;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        for (string? line = reader.ReadLine(); line is not null; line = reader.ReadLine())
        {
            bool isWhole = int.TryParse(line.AsSpan(0, Math.Max(0, line.IndexOf(',', StringComparison.Ordinal))),
                CultureInfo.InvariantCulture, out int found);
            if (!isHeader && (!isWhole || found > round)) break;
            length += Encoding.UTF8.GetByteCount(line) + 1;
            isHeader = false;
        }
        return Math.Min(length, stream.Length);
    }

    /// <summary>A number that reads back to the same bits; empty for none.</summary>
    public static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    /// <summary>A text, quoted where it has to be.</summary>
    public static string Text(string value) =>
        value.AsSpan().IndexOfAny(",\"\n\r") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private FileStream Open() => new(_path, FileMode.Append, FileAccess.Write, FileShare.Read);
}
