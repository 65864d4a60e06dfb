using System.Globalization;
using System.Text;

namespace FedPG.Experiments.Runs;

/// <summary>
/// A CSV file that grows by whole rows, each handed to the operating system before the next begins. Numbers are written round-trip, in the
/// invariant culture.
/// </summary>
internal sealed class Csv : IDisposable
{
    private readonly FileStream _stream;
    private readonly StringBuilder _rows = new();

    /// <summary>Opens the file to append; an empty one gets the header.</summary>
    public Csv(string path, string header)
    {
        _stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        if (_stream.Length == 0) Add(header).Flush();
    }

    /// <summary>The bytes in the file, all of them whole rows.</summary>
    public long Length => _stream.Length;

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

    /// <summary>A number that reads back to the same bits; empty for none.</summary>
    public static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    /// <summary>A text, quoted where it has to be.</summary>
    public static string Text(string value) =>
        value.AsSpan().IndexOfAny(",\"\n\r") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();
}
