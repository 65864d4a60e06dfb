using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Federation.Schedules;

/// <summary>
/// The weight tau of the entropy term: constant, or along a line and constant from then on. In JSON it is a number, or
/// <c>{ "from", "to", "until" }</c>. Immutable.
/// </summary>
/// <param name="From">tau in round 0, 0 or more.</param>
/// <param name="To">tau from round <paramref name="Until"/> on, 0 or more.</param>
/// <param name="Until">The first round at <paramref name="To"/>; 0 for a constant.</param>
public sealed record EntropySchedule(double From, double To, int Until) : IOptionSection<EntropySchedule>
{
    private const int MaxRounds = 100_000_000;

    /// <summary>No entropy term.</summary>
    public static EntropySchedule None { get; } = new(0, 0, 0);

    /// <summary>Whether tau is ever above 0, so that the regularised columns are written.</summary>
    public bool IsUsed => From > 0 || To > 0;

    /// <summary>The same tau in every round.</summary>
    /// <param name="weight">tau, 0 or more.</param>
    public static implicit operator EntropySchedule(double weight) => FromDouble(weight);

    /// <summary>The same tau in every round.</summary>
    /// <param name="weight">tau, 0 or more.</param>
    public static EntropySchedule FromDouble(double weight) => new(weight, weight, 0);

    /// <summary>Reads a number, or a section with the keys <c>from</c>, <c>to</c> and <c>until</c>.</summary>
    /// <param name="reader">The section that the option stands in.</param>
    /// <param name="key">The option's key.</param>
    /// <param name="defaultValue">The value where none is given; a constant.</param>
    /// <param name="meaning">What the option is.</param>
    public static EntropySchedule Read(OptionReader reader, string key, EntropySchedule defaultValue, string meaning)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(defaultValue);
        EntropySchedule read = ReadForm(reader, key, defaultValue, meaning);
        reader.Form(key, Form);
        return read;
    }

    private static EntropySchedule ReadForm(OptionReader reader, string key, EntropySchedule defaultValue, string meaning)
    {
        switch (reader.Raw(key).ValueKind)
        {
            case JsonValueKind.Object:
                OptionReader schedule = reader.Section(key);
                var read = new EntropySchedule(
                    schedule.Number("from", 0, NumberRange.NonNegative, "tau in round 0"),
                    schedule.Number("to", 0, NumberRange.NonNegative, "tau at the end"),
                    schedule.Integer("until", 0, 0, MaxRounds, "the first round at the end value"));
                schedule.Finish();
                return read;
            case JsonValueKind.Undefined or JsonValueKind.Number:
                return reader.Number(key, defaultValue.To, NumberRange.NonNegative, meaning);
            default:
                reader.Reject(key, $"must be {NumberRange.NonNegative}, or {{ \"from\", \"to\", \"until\" }}");
                return defaultValue;
        }
    }

    /// <inheritdoc/>
    public static JsonObject Form() => JsonForm.OneOf(
        JsonForm.Number(NumberRange.NonNegative),
        JsonForm.Section([
            KeyValuePair.Create("from", JsonForm.Number(NumberRange.NonNegative)),
            KeyValuePair.Create("to", JsonForm.Number(NumberRange.NonNegative)),
            KeyValuePair.Create("until", JsonForm.Whole(0, MaxRounds))]));

    /// <summary>tau of a round.</summary>
    /// <param name="round">The round, 0 for the first.</param>
    public double At(int round) => round >= Until ? To : From + ((To - From) * round / Until);

    /// <inheritdoc/>
    public JsonNode? ToJson() =>
        Until == 0 && From == To ? JsonValue.Create(To) : new JsonObject { ["from"] = From, ["to"] = To, ["until"] = Until };
}
