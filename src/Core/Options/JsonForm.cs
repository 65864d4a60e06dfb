using System.Text.Json;
using System.Text.Json.Nodes;

namespace FedPG.Core.Options;

/// <summary>
/// Parts of a JSON schema (draft 7, without <c>if</c> and <c>const</c>, which not every reader knows). Each call gives a node of its own.
/// Stateless.
/// </summary>
internal static class JsonForm
{
    private const string Type = "type", AnyOf = "anyOf", Enum = "enum";

    /// <summary>Any value.</summary>
    public static JsonObject Anything() => [];

    /// <summary>A number of a range.</summary>
    /// <param name="range">The range.</param>
    public static JsonObject Number(NumberRange range) => Bounded("number", range);

    /// <summary>A whole number.</summary>
    /// <param name="minimum">The smallest.</param>
    /// <param name="maximum">The largest.</param>
    public static JsonObject Whole(long minimum, long maximum) =>
        new() { [Type] = "integer", ["minimum"] = minimum, ["maximum"] = maximum };

    /// <summary>true or false.</summary>
    public static JsonObject Flag() => new() { [Type] = "boolean" };

    /// <summary>Any text.</summary>
    public static JsonObject Text() => new() { [Type] = "string" };

    /// <summary>One of a few words.</summary>
    /// <param name="words">The words.</param>
    public static JsonObject Words(params IEnumerable<string> words) =>
        new() { [Enum] = new JsonArray([.. words.Distinct().Select(word => (JsonNode)word)]) };

    /// <summary>A list.</summary>
    /// <param name="item">The form of each item.</param>
    /// <param name="count">How many there are; null for any number.</param>
    public static JsonObject ListOf(JsonObject item, int? count = null)
    {
        var list = new JsonObject { [Type] = "array", ["items"] = item };
        if (count is { } n) (list["minItems"], list["maxItems"]) = (n, n);
        return list;
    }

    /// <summary>One of several forms, each counted once.</summary>
    /// <param name="forms">The forms, at least one.</param>
    public static JsonObject OneOf(params IEnumerable<JsonObject> forms)
    {
        JsonObject[] distinct = [.. forms.DistinctBy(form => form.ToJsonString())];
        if (distinct.Any(form => form.Count == 0)) return Anything();
        return distinct.Length == 1 ? distinct[0] : new JsonObject { [AnyOf] = new JsonArray([.. distinct]) };
    }

    /// <summary>An object that has no other keys than these, none of which must be there. A null counts as not given.</summary>
    /// <param name="keys">The forms of its keys.</param>
    public static JsonObject Section(IEnumerable<KeyValuePair<string, JsonObject>> keys) => new()
    {
        [Type] = "object",
        ["properties"] = new JsonObject(keys.Select(key => KeyValuePair.Create(key.Key, (JsonNode?)OrNull(key.Value)))),
        ["additionalProperties"] = false,
    };

    /// <summary>A form with what it means, and what is used where it is not given.</summary>
    /// <param name="form">The form, which is changed.</param>
    /// <param name="meaning">What it means.</param>
    /// <param name="allowed">What is allowed, in words; null where the form says all.</param>
    /// <param name="standard">The default in JSON; null for none.</param>
    public static JsonObject Described(JsonObject form, string meaning, string? allowed, string? standard)
    {
        form["description"] = allowed is null ? meaning : $"{meaning} ({allowed})";
        if (standard is not null && Parse(standard) is { } value) form["default"] = value;
        return form;
    }

    private static JsonObject OrNull(JsonObject form)
    {
        switch (form)
        {
            case var _ when form[Enum] is JsonArray words:
                words.Add(null);
                break;
            case var _ when form[AnyOf] is JsonArray forms:
                forms.Add(new JsonObject { [Type] = "null" });
                break;
            case var _ when form[Type] is JsonValue type:
                form[Type] = new JsonArray(type.DeepClone(), "null");
                break;
            default:
                break;
        }
        return form;
    }

    private static JsonObject Bounded(string type, NumberRange range)
    {
        var form = new JsonObject { [Type] = type };
        if (double.IsFinite(range.Minimum)) form[range.OpenMinimum ? "exclusiveMinimum" : "minimum"] = range.Minimum;
        if (double.IsFinite(range.Maximum)) form[range.OpenMaximum ? "exclusiveMaximum" : "maximum"] = range.Maximum;
        return form;
    }

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
