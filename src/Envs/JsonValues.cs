using System.Text.Json;
using FedPG.Core.Options;

namespace FedPG.Envs;

/// <summary>Parts of options in JSON. Stateless.</summary>
internal static class JsonValues
{
    /// <summary>A list of numbers; null where the element is no list, or an item is no number of the range.</summary>
    /// <param name="element">The element.</param>
    /// <param name="range">What each number may be.</param>
    public static double[]? Numbers(JsonElement element, NumberRange range)
    {
        if (element.ValueKind != JsonValueKind.Array) return null;
        double[] items = [.. element.EnumerateArray()
            .Select(i => i.ValueKind == JsonValueKind.Number && i.TryGetDouble(out double v) ? v : double.NaN)];
        return items.All(range.Contains) ? items : null;
    }

    /// <summary>The element as one of a few words; null for anything else.</summary>
    /// <param name="element">The element.</param>
    /// <param name="words">The words.</param>
    public static string? Word(JsonElement element, params ReadOnlySpan<string> words)
    {
        string? text = element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        return text is not null && words.Contains(text) ? text : null;
    }
}
