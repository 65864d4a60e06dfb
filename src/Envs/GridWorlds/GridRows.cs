using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Envs.GridWorlds;

/// <summary>
/// A map as its author writes it: a list of rows, or one text with line breaks or '/' between rows. A string, a list in brackets and an
/// array of strings make one. Immutable.
/// </summary>
[CollectionBuilder(typeof(GridRows), nameof(List))]
public sealed class GridRows : IOptionValue<GridRows>
{
    private readonly string? _text;

    private GridRows(IReadOnlyList<string> rows, string? text) => (Rows, _text) = (rows, text);

    /// <summary>The rows, top row first, unchecked.</summary>
    internal IReadOnlyList<string> Rows { get; }

    /// <summary>A map in one text.</summary>
    /// <param name="text">Rows with line breaks or '/' between them.</param>
    public static implicit operator GridRows(string text) => new(Split(text), text);

    /// <summary>A map row by row.</summary>
    /// <param name="rows">The rows, top row first.</param>
    public static implicit operator GridRows(string[] rows) => new(rows, null);

    /// <summary>The same, for lists in brackets.</summary>
    /// <param name="rows">The rows, top row first.</param>
    public static GridRows List(ReadOnlySpan<string> rows) => new(rows.ToArray(), null);

    /// <inheritdoc/>
    public static JsonObject Form(NumberRange range) => JsonForm.OneOf(JsonForm.Text(), JsonForm.ListOf(JsonForm.Text()));

    /// <inheritdoc/>
    public static string Allowed(NumberRange range) => "a list of strings, one a row, or one string with line breaks or '/' between rows";

    /// <inheritdoc/>
    public static bool TryParse(JsonElement element, NumberRange range, out GridRows value)
    {
        GridRows? read = element.ValueKind switch
        {
            JsonValueKind.String => element.GetString()!,
            JsonValueKind.Array when element.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
                (string[])[.. element.EnumerateArray().Select(item => item.GetString()!)],
            _ => null,
        };
        value = read!;
        return read is not null;
    }

    /// <inheritdoc/>
    public JsonNode? ToJson() => _text is null ? new JsonArray([.. Rows.Select(row => (JsonNode)row)]) : _text;

    /// <summary>The rows, top row first.</summary>
    public IEnumerator<string> GetEnumerator() => Rows.GetEnumerator();

    /// <summary>The first and last line break of a block of text belong to the block, not to the map.</summary>
    private static string[] Split(string text) => text.Replace("\r", "", StringComparison.Ordinal).Trim('\n').Split('\n', '/');
}
