using System.Text.Json;
using System.Text.Json.Nodes;

namespace FedPG.Core.Options;

/// <content>What goes beyond one value: nested objects, values that other code reads, schemas, and keys that are not known.</content>
public sealed partial class OptionReader
{
    /// <summary>A nested object, read by its own reader; its resolved form becomes part of this one's.</summary>
    public OptionReader Section(string key)
    {
        Ask(key);
        TryGet(key, out JsonElement element);
        var section = new OptionReader(element, PathOf(key), _errors);
        Resolved[key] = section.Resolved;
        return _sections[key] = section;
    }

    /// <summary>A nested object that was read already, to check its options against others; null where no object was read.</summary>
    /// <param name="key">The key.</param>
    public OptionReader? Opened(string key) => _sections.GetValueOrDefault(key);

    /// <summary>The raw value of a key that some other code reads; undefined when it is not given.</summary>
    public JsonElement Raw(string key)
    {
        Ask(key);
        return TryGet(key, out JsonElement element) ? element : default;
    }

    /// <summary>What is allowed for a key, as a JSON schema, in the place of what its reading says.</summary>
    /// <param name="key">The key.</param>
    /// <param name="form">Gives the schema.</param>
    internal void Form(string key, Func<JsonObject> form) => _forms[key] = form;

    /// <summary>
    /// The JSON schemas of all keys that were asked for: a section as its own reader says it, and a key that other code reads as anything.
    /// </summary>
    internal IReadOnlyList<KeyValuePair<string, JsonObject>> Forms() =>
        [.. _known.Select(key => KeyValuePair.Create(key, FormOf(key)))];

    private JsonObject FormOf(string key)
    {
        JsonObject form = _forms.TryGetValue(key, out Func<JsonObject>? own) ? own()
            : _sections.TryGetValue(key, out OptionReader? section) ? JsonForm.Section(section.Forms())
            : JsonForm.Anything();
        return _described.FindLast(option => option.Key == key) is { } info
            ? JsonForm.Described(form, info.Meaning, info.Allowed, info.Default) : form;
    }

    /// <summary>Counts keys as known without reading them.</summary>
    public void Accept(IEnumerable<string> keys) => _known.UnionWith(keys);

    /// <summary>
    /// Reads the options in several ways where it cannot be known which is meant, as where they depend on an environment that has faults
    /// itself. A value is at fault where all ways that read its key refuse it. The keys of all ways are known; nothing is resolved.
    /// </summary>
    /// <param name="ways">The ways, each with a reader of its own.</param>
    public void ReadAnyOf(IEnumerable<Action<OptionReader>> ways)
    {
        ArgumentNullException.ThrowIfNull(ways);
        var readers = new List<OptionReader>();
        foreach (Action<OptionReader> way in ways)
        {
            var reader = new OptionReader(_object, _path, _errors.Another());
            way(reader);
            readers.Add(reader);
            _known.UnionWith(reader._known);
        }
        IEnumerable<ValidationError> all = readers.SelectMany(reader => reader.Errors.Items);
        foreach (IGrouping<string, ValidationError> found in all.GroupBy(error => error.KeyPath))
        {
            string key = readers.SelectMany(reader => reader._read).FirstOrDefault(read => IsWithin(found.Key, PathOf(read)), found.Key);
            if (readers.All(reader => !reader._read.Contains(key) || reader.Errors.Items.Any(fault => fault.KeyPath == found.Key)))
            {
                string allowed = string.Join("; or, elsewhere, ", found.Select(error => error.Allowed).Distinct());
                _errors.AddRange([found.First() with { Allowed = allowed }]);
            }
        }
    }

    /// <summary>Notes a fault with a key of this object.</summary>
    public void Reject(string key, string allowed) =>
        _errors.Add(PathOf(key), TryGet(key, out JsonElement e) ? e.GetRawText() : null, allowed);

    /// <summary>
    /// Refuses keys that are given where they do nothing. They are written back as not given, so that what was resolved can be read again.
    /// </summary>
    /// <param name="reason">Why they do nothing, and what to do instead.</param>
    /// <param name="keys">The keys, which were read before.</param>
    public void RejectUnused(string reason, params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
        {
            if (Has(key)) Reject(key, reason);
            Resolved[key] = null;
        }
    }

    /// <summary>Reports every key that was given but never asked for, each with the nearest key that exists.</summary>
    public void Finish()
    {
        if (_object.ValueKind != JsonValueKind.Object) return;
        foreach (JsonProperty property in _object.EnumerateObject())
        {
            if (_known.Contains(property.Name)) continue;
            _errors.Add(PathOf(property.Name), null, () => Unknown(property.Name));
        }
    }

    private string Unknown(string name) => NearestName.Of(name, _known) is { } nearest
        ? $"unknown key; the nearest key is \"{nearest}\", and allowed are {string.Join(", ", _known.Order(StringComparer.Ordinal))}"
        : "unknown key; no keys are allowed here";

    private static bool IsWithin(string path, string key) =>
        path.StartsWith(key, StringComparison.Ordinal) && (path.Length == key.Length || path[key.Length] is '.' or '[');
}
