using System.Reflection;
using System.Text.Json.Nodes;

namespace FedPG.Core.Options;

/// <summary>The JSON schemas of the types that options may have. Stateless.</summary>
internal static class OptionForms
{
    /// <summary>What is allowed for an option.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="attribute">Its range and words.</param>
    public static JsonObject Of(Type type, OptionAttribute attribute)
    {
        NumberRange range = attribute.Range;
        if (type == typeof(double)) return JsonForm.Number(range);
        if (type == typeof(int)) return Whole(attribute, int.MinValue, int.MaxValue);
        if (type == typeof(long)) return Whole(attribute, -OptionReader.LargestSeed, OptionReader.LargestSeed);
        if (type == typeof(bool)) return JsonForm.Flag();
        if (type == typeof(string)) return attribute.Words is { } words ? JsonForm.Words(words) : JsonForm.Text();
        if (type.IsEnum) return JsonForm.Words(Enum.GetValues(type).Cast<Enum>().Select(OptionKinds.WordOf));
        if (type == typeof(double[])) return JsonForm.ListOf(JsonForm.Number(range));
        if (type == typeof(int[])) return JsonForm.ListOf(Whole(attribute, int.MinValue, int.MaxValue));
        if (OptionKinds.Implements(type, typeof(IOptionValue<>))) return Static(nameof(FormOfValue), type, range);
        if (OptionKinds.Implements(type, typeof(IOptionSection<>))) return Static(nameof(FormOfSection), type);
        if (OptionVariants.Of(type) is { } variants) return variants.Form();
        return OptionProperty.Of(type).Count > 0 ? JsonForm.Section(Keys(type)) : JsonForm.Anything();
    }

    /// <summary>The keys of a record with their schemas.</summary>
    /// <param name="type">The type of the record.</param>
    public static IEnumerable<KeyValuePair<string, JsonObject>> Keys(Type type) => OptionProperty.Of(type).Select(option =>
        KeyValuePair.Create(option.Key, JsonForm.Described(option.Form(), option.Attribute.Meaning, null, null)));

    private static JsonObject Whole(OptionAttribute attribute, long minimum, long maximum) => JsonForm.Whole(
        double.IsFinite(attribute.Minimum) ? (long)attribute.Minimum : minimum,
        double.IsFinite(attribute.Maximum) ? (long)attribute.Maximum : maximum);

    private static JsonObject FormOfValue<T>(NumberRange range)
        where T : IOptionValue<T> => T.Form(range);

    private static JsonObject FormOfSection<T>()
        where T : IOptionSection<T> => T.Form();

    private static JsonObject Static(string method, Type type, params object[] arguments) =>
        (JsonObject)typeof(OptionForms).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type)
            .Invoke(null, arguments)!;
}
