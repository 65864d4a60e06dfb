using System.Globalization;

namespace FedPG.Reporting.Curves;

/// <summary>
/// A CSV file by its columns: the first row names them, the others hold a value in each. Cells may be quoted (<c>"a, b"</c>, <c>""</c> for
/// a quote inside). Immutable.
/// </summary>
internal sealed class CsvTable
{
    private const int MaxErrors = 20;

    private readonly Dictionary<string, string[]> _columns;
    private readonly string _path;

    private CsvTable(string path, string[] names, List<string[]> rows)
    {
        (_path, Columns, RowCount) = (path, names, rows.Count);
        _columns = names.Select((name, i) => (name, i))
            .ToDictionary(column => column.name, column => rows.Select(row => row[column.i]).ToArray(), StringComparer.Ordinal);
    }

    /// <summary>Gets the names of the columns, in the order of the file.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Gets how many rows there are under the names.</summary>
    public int RowCount { get; }

    /// <summary>The numbers of a column [rows], to the bit as they were written; an empty cell is NaN.</summary>
    /// <param name="column">The name of the column.</param>
    /// <exception cref="InvalidDataException">
    /// There is no such column, or a cell of it is no number; the message names file, line and value.
    /// </exception>
    public IReadOnlyList<double> this[string column]
    {
        get
        {
            IReadOnlyList<string> cells = Texts(column);
            var numbers = new double[cells.Count];
            var errors = new List<string>();
            for (int i = 0; i < numbers.Length; i++)
            {
                numbers[i] = double.NaN;
                if (cells[i].Length > 0 && !double.TryParse(cells[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]))
                    errors.Add($"{_path}: row {i + 1}, {column}: '{cells[i]}' is not a number.");
            }

            ThrowIfAny(errors);
            return numbers;
        }
    }

    /// <summary>Whether there is a column of a name.</summary>
    /// <param name="column">The name.</param>
    /// <returns>Whether there is.</returns>
    public bool Has(string column) => _columns.ContainsKey(column);

    /// <summary>The cells of a column as they are [rows].</summary>
    /// <param name="column">The name of the column.</param>
    /// <returns>The cells.</returns>
    /// <exception cref="InvalidDataException">There is no such column; the message names those that there are.</exception>
    public IReadOnlyList<string> Texts(string column) => _columns.TryGetValue(column, out string[]? cells)
        ? cells
        : throw new InvalidDataException($"{_path}: there is no column '{column}'; there are {string.Join(", ", Columns)}.");

    /// <summary>Reads a file. Another process may be writing to it.</summary>
    /// <param name="path">The file, UTF-8.</param>
    /// <returns>The table.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// It is no table: empty, a name twice, or a row with another number of cells; a line for each fault.
    /// </exception>
    public static CsvTable Read(string path) => Read(path, wholeRowsOnly: false);

    /// <summary>Reads a file; without a last row that does not end yet, where rows are known to end with a line feed.</summary>
    internal static CsvTable Read(string path, bool wholeRowsOnly)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        string text = reader.ReadToEnd();
        if (wholeRowsOnly) text = text[..(text.LastIndexOf('\n') + 1)];

        List<string[]> rows = Rows(text);
        if (rows.Count == 0) throw new InvalidDataException($"{path}: the file is empty; a row with the names of the columns is needed.");
        string[] names = rows[0];
        rows.RemoveAt(0);
        var errors = names.GroupBy(name => name).Where(group => group.Count() > 1)
            .Select(group => $"{path}: the column '{group.Key}' is named {group.Count()} times.").ToList();
        for (int i = 0; i < rows.Count; i++)
        {
            if (rows[i].Length != names.Length) errors.Add($"{path}: row {i + 1} has {rows[i].Length} cells; {names.Length} are needed.");
        }

        ThrowIfAny(errors);
        return new CsvTable(path, names, rows);
    }

    private static List<string[]> Rows(string text)
    {
        var rows = new List<string[]>();
        var row = new List<string>();
        var cell = new System.Text.StringBuilder();
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quoted)
            {
                if (c != '"') cell.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"') cell.Append(text[++i]);
                else quoted = false;
            }
            else if (c == '"')
            {
                quoted = true;
            }
            else if (c == ',')
            {
                EndCell();
            }
            else if (c == '\n')
            {
                EndRow();
            }
            else if (c != '\r')
            {
                cell.Append(c);
            }
        }

        EndRow();
        return rows;

        void EndCell()
        {
            row.Add(cell.ToString());
            cell.Clear();
        }

        // Blank lines are no rows.
        void EndRow()
        {
            if (row.Count == 0 && cell.Length == 0) return;
            EndCell();
            rows.Add([.. row]);
            row.Clear();
        }
    }

    private static void ThrowIfAny(List<string> errors)
    {
        if (errors.Count == 0) return;
        IEnumerable<string> shown = errors.Take(MaxErrors);
        if (errors.Count > MaxErrors) shown = shown.Append($"... and {errors.Count - MaxErrors} more.");
        throw new InvalidDataException(string.Join('\n', shown));
    }
}
