using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Policies;

/// <summary>
/// What of a policy each agent has to itself: it trains that itself, and nobody else ever sees it. In JSON <c>"none"</c>, <c>"all"</c>, or
/// a list of <c>"head"</c> and <c>"embedding"</c>. Immutable.
/// </summary>
public readonly record struct PersonalParts : IOptionValue<PersonalParts>
{
    private const string NoneWord = "none", AllWord = "all", HeadWord = "head", EmbeddingWord = "embedding";

    /// <summary>Nothing: agents share all parameters.</summary>
    public static PersonalParts None => default;

    /// <summary>Everything: agents share nothing, and each learns by itself.</summary>
    public static PersonalParts All => new() { IsAll = true };

    /// <summary>The last layer.</summary>
    public static PersonalParts Head => new() { HasHead = true };

    /// <summary>A learned vector that is part of the input.</summary>
    public static PersonalParts Embedding => new() { HasEmbedding = true };

    /// <summary>The last layer and a learned vector.</summary>
    public static PersonalParts HeadAndEmbedding => new() { HasHead = true, HasEmbedding = true };

    /// <summary>Whether agents share nothing.</summary>
    public bool IsAll { get; private init; }

    /// <summary>Whether agents have last layers of their own.</summary>
    public bool HasHead { get; private init; }

    /// <summary>Whether agents have learned vectors of their own.</summary>
    public bool HasEmbedding { get; private init; }

    /// <summary>Whether agents share all parameters.</summary>
    public bool IsNone => this == default;

    /// <inheritdoc/>
    public static string Allowed(NumberRange range) =>
        $"\"{NoneWord}\", \"{AllWord}\", or a list of \"{HeadWord}\" and \"{EmbeddingWord}\"";

    /// <inheritdoc/>
    public static bool TryParse(JsonElement element, NumberRange range, out PersonalParts value)
    {
        value = default;
        if (element.ValueKind == JsonValueKind.String)
        {
            if (element.ValueEquals(AllWord)) value = All;
            return value.IsAll || element.ValueEquals(NoneWord);
        }
        if (element.ValueKind != JsonValueKind.Array) return false;
        foreach (JsonElement part in element.EnumerateArray())
        {
            bool head = part.ValueKind == JsonValueKind.String && part.ValueEquals(HeadWord);
            if (!head && !(part.ValueKind == JsonValueKind.String && part.ValueEquals(EmbeddingWord))) return false;
            value = head ? value with { HasHead = true } : value with { HasEmbedding = true };
        }
        return true;
    }

    /// <inheritdoc/>
    public JsonNode? ToJson() => this switch
    {
        { IsAll: true } => AllWord,
        { IsNone: true } => NoneWord,
        _ => new JsonArray([.. Words.Select(word => (JsonNode)word)]),
    };

    /// <inheritdoc/>
    public override string ToString() => IsAll ? AllWord : IsNone ? NoneWord : string.Join(" and ", Words);

    private IEnumerable<string> Words
    {
        get
        {
            if (HasHead) yield return HeadWord;
            if (HasEmbedding) yield return EmbeddingWord;
        }
    }
}
