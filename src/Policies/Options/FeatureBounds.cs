using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Policies.Options;

/// <summary>Ranges [low, high] of the numbers that are observed, one a number: low &lt; high, of a finite width. Immutable.</summary>
[SuppressMessage("Usage", "CA2225:Operator overloads have named alternates", Justification = "The constructor is that alternate.")]
public sealed class FeatureBounds : IOptionValue<FeatureBounds>
{
    private readonly (double Low, double High)[] _ranges;

    /// <summary>Ranges, one for each number that is observed.</summary>
    /// <param name="ranges">The ranges.</param>
    public FeatureBounds(params IEnumerable<(double Low, double High)> ranges) => _ranges = [.. ranges];

    /// <summary>The ranges.</summary>
    public IReadOnlyList<(double Low, double High)> Ranges => _ranges;

    /// <summary>Ranges, one for each number that is observed.</summary>
    /// <param name="ranges">The ranges.</param>
    public static implicit operator FeatureBounds((double Low, double High)[] ranges) => new(ranges);

    /// <inheritdoc/>
    public static JsonObject Form(NumberRange range) => JsonForm.ListOf(JsonForm.ListOf(JsonForm.Number(NumberRange.Any), 2));

    /// <inheritdoc/>
    public static string Allowed(NumberRange range) => "a list of ranges [low, high]";

    /// <inheritdoc/>
    public static bool TryParse(JsonElement element, NumberRange range, out FeatureBounds value)
    {
        value = new FeatureBounds();
        if (element.ValueKind != JsonValueKind.Array) return false;
        var ranges = new List<(double Low, double High)>();
        foreach (JsonElement item in element.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Array) return false;
            double[] ends = [.. item.EnumerateArray().Select(Number)];
            if (ends is not [double low, double high] || !IsRange((low, high))) return false;
            ranges.Add((low, high));
        }
        value = new FeatureBounds(ranges);
        return true;
    }

    /// <inheritdoc/>
    public JsonNode ToJson() => new JsonArray([.. _ranges.Select(range => (JsonNode)new JsonArray(range.Low, range.High))]);

    /// <summary>Whether the low end is below the high one and the width is finite.</summary>
    /// <param name="range">The ends.</param>
    internal static bool IsRange((double Low, double High) range) => range.Low < range.High && double.IsFinite(range.High - range.Low);

    private static double Number(JsonElement end) =>
        end.ValueKind == JsonValueKind.Number && end.TryGetDouble(out double value) ? value : double.NaN;
}
