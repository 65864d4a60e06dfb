using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Envs.Episodic;

/// <summary>
/// An option that is a text for all agents, or a list of texts, one an agent. A text and a list convert to it. Immutable.
/// </summary>
[CollectionBuilder(typeof(AgentWords), nameof(List))]
public sealed class AgentWords : IOptionValue<AgentWords>, IEquatable<AgentWords>
{
    private readonly string[] _items;
    private readonly bool _isList;

    private AgentWords(string[] items, bool isList) => (_items, _isList) = (items, isList);

    /// <summary>The texts; one where all agents have the same.</summary>
    public IReadOnlyList<string> Items => _items;

    /// <summary>The text of an agent; a list that is shorter begins anew.</summary>
    /// <param name="agent">The agent's index.</param>
    public string this[int agent] => _items[agent % _items.Length];

    /// <summary>One text for all agents.</summary>
    /// <param name="word">The text.</param>
    public static implicit operator AgentWords(string word) => new([word], isList: false);

    /// <summary>A list of texts, at least one.</summary>
    /// <param name="words">The texts.</param>
    public static AgentWords List(params ReadOnlySpan<string> words) => new([.. words], isList: true);

    /// <summary>The same as the conversion.</summary>
    /// <param name="word">The text.</param>
    public static AgentWords FromString(string word) => word;

    /// <inheritdoc/>
    public static string Allowed(NumberRange range) => "a text, or a list of texts";

    /// <inheritdoc/>
    public static bool TryParse(JsonElement element, NumberRange range, out AgentWords value)
    {
        value = null!;
        if (element.ValueKind == JsonValueKind.String)
        {
            value = element.GetString()!;
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            string?[] items = [.. element.EnumerateArray().Select(i => i.ValueKind == JsonValueKind.String ? i.GetString() : null)];
            if (items.Length > 0 && !items.Contains(null)) value = new AgentWords([.. items.OfType<string>()], isList: true);
        }
        return value is not null;
    }

    /// <inheritdoc/>
    public JsonNode? ToJson() => _isList ? new JsonArray([.. _items.Select(item => (JsonNode)item)]) : (JsonNode)_items[0];

    /// <summary>The texts in order.</summary>
    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_items).GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(AgentWords? other) => other is not null && _isList == other._isList && _items.SequenceEqual(other._items);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AgentWords);

    /// <inheritdoc/>
    public override int GetHashCode() => _items.Aggregate(0, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => ToJson()!.ToJsonString();
}
