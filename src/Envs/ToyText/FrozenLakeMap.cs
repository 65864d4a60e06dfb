using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs.GridWorlds;

namespace FedPG.Envs.ToyText;

/// <summary>
/// The map of a frozen lake: a known one, one that is drawn, or one of the author's own, which a string, a list in brackets and an array of
/// strings make. Immutable.
/// </summary>
[CollectionBuilder(typeof(FrozenLakeMap), nameof(List))]
public sealed class FrozenLakeMap : IOptionValue<FrozenLakeMap>
{
    internal const string SmallWord = "4x4", LargeWord = "8x8", RandomWord = "random", Letters = "SFHG";
    private readonly string? _word;

    private FrozenLakeMap(string? word, GridRows? own) => (_word, Own) = (word, own);

    /// <summary>Gymnasium's map of 4 rows.</summary>
    public static FrozenLakeMap Small { get; } = new(SmallWord, null);

    /// <summary>Gymnasium's map of 8 rows.</summary>
    public static FrozenLakeMap Large { get; } = new(LargeWord, null);

    /// <summary>A map that is drawn by <c>size</c> and <c>mapSeed</c>.</summary>
    public static FrozenLakeMap Random { get; } = new(RandomWord, null);

    /// <summary>A map of the author's own; null for a known or drawn one.</summary>
    internal GridRows? Own { get; }

    /// <summary>A map in one text, or the name of one: 4x4, 8x8 or random.</summary>
    /// <param name="text">The name, or rows of the letters S, F, H and G with line breaks or '/' between them.</param>
    public static implicit operator FrozenLakeMap(string text) => Named(text) ?? new FrozenLakeMap(null, text);

    /// <summary>A map row by row.</summary>
    /// <param name="rows">The rows, top row first, of the letters S, F, H and G.</param>
    public static implicit operator FrozenLakeMap(string[] rows) => new(null, rows);

    /// <summary>The same, for lists in brackets.</summary>
    /// <param name="rows">The rows, top row first, of the letters S, F, H and G.</param>
    public static FrozenLakeMap List(ReadOnlySpan<string> rows) => new(null, rows.ToArray());

    /// <inheritdoc/>
    public static JsonObject Form(NumberRange range) => GridRows.Form(range);

    /// <inheritdoc/>
    public static string Allowed(NumberRange range) =>
        $"\"{SmallWord}\", \"{LargeWord}\", \"{RandomWord}\", or rows of text of the letters S, F, H, G";

    /// <inheritdoc/>
    public static bool TryParse(JsonElement element, NumberRange range, out FrozenLakeMap value)
    {
        value = null!;
        if (!GridRows.TryParse(element, range, out GridRows rows)) return false;
        if (element.ValueKind == JsonValueKind.String)
        {
            // One string is a name, or a map; a word that is neither must not be taken for a map of one row.
            bool isMap = rows.Rows.Count > 1 || rows.Rows[0].All(c => Letters.Contains(c, StringComparison.Ordinal));
            value = (rows.Rows.Count == 1 ? Named(rows.Rows[0]) : null) ?? (isMap ? new FrozenLakeMap(null, rows) : null!);
        }
        else
        {
            value = new FrozenLakeMap(null, rows);
        }
        return value is not null;
    }

    /// <inheritdoc/>
    public JsonNode? ToJson() => Own is null ? _word : Own.ToJson();

    /// <summary>The rows of a map of the author's own; none for a known or drawn one.</summary>
    public IEnumerator<string> GetEnumerator() => (Own?.Rows ?? []).GetEnumerator();

    private static FrozenLakeMap? Named(string name) => name switch
    {
        SmallWord => Small,
        LargeWord => Large,
        RandomWord => Random,
        _ => null,
    };
}
