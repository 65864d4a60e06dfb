using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Envs.Episodic;

/// <summary>
/// The ranges that agents' numbers are drawn from, by the key of the option: <c>new() { ["length"] = (0.3, 0.8) }</c>. Immutable.
/// </summary>
public sealed class AgentRanges : IOptionValue<AgentRanges>, IEquatable<AgentRanges>
{
    private readonly OrderedDictionary<string, (double Low, double High)> _ranges = new(StringComparer.Ordinal);

    /// <summary>The keys of the options that have a range, in the order given.</summary>
    public IReadOnlyCollection<string> Keys => _ranges.Keys;

    /// <summary>The range of an option.</summary>
    /// <param name="key">The key of the option.</param>
    /// <exception cref="KeyNotFoundException">The option has no range.</exception>
    public (double Low, double High) this[string key]
    {
        get => _ranges[key];
        init => _ranges[key] = value;
    }

    /// <summary>The range of an option; null where it has none.</summary>
    /// <param name="key">The key of the option.</param>
    public (double Low, double High)? Find(string key) => _ranges.TryGetValue(key, out (double Low, double High) range) ? range : null;

    /// <inheritdoc/>
    public static JsonObject Form(NumberRange range) =>
        new() { ["type"] = "object", ["additionalProperties"] = JsonForm.ListOf(JsonForm.Number(range), 2) };

    /// <inheritdoc/>
    public static string Allowed(NumberRange range) => "an object with a range [low, high] for one or more numbers";

    /// <inheritdoc/>
    public static bool TryParse(JsonElement element, NumberRange range, out AgentRanges value)
    {
        value = new AgentRanges();
        if (element.ValueKind != JsonValueKind.Object) return false;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (ParseRange(property.Value, range) is not { } parsed) return false;
            value._ranges[property.Name] = parsed;
        }
        return value.Keys.Count > 0;
    }

    /// <inheritdoc/>
    public JsonNode? ToJson() =>
        new JsonObject([.. _ranges.Select(range => KeyValuePair.Create(range.Key, (JsonNode?)Json(range.Value)))]);

    /// <inheritdoc/>
    public bool Equals(AgentRanges? other) =>
        other is not null && _ranges.Count == other._ranges.Count && _ranges.All(range => other.Find(range.Key) == range.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AgentRanges);

    /// <inheritdoc/>
    public override int GetHashCode() => _ranges.Count;

    /// <summary>A range [low, high] of allowed numbers; null for anything else.</summary>
    internal static (double Low, double High)? ParseRange(JsonElement element, NumberRange range) =>
        JsonValues.Numbers(element, range) is [double low, double high] && low <= high ? (low, high) : null;

    /// <summary>Adds the range of an option while the ranges are collected.</summary>
    internal void Add(string key, (double Low, double High) range) => _ranges.Add(key, range);

    private static JsonArray Json((double Low, double High) range) => new JsonArray(range.Low, range.High);
}
