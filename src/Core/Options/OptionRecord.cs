using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FedPG.Core.Options;

/// <summary>
/// Reads, writes and describes options records. A program and a file go the same way: a record that was written in C# is turned into JSON
/// and read like a file, so that both are held to the same rules and get the same messages. Stateless.
/// </summary>
public static class OptionRecord
{
    private static readonly MethodInfo Copy = typeof(object).GetMethod("MemberwiseClone", BindingFlags.NonPublic | BindingFlags.Instance)!;

    /// <summary>
    /// Reads a record from a section of a document. Every option is read, in the order of the source; errors go to the reader.
    /// </summary>
    /// <typeparam name="T">The type of the record; a subtype of it may be given.</typeparam>
    /// <param name="reader">The section.</param>
    /// <param name="defaults">What options have that are not given. A default that depends on the context is set here.</param>
    /// <returns>A new record, where options that were refused have their defaults.</returns>
    public static T Read<T>(OptionReader reader, T defaults)
        where T : class => Read(reader, defaults, new Dictionary<string, Func<OptionProperty, object?>?>());

    /// <summary>Reads a record where the context decides what is allowed.</summary>
    /// <typeparam name="T">The type of the record; a subtype of it may be given.</typeparam>
    /// <param name="reader">The section.</param>
    /// <param name="defaults">What options have that are not given.</param>
    /// <param name="instead">
    /// By the name of a property, what reads it in the place of its declaration. Null in the place of a function leaves the option unread:
    /// its key is known, and the record has its default.
    /// </param>
    /// <returns>A new record, where options that were refused have their defaults.</returns>
    internal static T Read<T>(OptionReader reader, T defaults, IReadOnlyDictionary<string, Func<OptionProperty, object?>?> instead)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(defaults);
        var record = (T)Copy.Invoke(defaults, null)!;
        foreach (OptionProperty property in OptionProperty.Of(defaults.GetType()))
        {
            if (!instead.TryGetValue(property.Name, out Func<OptionProperty, object?>? read))
                property.Set(record, property.Read(reader, property.ValueIn(defaults)));
            else if (read is null) reader.Accept([property.Key]);
            else property.Set(record, read(property));
        }
        return record;
    }

    /// <summary>A copy of a record with another value of an option.</summary>
    internal static object With(object record, OptionProperty property, object? value)
    {
        object copy = Copy.Invoke(record, null)!;
        property.Set(copy, value);
        return copy;
    }

    /// <summary>A record in JSON, as it would be written in a file. Options that are null are left out: they count as not given.</summary>
    /// <param name="record">The record.</param>
    public static JsonObject ToJson(object record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var json = new JsonObject();
        foreach (OptionProperty property in OptionProperty.Of(record.GetType()))
        {
            if (property.JsonOf(record) is { } value) json[property.Key] = value;
        }
        return json;
    }

    /// <summary>The options of a record with default, range and meaning, for documentation.</summary>
    /// <param name="defaults">A record with its defaults.</param>
    public static IReadOnlyList<OptionInfo> Describe(object defaults)
    {
        var reader = OptionReader.Empty();
        Read(reader, defaults);
        return reader.Described;
    }

    /// <summary>Takes a record of a program through the reader of files.</summary>
    /// <param name="record">The record.</param>
    /// <param name="read">What reads the section of a file, and checks it.</param>
    /// <returns>What was read.</returns>
    /// <exception cref="InvalidInputException">Options are not allowed; all of them are named at once, by their keys.</exception>
    public static TResult Check<TResult>(object record, Func<OptionReader, TResult> read)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(read);
        var errors = new ValidationErrors(record.GetType().Name);
        var reader = new OptionReader(JsonSerializer.SerializeToElement(ToJson(record)), "", errors);
        TResult result = read(reader);
        reader.Finish();
        errors.ThrowIfAny();
        return result;
    }
}
