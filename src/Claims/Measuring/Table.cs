using System.Globalization;

namespace FedPG.Claims.Measuring;

/// <summary>Measured numbers, to be written as CSV: a name, columns, and rows of texts and numbers.</summary>
/// <param name="name">The name of the file, without its extension.</param>
/// <param name="columns">The columns.</param>
internal sealed class Table(string name, params string[] columns)
{
    private readonly List<string> _rows = [];

    /// <summary>The name of the file, without its extension.</summary>
    public string Name => name;

    /// <summary>Adds a row; numbers are written round-trip, what is not a number (NaN) is left empty.</summary>
    public void Add(params object[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length != columns.Length)
            throw new ArgumentException($"{name}: {values.Length} values for {columns.Length} columns", nameof(values));
        _rows.Add(string.Join(',', values.Select(Text)));
    }

    /// <summary>The whole file.</summary>
    public override string ToString() => string.Join('\n', [string.Join(',', columns), .. _rows]) + "\n";

    private static string Text(object value) => value switch
    {
        double number => double.IsNaN(number) ? "" : number.ToString("R", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
