using System.Globalization;
using System.Text.Json;
using FedPG.Core.Options;

namespace FedPG.Comparison.Plan;

/// <summary>One key that is tuned, and the values that are tried.</summary>
/// <param name="Path">The key's path from the root of the experiment file.</param>
/// <param name="Values">The values as <c>--set</c> takes them; ascending where all are numbers.</param>
internal sealed record TuningKey(string Path, IReadOnlyList<string> Values)
{
    /// <summary>The option, as errors name it.</summary>
    public const string Source = "--tune";

    /// <summary>The key that is tuned where none is named.</summary>
    public const string StepSize = "federation.localStepSize";

    /// <summary>The most values that are added beyond either end of a grid.</summary>
    public const int MaxExtensions = 6;

    private static readonly double[] Factors = [0.25, 0.5, 1, 2, 4];
    private static readonly string[] WorkOfARound = ["federation.localSteps", "gradient.trajectories", "gradient.horizon"];

    /// <summary>
    /// Whether the key decides how much work a round is. More of it is always better under a budget
    /// of rounds, so the user's values are the limits.
    /// </summary>
    public bool IsWorkOfARound => WorkOfARound.Contains(Path);

    /// <summary>
    /// Whether all values are positive numbers and there are two or more, so that the grid can go on beyond its ends in their ratio.
    /// </summary>
    public bool IsExtensible => Values.Count > 1 && Values.All(v => Number(v) is > 0);

    /// <summary>Whether all values are whole numbers.</summary>
    public bool IsWhole => Values.All(v => long.TryParse(v, NumberStyles.None, CultureInfo.InvariantCulture, out _));

    /// <summary>The default grid: factors of 1/4 to 4 around the experiment's own step size.</summary>
    public static TuningKey Around(double stepSize) => new(StepSize, [.. Factors.Select(f => Text(f * stepSize))]);

    /// <summary>Reads <c>key=v1,v2,...</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="errors">Takes every error.</param>
    /// <returns>null where there was one.</returns>
    public static TuningKey? Parse(string text, List<ValidationError> errors)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(errors);
        if (ArgumentText.Assignment(text) is not { Key.Length: > 0, Value.Length: > 0 } parts)
        {
            errors.Add(new ValidationError(Source, "", text, "must be key=value,value,... with the values to try"));
            return null;
        }
        IReadOnlyList<string> values = ArgumentText.Split(parts.Value, ',');
        string[] wrong = values.Any(v => v.Length == 0)
            ? ["has an empty value"]
            : values.Distinct().Count() < values.Count ? ["names a value twice"] : [];
        if (wrong.Length > 0)
        {
            errors.Add(new ValidationError(Source, parts.Key, parts.Value, $"{wrong[0]}; must be different values, separated by commas"));
            return null;
        }
        bool numbers = values.All(v => Number(v) is not null);
        return new TuningKey(Setting.PathOf(parts.Key), numbers ? [.. values.OrderBy(v => Number(v))] : values);
    }

    /// <summary>The value beyond an end of the grid, in the ratio of the two values next to it; null where the grid has none.</summary>
    /// <param name="above">Whether above the largest, or below the smallest.</param>
    /// <param name="whole">Whether to round it to a whole number; one that is no other than the end is none.</param>
    public string? Beyond(bool above, bool whole = false)
    {
        if (!IsExtensible) return null;
        (double end, double next) = above
            ? (Number(Values[^1])!.Value, Number(Values[^2])!.Value)
            : (Number(Values[0])!.Value, Number(Values[1])!.Value);
        double value = end * (end / next);
        if (whole) value = Math.Round(value, MidpointRounding.AwayFromZero);
        return double.IsFinite(value) && value > 0 && value != end ? Text(value) : null;
    }

    /// <summary>The same key with a value more.</summary>
    public TuningKey With(string value) => this with { Values = [.. Values.Append(value).OrderBy(v => Number(v))] };

    /// <summary>A number with twelve digits, so that 0.1 * 3 is written 0.3.</summary>
    private static string Text(double value) =>
        double.Parse(value.ToString("G12", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
            .ToString("R", CultureInfo.InvariantCulture);

    private static double? Number(string value)
    {
        try
        {
            using var document = JsonDocument.Parse(value);
            return document.RootElement.ValueKind == JsonValueKind.Number && document.RootElement.TryGetDouble(out double number)
                ? number
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
