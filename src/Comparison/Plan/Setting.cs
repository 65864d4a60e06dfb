namespace FedPG.Comparison.Plan;

/// <summary>One key of an experiment with the value it is set to.</summary>
/// <param name="Path">The key's path from the root of the experiment file.</param>
/// <param name="Value">The value as <c>--set</c> takes it: JSON, and what is not JSON is a string.</param>
internal sealed record Setting(string Path, string Value)
{
    private const string Section = "federation.";

    /// <summary>The setting as <c>--set</c> takes it.</summary>
    public string Assignment => $"{Path}={Value}";

    /// <summary>The key as a user types and reads it: keys of the federation section go without its name.</summary>
    public string Key =>
        Path.StartsWith(Section, StringComparison.Ordinal) && !Path[Section.Length..].Contains('.', StringComparison.Ordinal)
            ? Path[Section.Length..]
            : Path;

    /// <summary>The path behind a key as a user types it: a name without a dot belongs to the federation section.</summary>
    public static string PathOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Contains('.', StringComparison.Ordinal) ? key : Section + key;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Key}={Value}";
}
