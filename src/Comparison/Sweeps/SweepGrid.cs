using FedPG.Comparison.Plan;
using FedPG.Core.Options;
using FedPG.Experiments;

namespace FedPG.Comparison.Sweeps;

/// <summary>A key of the experiment and the values that a sweep gives it in turn. Immutable.</summary>
/// <param name="Path">The key's path from the root of the experiment file.</param>
/// <param name="Values">The values as <c>--set</c> takes them, in the order given, each once.</param>
internal sealed record SweepGrid(string Path, IReadOnlyList<string> Values)
{
    /// <summary>The option, as errors name it.</summary>
    public const string Source = "--grid";

    /// <summary>The form of the option's value.</summary>
    public const string Form = "key.path=v1,v2,...";

    private static readonly HashSet<string> Roots = [.. OptionProperty.Of(typeof(TrainingOptions)).Select(option => option.Key)];

    /// <summary>Reads <c>key.path=v1,v2,...</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="errors">Takes every error.</param>
    /// <returns>null where there was one.</returns>
    public static SweepGrid? Parse(string text, List<ValidationError> errors)
    {
        if (ArgumentText.Assignment(text) is not { Key.Length: > 0, Value.Length: > 0 } parts)
        {
            errors.Add(new ValidationError(Source, "", text, $"must be {Form}, with the values to try"));
            return null;
        }
        IReadOnlyList<string> values = ArgumentText.Split(parts.Value, ',');
        string? wrong = values.Any(v => v.Length == 0) ? "has an empty value"
            : values.Distinct().Count() < values.Count ? "names a value twice" : null;
        if (wrong is null) return new SweepGrid(PathOf(parts.Key), values);
        errors.Add(new ValidationError(Source, parts.Key, parts.Value, $"{wrong}; must be different values, separated by commas"));
        return null;
    }

    /// <summary>
    /// The path behind a key as a user types it: a name without a dot that is none of the file's own is one of the federation.
    /// </summary>
    /// <param name="key">The key.</param>
    public static string PathOf(string key) => Roots.Contains(key) ? key : Setting.PathOf(key);
}
