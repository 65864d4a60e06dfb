using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FedPG.Core.Options;

/// <summary>
/// Reads and writes options that are one of several records (<see cref="OptionVariantsAttribute"/>). Immutable and thread-safe.
/// </summary>
internal sealed class OptionVariants
{
    private static readonly ConcurrentDictionary<Type, OptionVariants?> Known = new();
    private readonly OptionVariantsAttribute _attribute;
    private readonly string[] _words;
    private readonly OptionProperty? _number;

    private OptionVariants(OptionVariantsAttribute attribute)
    {
        _attribute = attribute;
        _words = [.. attribute.Variants.Select(type => type.GetCustomAttribute<WordAttribute>()?.Word
            ?? throw new ArgumentException($"{type.Name} needs a [Word] by which JSON knows it"))];
        _number = attribute.NumberStandsFor is { } name
            ? OptionProperty.Of(attribute.Variants[0]).Single(option => option.Name == name)
            : null;
    }

    /// <summary>What is known of the records of a type; null where it has none.</summary>
    /// <param name="type">The abstract record, or one of the records.</param>
    public static OptionVariants? Of(Type type) => Known.GetOrAdd(type, t =>
    {
        for (Type? known = t; known is not null; known = known.BaseType)
        {
            if (known.GetCustomAttribute<OptionVariantsAttribute>(inherit: false) is { } attribute) return new OptionVariants(attribute);
        }
        return null;
    });

    /// <summary>Reads the option.</summary>
    public object Read(OptionReader reader, OptionProperty option, object? defaults)
    {
        JsonValueKind kind = reader.Raw(option.Key).ValueKind;
        object standard = defaults ?? Activator.CreateInstance(_attribute.Variants[0])!;
        if (_number is null || kind == JsonValueKind.Object) return ReadSection(reader.Section(option.Key), standard);
        if (kind == JsonValueKind.Undefined && standard.GetType() != _attribute.Variants[0])
            return ReadSection(reader.Section(option.Key), standard);
        NumberRange range = _number.Attribute.Range;
        if (kind is not (JsonValueKind.Undefined or JsonValueKind.Number))
        {
            reader.Reject(option.Key,
                $"must be {range}, or {{ \"{_attribute.Key}\": {string.Join(" | ", _words.Select(word => $"\"{word}\""))}, ... }}");
            return standard;
        }
        object first = standard.GetType() == _attribute.Variants[0] ? standard : Activator.CreateInstance(_attribute.Variants[0])!;
        double number = reader.Number(option.Key, (double)_number.ValueIn(first)!, range,
            $"{option.Attribute.Meaning}, a number or {{ \"{_attribute.Key}\", ... }}");
        return OptionRecord.With(first, _number, number);
    }

    /// <summary>The option in JSON.</summary>
    public JsonNode ToJson(object value)
    {
        int variant = VariantOf(value.GetType());
        if (variant == 0 && _number is not null) return JsonValue.Create((double)_number.ValueIn(value)!);
        var json = new JsonObject { [_attribute.Key] = _words[variant] };
        foreach ((string key, JsonNode? own) in OptionRecord.ToJson(value)) json[key] = own?.DeepClone();
        return json;
    }

    /// <summary>What is allowed, as a JSON schema: an object for each record, and a number where one stands for the first.</summary>
    public JsonObject Form()
    {
        IEnumerable<JsonObject> records = Enumerable.Range(0, _words.Length).Select(k =>
        {
            IEnumerable<KeyValuePair<string, JsonObject>> keys = OptionForms.Keys(_attribute.Variants[k]);
            if (_attribute.KnowsAllKeys)
                keys = keys.Concat(_attribute.Variants.SelectMany(OptionForms.Keys)).DistinctBy(key => key.Key);
            JsonObject record = JsonForm.Section([KeyValuePair.Create(_attribute.Key, JsonForm.Words(_words[k])), .. keys]);
            // The first is what an object without the word means.
            if (k > 0) record["required"] = new JsonArray(_attribute.Key);
            return record;
        });
        return JsonForm.OneOf(_number is null ? records : records.Prepend(_number.Form()));
    }

    private int VariantOf(Type type)
    {
        int variant = Enumerable.Range(0, _words.Length).FirstOrDefault(k => _attribute.Variants[k] == type, -1);
        return variant >= 0
            ? variant
            : throw new ArgumentException($"{type.Name} is none of {string.Join(", ", _attribute.Variants.Select(t => t.Name))}");
    }

    private object ReadSection(OptionReader section, object standard)
    {
        string word = section.Choice(_attribute.Key, _words[VariantOf(standard.GetType())], _words, _attribute.Meaning);
        Type chosen = _attribute.Variants[Array.IndexOf(_words, word)];
        object read = OptionRecord.Read(section, chosen == standard.GetType() ? standard : Activator.CreateInstance(chosen)!);
        if (_attribute.KnowsAllKeys) section.Accept(_attribute.Variants.SelectMany(OptionProperty.Of).Select(option => option.Key));
        section.Finish();
        return read;
    }
}
