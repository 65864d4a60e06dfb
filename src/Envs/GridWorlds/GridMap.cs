using System.Text.Json;
using FedPG.Core.Options;

namespace FedPG.Envs.GridWorlds;

/// <summary>
/// A rectangular map of letters. Cells are numbered row by row, cell = row * Columns + column, row 0 on top; rows and columns count
/// from 0. Immutable.
/// </summary>
internal sealed class GridMap
{
    /// <summary>The letter of a cell that nothing can enter.</summary>
    public const char Wall = '#';

    /// <summary>The most rows, and the most columns, a map may have.</summary>
    public const int MaximumSide = 1_000;

    /// <summary>How many errors of a kind are named.</summary>
    public const int MaxErrors = 10;

    private readonly string _cells;

    private GridMap(int rows, int columns, string cells) => (Rows, Columns, _cells) = (rows, columns, cells);

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The number of columns.</summary>
    public int Columns { get; }

    /// <summary>The number of cells, walls included.</summary>
    public int CellCount => _cells.Length;

    /// <summary>The letter of a cell.</summary>
    public char this[int cell] => _cells[cell];

    /// <summary>The rows of letters, top row first.</summary>
    public IReadOnlyList<string> Lines => [.. Enumerable.Range(0, Rows).Select(r => _cells.Substring(r * Columns, Columns))];

    /// <summary>The row and column of a cell.</summary>
    public (int Row, int Column) PlaceOf(int cell) => (cell / Columns, cell % Columns);

    /// <summary>The cells whose letter satisfies a condition, in reading order.</summary>
    public IReadOnlyList<int> CellsWhere(Func<char, bool> condition) =>
        [.. Enumerable.Range(0, CellCount).Where(c => condition(_cells[c]))];

    /// <summary>The cell one step away; the same cell when a wall or the border is in the way.</summary>
    public int Neighbour(int cell, int rowStep, int columnStep)
    {
        int row = (cell / Columns) + rowStep, column = (cell % Columns) + columnStep;
        if (row < 0 || row >= Rows || column < 0 || column >= Columns) return cell;
        int next = (row * Columns) + column;
        return _cells[next] == Wall ? cell : next;
    }

    /// <summary>A map with the same letter everywhere.</summary>
    public static GridMap Filled(int rows, int columns, char letter) => new(rows, columns, new string(letter, rows * columns));

    /// <summary>A map of rows known to be equally long.</summary>
    /// <exception cref="ArgumentException">They are not, or there are none.</exception>
    public static GridMap FromRows(IReadOnlyList<string> rows)
    {
        if (rows.Count == 0 || rows[0].Length == 0 || rows.Any(r => r.Length != rows[0].Length))
            throw new ArgumentException("a map needs at least one cell and rows of equal length", nameof(rows));
        return new GridMap(rows.Count, rows[0].Length, string.Concat(rows));
    }

    /// <summary>Checks the rows a user wrote.</summary>
    /// <param name="reader">Where faults are noted.</param>
    /// <param name="key">The option that holds the map.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="letters">The letters a map may have.</param>
    /// <param name="legend">The same in words, for the message.</param>
    /// <returns>The map; null when anything was noted.</returns>
    public static GridMap? Parse(OptionReader reader, string key, IReadOnlyList<string> rows, string letters, string legend)
    {
        if (rows.Count == 0 || rows[0].Length == 0)
        {
            reader.Reject(key, "the map has no cells");
            return null;
        }
        if (rows.Count > MaximumSide || rows[0].Length > MaximumSide)
        {
            reader.Reject(key, $"the map has {rows.Count} rows and {rows[0].Length} columns; at most {MaximumSide} of each are allowed");
            return null;
        }
        bool list = reader.Raw(key).ValueKind == JsonValueKind.Array;
        int errors = 0;
        for (int r = 0; r < rows.Count && errors < MaxErrors; r++)
        {
            string path = list ? $"{reader.PathOf(key)}[{r}]" : reader.PathOf(key);
            int bad = rows[r].AsSpan().IndexOfAnyExcept(letters);
            if (rows[r].Length != rows[0].Length)
            {
                reader.Errors.Add(path, $"\"{rows[r]}\"",
                    $"row {r} has {rows[r].Length} cells and row 0 has {rows[0].Length}; all rows must be equally long");
                errors++;
            }
            if (bad >= 0)
            {
                reader.Errors.Add(path, $"\"{rows[r]}\"", $"row {r}, column {bad}: unknown letter '{rows[r][bad]}'; allowed are {legend}");
                errors++;
            }
        }
        return errors == 0 ? FromRows(rows) : null;
    }
}
