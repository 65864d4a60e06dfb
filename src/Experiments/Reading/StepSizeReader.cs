using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Federation.Schedules;

namespace FedPG.Experiments.Reading;

/// <summary>Reads <c>federation.localStepSize</c>: a number, or an object that names a schedule and its own keys.</summary>
internal static class StepSizeReader
{
    private const string Key = "localStepSize", Schedule = "schedule", Mu = "mu";
    private const double Default = 0.1;
    private static readonly string[] Schedules = ["constant", "theorem-2", "theorem-3", "1/t", "cosine", "geometric"];

    /// <summary>Reads the schedule; faults name the nested key.</summary>
    /// <param name="federation">The federation section.</param>
    /// <param name="agents">N.</param>
    /// <param name="localSteps">H.</param>
    /// <param name="rounds">T.</param>
    public static StepSizeSchedule Read(OptionReader federation, int agents, int localSteps, int rounds)
    {
        JsonValueKind kind = federation.Raw(Key).ValueKind;
        if (kind == JsonValueKind.Object)
        {
            OptionReader reader = federation.Section(Key);
            StepSizeSchedule schedule = ReadObject(reader, agents, localSteps, rounds);
            reader.Finish();
            return schedule;
        }
        if (kind is JsonValueKind.Undefined or JsonValueKind.Number)
            return StepSizeSchedule.Constant(federation.Number(Key, Default, NumberRange.Positive, "eta, a number or { \"schedule\", ... }"));
        federation.Reject(Key, $"must be {NumberRange.Positive}, or {{ \"schedule\": {string.Join(" | ", Schedules.Select(s => $"\"{s}\""))}, ... }}");
        return StepSizeSchedule.Constant(Default);
    }

    private static StepSizeSchedule ReadObject(OptionReader reader, int agents, int localSteps, int rounds)
    {
        switch (reader.Choice(Schedule, Schedules[0], Schedules, "how eta goes by rounds"))
        {
            case "theorem-2":
                double mu = reader.Number(Mu, 1, NumberRange.Positive, "the constant of gradient domination, Eq. (12)");
                if (!reader.Has(Mu)) reader.Reject(Mu, $"is needed by the schedule \"theorem-2\": {NumberRange.Positive}");
                return Usable(reader, StepSizeSchedule.Theorem2(mu, agents, localSteps, rounds, Factor(reader)));
            case "theorem-3":
                return Usable(reader, StepSizeSchedule.Theorem3(agents, localSteps, rounds, Factor(reader)));
            case "1/t":
                return StepSizeSchedule.Inverse(
                    reader.Number("from", Default, NumberRange.Positive, "eta in round 0"),
                    reader.Number("delay", 100, NumberRange.Positive, "the round in which eta is half of it"));
            case "geometric":
                double from = reader.Number("from", Default, NumberRange.Positive, "eta in round 0");
                return StepSizeSchedule.Geometric(
                    from,
                    reader.Number("ratio", 1.1, NumberRange.Positive, "what eta is multiplied by from round to round; 1 / gamma for policy mirror descent"),
                    reader.Number("most", Math.Max(1e12, from), new NumberRange(from, double.PositiveInfinity), "eta is never more than this"));
            case "cosine":
                return StepSizeSchedule.Cosine(
                    reader.Number("from", Default, NumberRange.Positive, "eta in round 0"),
                    reader.Number("to", 0, NumberRange.NonNegative, "eta at the end"),
                    reader.Integer("until", Math.Max(rounds, 1), 1, 100_000_000, "the first round at the end value"));
            default:
                return StepSizeSchedule.Constant(reader.Number("value", Default, NumberRange.Positive, "eta"));
        }
    }

    private static double Factor(OptionReader reader) => reader.Number("factor", 1, NumberRange.Positive, "what the theorem's eta is multiplied by");

    /// <summary>A theorem's eta is computed, so it may leave the range that a given one is held to.</summary>
    private static StepSizeSchedule Usable(OptionReader reader, StepSizeSchedule schedule)
    {
        if (!NumberRange.Positive.Contains(schedule.At(0)))
            reader.Reject(Schedule, $"gives eta = {schedule.At(0).ToString("R", System.Globalization.CultureInfo.InvariantCulture)} here; it must be {NumberRange.Positive}");
        return schedule;
    }
}
