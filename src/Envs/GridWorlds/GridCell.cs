using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Envs.GridWorlds;

/// <summary>A cell of a map. A pair (row, column) makes one.</summary>
/// <param name="Row">The row, 0 on top.</param>
/// <param name="Column">The column, 0 on the left.</param>
public readonly record struct GridCell(int Row, int Column)
{
    /// <summary>The cell of a row and a column.</summary>
    /// <param name="place">Row and column, each from 0.</param>
    public static implicit operator GridCell((int Row, int Column) place) => new(place.Row, place.Column);

    /// <summary>[row, column]; null for anything else.</summary>
    internal static GridCell? Parse(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() != 2) return null;
        (long? row, long? column) = (Coordinate(element[0]), Coordinate(element[1]));
        return row is { } r && column is { } c ? new GridCell((int)r, (int)c) : null;

        static long? Coordinate(JsonElement item) => WholeNumbers.Of(item, int.MinValue, int.MaxValue);
    }

    /// <summary>A list of at least one [row, column]; null for anything else.</summary>
    internal static GridCell[]? ParseList(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0) return null;
        GridCell[] cells = [.. element.EnumerateArray().Select(Parse).OfType<GridCell>()];
        return cells.Length == element.GetArrayLength() ? cells : null;
    }

    /// <summary>[row, column] as a JSON schema.</summary>
    internal static JsonObject Form() => JsonForm.ListOf(JsonForm.Whole(int.MinValue, int.MaxValue), 2);

    /// <summary>[row, column].</summary>
    internal JsonArray ToJson() => [Row, Column];

    /// <summary>[row, column], as messages write it.</summary>
    public override string ToString() => $"[{Row}, {Column}]";
}

/// <summary>
/// One cell or several, at most one an agent. A pair (row, column), a list in brackets and an array of cells make one. Immutable.
/// </summary>
[CollectionBuilder(typeof(GridCells), nameof(List))]
public sealed class GridCells : IOptionValue<GridCells>
{
    private GridCells(GridCell[] cells) => Cells = cells;

    /// <summary>The cells, at least one.</summary>
    internal IReadOnlyList<GridCell> Cells { get; }

    /// <summary>One cell for all agents.</summary>
    /// <param name="cell">Row and column, each from 0.</param>
    public static implicit operator GridCells((int Row, int Column) cell) => new([cell]);

    /// <summary>Cells of the agents' own, cyclically where there are fewer than agents.</summary>
    /// <param name="cells">At least one cell.</param>
    public static implicit operator GridCells(GridCell[] cells) => new(cells);

    /// <summary>The same, for lists in brackets.</summary>
    /// <param name="cells">At least one cell.</param>
    public static GridCells List(ReadOnlySpan<GridCell> cells) => new(cells.ToArray());

    /// <inheritdoc/>
    public static JsonObject Form(NumberRange range) => JsonForm.OneOf(GridCell.Form(), JsonForm.ListOf(GridCell.Form()));

    /// <inheritdoc/>
    public static string Allowed(NumberRange range) => "[row, column] or a list of them";

    /// <inheritdoc/>
    public static bool TryParse(JsonElement element, NumberRange range, out GridCells value)
    {
        GridCell[]? cells = GridCell.Parse(element) is { } one ? [one] : GridCell.ParseList(element);
        value = cells is null ? null! : new GridCells(cells);
        return cells is not null;
    }

    /// <inheritdoc/>
    public JsonNode? ToJson() => new JsonArray([.. Cells.Select(cell => cell.ToJson())]);

    /// <summary>The cells.</summary>
    public IEnumerator<GridCell> GetEnumerator() => Cells.GetEnumerator();
}

/// <summary>Where episodes start: in one cell, or anywhere. A pair (row, column) makes one. Immutable.</summary>
public sealed class StartCell : IOptionValue<StartCell>
{
    private const string RandomWord = "random";

    private StartCell(GridCell? cell) => Cell = cell;

    /// <summary>Uniformly over all free cells that are no goals.</summary>
    public static StartCell Random { get; } = new(null);

    /// <summary>The cell; null for <see cref="Random"/>.</summary>
    internal GridCell? Cell { get; }

    /// <summary>One cell.</summary>
    /// <param name="cell">Row and column, each from 0.</param>
    public static implicit operator StartCell((int Row, int Column) cell) => new(cell);

    /// <inheritdoc/>
    public static JsonObject Form(NumberRange range) => JsonForm.OneOf(GridCell.Form(), JsonForm.Words(RandomWord));

    /// <inheritdoc/>
    public static string Allowed(NumberRange range) => $"[row, column] or \"{RandomWord}\"";

    /// <inheritdoc/>
    public static bool TryParse(JsonElement element, NumberRange range, out StartCell value)
    {
        StartCell? read = JsonValues.Word(element, RandomWord) is not null ? Random
            : GridCell.Parse(element) is { } cell ? new StartCell(cell)
            : null;
        value = read!;
        return read is not null;
    }

    /// <inheritdoc/>
    public JsonNode? ToJson() => Cell is { } cell ? cell.ToJson() : RandomWord;
}
