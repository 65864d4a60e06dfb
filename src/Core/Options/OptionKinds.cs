using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace FedPG.Core.Options;

/// <summary>How the types that options may have are read and written. Stateless.</summary>
internal static class OptionKinds
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.Strict };

    /// <summary>What reads a value of a type.</summary>
    /// <exception cref="ArgumentException">No option can have this type.</exception>
    public static Func<OptionReader, OptionProperty, object?, object?> ReaderOf(Type type)
    {
        if (type == typeof(double)) return ReadNumber;
        if (type == typeof(int)) return (reader, p, value) => (int?)ReadWhole(reader, p, (int?)value, int.MaxValue);
        if (type == typeof(long)) return (reader, p, value) => ReadWhole(reader, p, (long?)value, OptionReader.LargestSeed);
        if (type == typeof(bool)) return ReadFlag;
        if (type == typeof(string)) return ReadText;
        if (type.IsEnum) return (reader, p, value) => ReadWord(reader, p, value, type);
        if (type == typeof(double[]))
            return (reader, p, value) => reader.Numbers(p.Key, (double[]?)value, p.Attribute.Range, p.Attribute.Meaning);
        if (type == typeof(int[])) return ReadWholes;
        if (HasOwnForm(type)) return Generic(nameof(ReadValue), type);
        if (Implements(type, typeof(IOptionSection<>))) return Generic(nameof(ReadOwn), type);
        if (OptionVariants.Of(type) is { } variants) return variants.Read;
        if (OptionProperty.Of(type).Count > 0) return (reader, p, value) => ReadSection(reader, p, value, type);
        throw new ArgumentException(
            $"an option cannot be of type {type.Name}; it would need to be an IOptionValue, or a record of options", nameof(type));
    }

    /// <summary>The value of a type that a constant stands for.</summary>
    /// <param name="constant">A number, a word or a flag, as an attribute can hold it.</param>
    /// <param name="type">The type.</param>
    /// <exception cref="ArgumentException">It stands for none.</exception>
    public static object Constant(object constant, Type type)
    {
        if (type.IsInstanceOfType(constant)) return constant;
        if (!HasOwnForm(type)) return Convert.ChangeType(constant, type, CultureInfo.InvariantCulture);
        return typeof(OptionKinds).GetMethod(nameof(Parse), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type)
            .CreateDelegate<Func<JsonElement, object?>>()(JsonSerializer.SerializeToElement(constant))
            ?? throw new ArgumentException($"{constant} is no {type.Name}", nameof(constant));
    }

    /// <summary>A value in JSON.</summary>
    public static JsonNode? ToJson(object? value) => value switch
    {
        null => null,
        Enum word => WordOf(word),
        _ when HasOwnForm(value.GetType()) || Implements(value.GetType(), typeof(IOptionSection<>)) =>
            (JsonNode?)value.GetType().GetMethod(nameof(IOptionValue<>.ToJson))!.Invoke(value, null),
        _ when OptionVariants.Of(value.GetType()) is { } variants => variants.ToJson(value),
        _ when OptionProperty.Of(value.GetType()) is { Count: > 0 } => OptionRecord.ToJson(value),
        _ => JsonSerializer.SerializeToNode(value, value.GetType(), Json),
    };

    /// <summary>The word for a value of an enumeration.</summary>
    public static string WordOf(Enum value)
    {
        string name = value.ToString();
        string? word = value.GetType().GetField(name)?.GetCustomAttribute<WordAttribute>()?.Word;
        return word ?? JsonNamingPolicy.KebabCaseLower.ConvertName(name);
    }

    private static bool HasOwnForm(Type type) => Implements(type, typeof(IOptionValue<>));

    private static object? ReadNumber(OptionReader reader, OptionProperty p, object? value) => value is double number
        ? reader.Number(p.Key, number, p.Attribute.Range, p.Attribute.Meaning)
        : reader.Parsed<object>(p.Key, null, p.Attribute.Range.ToString(), p.Attribute.Meaning,
            e => e.ValueKind == JsonValueKind.Number && e.TryGetDouble(out double v) && p.Attribute.Range.Contains(v) ? v : null);

    private static long? ReadWhole(OptionReader reader, OptionProperty p, long? value, long limit)
    {
        long minimum = Whole(p.Attribute.Minimum, -limit), maximum = Whole(p.Attribute.Maximum, limit);
        return value is { } number
            ? reader.Long(p.Key, number, minimum, maximum, p.Attribute.Meaning)
            : reader.OptionalLong(p.Key, minimum, maximum, p.Attribute.Meaning);
    }

    private static int[]? ReadWholes(OptionReader reader, OptionProperty p, object? value) => reader.Integers(
        p.Key, (int[]?)value, Whole(p.Attribute.Minimum, int.MinValue), Whole(p.Attribute.Maximum, int.MaxValue), p.Attribute.Meaning);

    private static object? ReadFlag(OptionReader reader, OptionProperty p, object? value) => value is bool flag
        ? reader.Flag(p.Key, flag, p.Attribute.Meaning)
        : reader.Parsed<object>(p.Key, null, "true or false", p.Attribute.Meaning, e => e.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        });

    private static string? ReadText(OptionReader reader, OptionProperty p, object? value)
    {
        string[]? words = p.Attribute.Words;
        if (value is null)
        {
            return reader.Parsed<string>(p.Key, null, words is null ? "a string" : OneOf(words), p.Attribute.Meaning,
                e => e.ValueKind == JsonValueKind.String && words?.Contains(e.GetString()) != false ? e.GetString() : null);
        }
        return words is null
            ? reader.Text(p.Key, (string)value, p.Attribute.Meaning)
            : reader.Choice(p.Key, (string)value, words, p.Attribute.Meaning);
    }

    private static object? ReadWord(OptionReader reader, OptionProperty p, object? value, Type type)
    {
        Enum[] values = [.. Enum.GetValues(type).Cast<Enum>()];
        string[] words = [.. values.Select(WordOf)];
        if (value is Enum standard)
            return values[Array.IndexOf(words, reader.Choice(p.Key, WordOf(standard), words, p.Attribute.Meaning))];
        return reader.Parsed<object>(p.Key, null, OneOf(words), p.Attribute.Meaning,
            e => e.ValueKind == JsonValueKind.String && Array.IndexOf(words, e.GetString()) is >= 0 and int k ? values[k] : null);
    }

    private static object? ReadValue<T>(OptionReader reader, OptionProperty p, object? value)
        where T : IOptionValue<T>
    {
        NumberRange range = p.Attribute.Range;
        string meaning = T.Rule.Length == 0 ? p.Attribute.Meaning : $"{p.Attribute.Meaning} {T.Rule}";
        return reader.Parsed(p.Key, value is T standard ? standard.ToJson() : null, T.Allowed(range), meaning,
            e => T.TryParse(e, range, out T read) ? (object)read : null, value);
    }

    private static object ReadOwn<T>(OptionReader reader, OptionProperty p, object? value)
        where T : IOptionSection<T> => T.Read(reader, p.Key, (T)value!, p.Attribute.Meaning);

    private static object? Parse<T>(JsonElement element)
        where T : IOptionValue<T> => T.TryParse(element, NumberRange.Any, out T read) ? read : null;

    private static object? ReadSection(OptionReader reader, OptionProperty p, object? value, Type type)
    {
        OptionReader section = reader.Section(p.Key);
        object read = OptionRecord.Read(section, value ?? Activator.CreateInstance(type)!);
        section.Finish();
        return read;
    }

    /// <summary>Whether a type implements a generic interface for itself, or for a type that it derives from.</summary>
    internal static bool Implements(Type type, Type form) =>
        type.GetInterfaces().Any(i =>
            i.IsGenericType && i.GetGenericTypeDefinition() == form && i.GenericTypeArguments[0].IsAssignableFrom(type));

    private static Func<OptionReader, OptionProperty, object?, object?> Generic(string method, Type type) =>
        typeof(OptionKinds).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type)
            .CreateDelegate<Func<OptionReader, OptionProperty, object?, object?>>();

    private static int Whole(double limit, int unbounded) => double.IsFinite(limit) ? (int)limit : unbounded;

    private static long Whole(double limit, long unbounded) => double.IsFinite(limit) ? (long)limit : unbounded;

    private static string OneOf(IEnumerable<string> words) => string.Join(" | ", words.Select(w => $"\"{w}\""));
}
