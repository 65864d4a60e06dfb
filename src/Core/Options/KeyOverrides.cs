using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FedPG.Core.Options;

/// <summary>
/// Values from the command line, each written <c>key.path=value</c>: the value is read as JSON, and what is not JSON is a string.
/// Later ones win. Immutable.
/// </summary>
internal sealed class KeyOverrides
{
    /// <summary>The name of the option, as faults call it.</summary>
    public const string Source = "--set";

    private readonly IReadOnlyList<(string Path, string Value)> _items;

    private KeyOverrides(IReadOnlyList<(string, string)> items) => _items = items;

    /// <summary>
    /// The key paths that are set, in the order given; what a <see cref="ValidationErrors"/> needs to say where a value came from.
    /// </summary>
    public IReadOnlyCollection<string> Paths => [.. _items.Select(i => i.Path).Distinct()];

    /// <summary>Splits assignments into key paths and values.</summary>
    /// <param name="assignments">What followed each <c>--set</c>.</param>
    /// <param name="errors">Where a malformed one is noted.</param>
    public static KeyOverrides Parse(IEnumerable<string> assignments, ValidationErrors errors)
    {
        ArgumentNullException.ThrowIfNull(assignments);
        ArgumentNullException.ThrowIfNull(errors);
        var items = new List<(string, string)>();
        foreach (string assignment in assignments)
        {
            int equals = assignment.IndexOf('=', StringComparison.Ordinal);
            string path = equals < 0 ? "" : assignment[..equals].Trim();
            if (ErrorOf(path, assignment[(equals + 1)..]) is { } reason)
                errors.AddRange([new ValidationError(Source, "", $"\"{assignment}\"", reason)]);
            else items.Add((path, assignment[(equals + 1)..]));
        }
        return new KeyOverrides(items);
    }

    /// <summary>What is wrong with an assignment; null where nothing is.</summary>
    private static string? ErrorOf(string path, string value)
    {
        string[] keys = path.Split('.');
        if (keys.Any(key => key.Length == 0)) return "must be key=value or key.path=value";
        int depth = JsonDocuments.ReadingOptions.MaxDepth;
        if (keys.Length > depth) return $"names {keys.Length} keys below each other; at most {depth} are read";
        return (path + value).EnumerateRunes().Contains(Rune.ReplacementChar) ? "is not Unicode text"
            : IsWhole(value) ? null : UnicodeText.Half;
    }

    /// <summary>Whether a JSON value has no string that holds half of a character.</summary>
    private static bool IsWhole(string value)
    {
        if (!value.Contains("\\u", StringComparison.Ordinal)) return true;
        try
        {
            using var document = JsonDocument.Parse(value, JsonDocuments.ReadingOptions);
            UnicodeText.ThrowIfBroken(document.RootElement, Source);
            return true;
        }
        catch (JsonException)
        {
            // Not JSON, so that it is a string as it stands.
            return true;
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidInputException)
        {
            return false;
        }
    }

    /// <summary>A value as it is understood: JSON (null for a JSON null), or else a string.</summary>
    public static JsonNode? ValueOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            return JsonNode.Parse(text, null, JsonDocuments.ReadingOptions);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    /// <summary>Sets every value; objects on the way are made where they are missing.</summary>
    /// <param name="target">The root object, changed in place.</param>
    /// <param name="errors">Where a path that leads through something other than an object is noted.</param>
    public void ApplyTo(JsonObject target, ValidationErrors errors)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(errors);
        foreach ((string path, string value) in _items)
        {
            string[] keys = path.Split('.');
            JsonObject? parent = target;
            for (int k = 0; k < keys.Length - 1 && parent is not null; k++)
            {
                JsonNode? child = parent[keys[k]];
                if (child is not (null or JsonObject))
                {
                    string at = string.Join('.', keys[..(k + 1)]);
                    const string reason = "is not an object, so nothing inside it can be set";
                    errors.AddRange([new ValidationError(Source, path, value, $"\"{at}\" {reason}")]);
                }
                if (child is null) parent[keys[k]] = child = new JsonObject();
                parent = child as JsonObject;
            }
            if (parent is not null) parent[keys[^1]] = ValueOf(value);
        }
    }
}
