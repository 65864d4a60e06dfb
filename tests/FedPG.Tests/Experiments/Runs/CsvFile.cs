using System.Globalization;

namespace FedPG.Tests.Experiments.Runs;

/// <summary>A CSV file without quoted fields, read as it stands.</summary>
internal sealed class CsvFile
{
    public CsvFile(string path)
    {
        // A run that goes on may be writing to it.
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        string text = reader.ReadToEnd();
        string[] lines = text.Split('\n');
        EndsWithWholeRow = lines[^1].Length == 0;
        Header = lines[0];
        Rows = [.. lines[1..^1].Select(line => line.Split(','))];
    }

    public string Header { get; }

    public string[][] Rows { get; }

    public bool EndsWithWholeRow { get; }

    /// <summary>The fields of a column.</summary>
    public string[] this[string column] => [.. Rows.Select(row => row[Array.IndexOf(Header.Split(','), column)])];

    public long[] Whole(string column) => [.. this[column].Select(field => long.Parse(field, CultureInfo.InvariantCulture))];

    public double[] Numbers(string column) => [.. this[column].Select(field => double.Parse(field, CultureInfo.InvariantCulture))];

    /// <summary>The file without one column.</summary>
    public string Without(string column)
    {
        string[] header = Header.Split(',');
        int k = Array.IndexOf(header, column);
        return string.Join('\n', new[] { header }.Concat(Rows).Select(row => string.Join(',', row.Where((_, i) => i != k))));
    }
}
