using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FedPG.Core.Options;

/// <summary>One option of an options record, as its property and attribute declare it. Immutable and thread-safe.</summary>
internal sealed class OptionProperty
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<OptionProperty>> Known = new();
    private readonly PropertyInfo _property;
    private readonly Func<OptionReader, OptionProperty, object?, object?> _read;

    private OptionProperty(PropertyInfo property, OptionAttribute attribute)
    {
        _property = property;
        Attribute = attribute;
        Key = attribute.Key ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);
        Type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        _read = OptionKinds.ReaderOf(Type);
        Default = attribute.Default is { } value ? OptionKinds.Constant(value, Type) : null;
    }

    /// <summary>The key in JSON.</summary>
    public string Key { get; }

    /// <summary>The name of the property.</summary>
    public string Name => _property.Name;

    /// <summary>The type of the value, without "nullable".</summary>
    public Type Type { get; }

    /// <summary>Meaning and range.</summary>
    public OptionAttribute Attribute { get; }

    /// <summary>What is used where the property is null; null where nothing is.</summary>
    public object? Default { get; }

    /// <summary>The options of a record: those of its base first, each in the order of the source.</summary>
    /// <param name="type">The type of the record.</param>
    /// <exception cref="ArgumentException">A property is of a type that no option can have.</exception>
    public static IReadOnlyList<OptionProperty> Of(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return Known.GetOrAdd(type, Find);
    }

    /// <summary>The value in a record.</summary>
    /// <param name="record">The record.</param>
    public object? ValueIn(object record) => _property.GetValue(record);

    internal void Set(object record, object? value) => _property.SetValue(record, value);

    /// <summary>Reads the value from a document; errors go to the reader.</summary>
    internal object? Read(OptionReader reader, object? defaultValue)
    {
        object? value = _read(reader, this, defaultValue ?? Default);
        // After it: a reading of one form of several says that form alone.
        reader.Form(Key, Form);
        return value;
    }

    /// <summary>What is allowed, as a JSON schema.</summary>
    internal JsonObject Form() => OptionForms.Of(Type, Attribute);

    /// <summary>The value of a record in JSON; null where there is none.</summary>
    /// <param name="record">The record.</param>
    public JsonNode? JsonOf(object record) => OptionKinds.ToJson(ValueIn(record));

    private static IReadOnlyList<OptionProperty> Find(Type type)
    {
        var chain = new Stack<Type>();
        for (Type? t = type; t is not null && t != typeof(object); t = t.BaseType) chain.Push(t);
        var found = new List<OptionProperty>();
        foreach (Type declaring in chain)
        {
            PropertyInfo[] properties = declaring.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);
            foreach (PropertyInfo property in properties.OrderBy(p => p.MetadataToken))
            {
                if (property.GetCustomAttribute<OptionAttribute>() is not { } attribute) continue;
                if (!property.CanWrite)
                    throw new ArgumentException($"{declaring.Name}.{property.Name} is an option without an init accessor", nameof(type));
                found.Add(new OptionProperty(property, attribute));
            }
        }
        return found;
    }
}
