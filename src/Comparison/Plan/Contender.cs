using FedPG.Core.Options;

namespace FedPG.Comparison.Plan;

/// <summary>
/// One side of a comparison: an algorithm, and what else is set for it. Written <c>[label=]algorithm[:key=value]...</c>, several separated
/// by commas: <c>fast-fedpg,fedavg,one-step=fedavg:localSteps=1:localStepSize=0.4</c>. A key
/// without a dot belongs to the federation section.
/// </summary>
/// <param name="Label">What tables, plots and folders call it; unique in a comparison.</param>
/// <param name="Algorithm">The registered name of the algorithm.</param>
/// <param name="Settings">What is set for it alone.</param>
internal sealed record Contender(string Label, string Algorithm, IReadOnlyList<Setting> Settings)
{
    /// <summary>The option, as errors name it.</summary>
    public const string Source = "--algorithms";

    /// <summary>The longest label.</summary>
    public const int LongestLabel = 60;

    private const string Form = "must be a list of algorithm, algorithm:key=value or label=algorithm:key=value, separated by commas";

    /// <summary>Names that no file may have on Windows.</summary>
    private static readonly string[] Reserved = ["con", "nul", "aux", "prn"];

    /// <summary>Reads the value of <c>--algorithms</c>.</summary>
    /// <param name="text">The value.</param>
    /// <param name="known">The registered algorithms.</param>
    /// <param name="errors">Takes every error.</param>
    /// <returns>The contenders without an error, in the order given.</returns>
    public static IReadOnlyList<Contender> ParseAll(string text, IReadOnlyCollection<string> known, List<ValidationError> errors)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(errors);
        var contenders = new List<Contender>();
        foreach (string entry in ArgumentText.Split(text, ','))
        {
            if (Parse(entry, text, known, errors) is not { } contender) continue;
            // File systems of some machines take a and A for one name.
            Contender? twin = contenders.Find(c => c.Label.Equals(contender.Label, StringComparison.OrdinalIgnoreCase));
            if (twin is null) contenders.Add(contender);
            else
                errors.Add(new ValidationError(Source, "", entry,
                    $"has the label \"{contender.Label}\", which another entry has already; give it one of its own: "
                        + $"label={contender.Algorithm}..."));
        }
        return contenders;
    }

    private static Contender? Parse(string entry, string text, IReadOnlyCollection<string> known, List<ValidationError> errors)
    {
        if (entry.Length == 0)
        {
            errors.Add(new ValidationError(Source, "", $"\"{text}\"", $"has an empty entry; {Form}"));
            return null;
        }
        int before = errors.Count;
        IReadOnlyList<string> parts = ArgumentText.Split(entry, ':');
        (string? label, string algorithm) = ArgumentText.Assignment(parts[0]) is { } named ? (named.Key, named.Value) : (null, parts[0]);
        if (!known.Contains(algorithm))
            errors.Add(new ValidationError(Source, "", algorithm.Length == 0 ? entry : algorithm,
                $"is not an algorithm; the nearest is \"{NearestName.Of(algorithm, known)}\", and there are {string.Join(", ", known)}"));
        var settings = new List<Setting>();
        foreach (string part in parts.Skip(1))
        {
            if (ArgumentText.Assignment(part) is not { Key.Length: > 0, Value.Length: > 0 } setting)
                errors.Add(new ValidationError(Source, "", entry, $"\"{part}\" must be key=value"));
            else if (settings.Exists(s => s.Path == Setting.PathOf(setting.Key)))
                errors.Add(new ValidationError(Source, "", entry, $"sets {setting.Key} twice"));
            else settings.Add(new Setting(Setting.PathOf(setting.Key), setting.Value));
        }
        if (label is not null && !IsLabel(label))
            errors.Add(new ValidationError(Source, "", entry,
                $"the label must be 1 to {LongestLabel} letters, digits, '-', '_' or '.', and begin with a letter or a digit"));
        return errors.Count > before ? null : new Contender(label ?? LabelOf(algorithm, settings), algorithm, settings);
    }

    /// <summary>It names a folder.</summary>
    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= LongestLabel && char.IsAsciiLetterOrDigit(label[0]) && label[^1] != '.'
        && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
        && !Reserved.Contains(label, StringComparer.OrdinalIgnoreCase);

    /// <summary>The name of the algorithm, and its settings in letters that a folder may have.</summary>
    private static string LabelOf(string algorithm, List<Setting> settings)
    {
        if (settings.Count == 0) return algorithm;
        string written = string.Join('-', settings.Select(s => $"{s.Key.Split('.')[^1]}-{s.Value}"));
        string letters =
            string.Join('-',
                new string([.. written.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : ' ')]).Split(' ',
                    StringSplitOptions.RemoveEmptyEntries));
        string label = $"{algorithm}-{letters}";
        return label[..Math.Min(label.Length, LongestLabel)].TrimEnd('.', '-');
    }
}
