using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Federation.Setup;

/// <summary>
/// The target at which a run ends before its last round: a figure that evaluations show several times in a row. Immutable.
/// </summary>
public sealed record StopAtOptions : IOptionSection<StopAtOptions>
{
    /// <summary>The figures, by the names of their columns.</summary>
    internal const string OfObjective = "objective", OfGap = "gap", OfOwnGap = "own_gap", OfWorstOwnGap = "worst_own_gap",
        OfReturn = "episode_return", OfSuccess = "success_rate";

    private const string ValueKey = "value";

    /// <summary>
    /// What is looked at. objective (the default), gap, own_gap and worst_own_gap, as in metrics.csv, must come down to the value;
    /// episode_return and success_rate must reach it for each agent.
    /// </summary>
    [Option("what is looked at: a column of metrics.csv, which must be at most the value, or episode_return or success_rate, which must be "
        + "at least the value for each agent",
        Words = [OfObjective, OfGap, OfOwnGap, OfWorstOwnGap, OfReturn, OfSuccess])]
    public string Column { get; init; } = OfObjective;

    /// <summary>The value that must be reached; needed.</summary>
    [Option("the value that must be reached")]
    public double Value { get; init; }

    /// <summary>The evaluations in a row that must reach it, 1 to 10^6; 1 by default.</summary>
    [Option("the evaluations in a row that must reach it", Minimum = 1, Maximum = 1_000_000)]
    public int Held { get; init; } = 1;

    /// <summary>Whether figures are costs, which must be at most the value.</summary>
    internal bool IsCost => Column is not (OfReturn or OfSuccess);

    /// <inheritdoc/>
    static StopAtOptions IOptionSection<StopAtOptions>.Read(
        OptionReader reader, string key, StopAtOptions defaultValue, string meaning)
    {
        ArgumentNullException.ThrowIfNull(reader);
        // No target is the default, and stays none.
        if (reader.Raw(key).ValueKind == JsonValueKind.Undefined) return defaultValue;
        OptionReader section = reader.Section(key);
        StopAtOptions read = OptionRecord.Read(section, new StopAtOptions());
        if (reader.Raw(key).ValueKind == JsonValueKind.Object && !section.Has(ValueKey))
            section.Reject(ValueKey, "is needed: a number");
        section.Finish();
        return read;
    }

    /// <inheritdoc/>
    static JsonObject IOptionSection<StopAtOptions>.Form() => JsonForm.Section(OptionForms.Keys(typeof(StopAtOptions)));

    /// <inheritdoc/>
    public JsonNode? ToJson() => OptionRecord.ToJson(this);

    /// <summary>The target in words: <c>objective at most 3.5, held for 3 evaluations</c>.</summary>
    internal string InWords() => string.Create(CultureInfo.InvariantCulture,
        $"{Column} {(IsCost ? "at most" : "at least")} {Value}{(Held > 1 ? $", held for {Held} evaluations" : "")}");
}
