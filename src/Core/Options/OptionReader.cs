using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FedPG.Core.Options;

/// <summary>One option as the reader asked for it: what the documentation and <c>env info</c> show.</summary>
public sealed record OptionInfo(string Key, string Default, string Allowed, string Meaning);

/// <summary>
/// Reads one JSON object key by key. Every read names the key, its default, what is allowed and what it means, so one line of an
/// options record is at once the parser, the validator, the resolved value and the documentation. Faults are collected, and
/// <see cref="Finish"/> reports the keys nobody asked for. Not thread-safe.
/// </summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "A reader's methods are named after what they read.")]
public sealed partial class OptionReader
{
    /// <summary>
    /// The largest seed, 2^53: the largest number up to which every whole number is a double, and so reads back from JSON.
    /// </summary>
    public const long LargestSeed = 1L << 53;

    private readonly JsonElement _object;
    private readonly string _path;
    private readonly ValidationErrors _errors;
    private readonly List<OptionInfo> _described = [];
    private readonly HashSet<string> _known = [], _read = [];
    private readonly Dictionary<string, OptionReader> _sections = [];
    private readonly Dictionary<string, Func<JsonObject>> _forms = [];

    /// <summary>Starts reading an object; an undefined or null element reads as empty.</summary>
    /// <param name="element">The object.</param>
    /// <param name="path">Its dotted key path, empty for the root.</param>
    /// <param name="errors">Where faults are noted.</param>
    public OptionReader(JsonElement element, string path, ValidationErrors errors)
    {
        _path = path;
        _errors = errors;
        if (element.ValueKind is JsonValueKind.Object) _object = element;
        else if (element.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
            errors.Add(path, element.GetRawText(), "must be an object { ... }");
    }

    /// <summary>A reader of nothing: every option takes its default.</summary>
    public static OptionReader Empty() => new(default, "", new ValidationErrors("defaults"));

    /// <summary>What was read, all defaults written out.</summary>
    public JsonObject Resolved { get; } = [];

    /// <summary>The options asked for so far, in order.</summary>
    public IReadOnlyList<OptionInfo> Described => _described;

    /// <summary>The collection faults go to.</summary>
    public ValidationErrors Errors => _errors;

    /// <summary>The dotted path of a key of this object.</summary>
    public string PathOf(string key) => _path.Length == 0 ? key : $"{_path}.{key}";

    /// <summary>Keys that whoever reads now may not read, each with what to do instead; null for none.</summary>
    internal IReadOnlyDictionary<string, string>? Reserved { get; set; }

    /// <summary>Whether the user gave the key (a JSON null counts as not given).</summary>
    public bool Has(string key) => TryGet(key, out _);

    /// <summary>A number within a range.</summary>
    /// <exception cref="ArgumentException">The default is none of the numbers allowed.</exception>
    public double Number(string key, double defaultValue, NumberRange range, string meaning)
    {
        RequireDefault(key, defaultValue, range);
        Form(key, () => JsonForm.Number(range));
        double value = Read(key, defaultValue, range.ToString(), meaning,
            e => e.ValueKind == JsonValueKind.Number && e.TryGetDouble(out double v) && range.Contains(v) ? v : null);
        Resolved[key] = value;
        return value;
    }

    /// <summary>A whole number within [<paramref name="minimum"/>, <paramref name="maximum"/>].</summary>
    public int Integer(string key, int defaultValue, int minimum, int maximum, string meaning) =>
        (int)Long(key, defaultValue, minimum, maximum, meaning);

    /// <summary>A whole number of up to 53 bits within [<paramref name="minimum"/>, <paramref name="maximum"/>].</summary>
    public long Long(string key, long defaultValue, long minimum, long maximum, string meaning)
    {
        string allowed = Whole(minimum, maximum);
        // A default goes into the resolved options, which have to read back.
        if (defaultValue < minimum || defaultValue > maximum)
            throw new ArgumentException($"the default {defaultValue} of the option {key} is not {allowed}");
        Form(key, () => JsonForm.Whole(minimum, maximum));
        long value = Read<long>(key, defaultValue, allowed, meaning, e => WholeNumbers.Of(e, minimum, maximum));
        Resolved[key] = value;
        return value;
    }

    /// <summary>A seed: a whole number from 0 to <see cref="LargestSeed"/>.</summary>
    public long Seed(string key, long defaultValue, string meaning) => Long(key, defaultValue, 0, LargestSeed, meaning);

    /// <summary>A seed that may be left out: null where it is not given.</summary>
    public long? OptionalSeed(string key, string meaning) => OptionalLong(key, 0, LargestSeed, meaning);

    /// <summary>A whole number that may be left out: null where it is not given.</summary>
    public long? OptionalLong(string key, long minimum, long maximum, string meaning)
    {
        Form(key, () => JsonForm.Whole(minimum, maximum));
        return (long?)Parsed<object>(key, null, Whole(minimum, maximum), meaning, e => WholeNumbers.Of(e, minimum, maximum));
    }

    /// <summary>true or false.</summary>
    public bool Flag(string key, bool defaultValue, string meaning)
    {
        Form(key, JsonForm.Flag);
        bool value = Read<bool>(key, defaultValue, "true or false", meaning, e => e.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        });
        Resolved[key] = value;
        return value;
    }

    /// <summary>One of a few words.</summary>
    /// <param name="key">The key.</param>
    /// <param name="defaultValue">The word where none is given.</param>
    /// <param name="allowed">The words.</param>
    /// <param name="meaning">What the option is.</param>
    /// <param name="named">Those of them that a fault names: where some are known but not to be had here, which the caller says better of
    /// each. Null or none for all.</param>
    public string Choice(
        string key, string defaultValue, IReadOnlyCollection<string> allowed, string meaning, IReadOnlyCollection<string>? named = null)
    {
        Form(key, () => JsonForm.Words(allowed));
        string value = ReadText(key, defaultValue, OneOf(allowed), meaning,
            e => e.ValueKind == JsonValueKind.String && allowed.Contains(e.GetString()!) ? e.GetString() : null,
            named is { Count: > 0 } ? OneOf(named) : null);
        Resolved[key] = value;
        return value;
    }

    /// <summary>Any text.</summary>
    public string Text(string key, string defaultValue, string meaning)
    {
        Form(key, JsonForm.Text);
        string value = ReadText(key, defaultValue, "a string", meaning, e => e.ValueKind == JsonValueKind.String ? e.GetString() : null);
        Resolved[key] = value;
        return value;
    }

    /// <summary>A list of whole numbers, each within a range; null when neither given nor defaulted.</summary>
    public int[]? Integers(string key, int[]? defaultValue, int minimum, int maximum, string meaning)
    {
        Form(key, () => JsonForm.ListOf(JsonForm.Whole(minimum, maximum)));
        return Parsed(key, defaultValue, $"a list of whole numbers from {minimum} to {maximum}", meaning, e =>
        {
            if (e.ValueKind != JsonValueKind.Array) return null;
            long?[] items = [.. e.EnumerateArray().Select(i => WholeNumbers.Of(i, minimum, maximum))];
            return items.All(i => i is not null) ? [.. items.Select(i => (int)i!.Value)] : null;
        });
    }

    /// <summary>A list of numbers, each within a range; null when neither given nor defaulted.</summary>
    public double[]? Numbers(string key, double[]? defaultValue, NumberRange range, string meaning)
    {
        Form(key, () => JsonForm.ListOf(JsonForm.Number(range)));
        return Parsed(key, defaultValue, $"a list, each item {range}", meaning, e =>
        {
            if (e.ValueKind != JsonValueKind.Array) return null;
            double[] items = [.. e.EnumerateArray()
                .Select(i => i.ValueKind == JsonValueKind.Number && i.TryGetDouble(out double v) ? v : double.NaN)];
            return items.All(range.Contains) ? items : null;
        });
    }

    /// <summary>A value of any shape: <paramref name="parse"/> returns null for what is not allowed.</summary>
    public T? Parsed<T>(string key, T? defaultValue, string allowed, string meaning, Func<JsonElement, T?> parse)
        where T : class =>
        Parsed(key, defaultValue is null ? null : JsonSerializer.SerializeToNode(defaultValue), allowed, meaning, parse, defaultValue);

    /// <summary>The same where the default has a form of its own in JSON.</summary>
    internal T? Parsed<T>(string key, JsonNode? defaultJson, string allowed, string meaning, Func<JsonElement, T?> parse, T? defaultValue)
        where T : class
    {
        Describe(key, defaultJson?.ToJsonString() ?? "none", allowed, meaning);
        if (!TryGet(key, out JsonElement element))
        {
            Resolved[key] = defaultJson;
            return defaultValue;
        }
        Resolved[key] = JsonDocuments.NodeOf(element);
        if (parse(element) is { } value) return value;
        _errors.Add(PathOf(key), element.GetRawText(), $"must be {allowed}");
        return defaultValue;
    }

    private static string Whole(long minimum, long maximum) => maximum is int.MaxValue or > LargestSeed
        ? $"a whole number of at least {minimum}"
        : $"a whole number from {minimum} to {maximum}";

    private static string OneOf(IEnumerable<string> words) => string.Join(" | ", words.Select(w => $"\"{w}\""));

    private string ReadText(
        string key, string defaultValue, string allowed, string meaning, Func<JsonElement, string?> parse, string? named = null)
    {
        Describe(key, $"\"{defaultValue}\"", allowed, meaning);
        if (!TryGet(key, out JsonElement element)) return defaultValue;
        if (parse(element) is { } value) return value;
        string words = named ?? allowed;
        string hint = element.ValueKind == JsonValueKind.String && words.Contains('|', StringComparison.Ordinal)
            ? $" (nearest: \"{NearestName.Of(element.GetString()!, words.Split(" | ").Select(w => w.Trim('"')))}\")"
            : "";
        _errors.Add(PathOf(key), element.GetRawText(), $"must be {words}{hint}");
        return defaultValue;
    }

    /// <summary>A default goes into the resolved options, which have to read back.</summary>
    internal static void RequireDefault(string key, double defaultValue, NumberRange range)
    {
        if (!range.Contains(defaultValue))
            throw new ArgumentException(FormattableString.Invariant($"the default {defaultValue} of the option {key} is not {range}"));
    }

    private T Read<T>(string key, T defaultValue, string allowed, string meaning, Func<JsonElement, T?> parse)
        where T : struct
    {
        Describe(key, JsonSerializer.Serialize(defaultValue), allowed, meaning);
        if (!TryGet(key, out JsonElement element)) return defaultValue;
        if (parse(element) is { } value) return value;
        _errors.Add(PathOf(key), element.GetRawText(), $"must be {allowed}");
        return defaultValue;
    }

    private void Describe(string key, string defaultValue, string allowed, string meaning)
    {
        if (Reserved?.GetValueOrDefault(key) is { } instead)
        {
            throw new ArgumentException(
                $"the option {key} is read for every environment that is stepped, so another one needs another name ({instead})");
        }
        Ask(key);
        _described.Add(new OptionInfo(key, defaultValue, allowed, meaning));
    }

    private void Ask(string key)
    {
        _known.Add(key);
        _read.Add(key);
    }

    private bool TryGet(string key, out JsonElement element)
    {
        element = default;
        return _object.ValueKind == JsonValueKind.Object
            && _object.TryGetProperty(key, out element)
            && element.ValueKind != JsonValueKind.Null;
    }
}
