using System.Text.Json;
using FedPG.Core.Options;

namespace FedPG.Experiments.Presets;

/// <summary>
/// Experiments that are known to work, built into the program: the files of <c>experiments/presets</c>, one each. What each is worth, with
/// its command, is in docs/zoo.md. Stateless.
/// </summary>
public static class PresetLibrary
{
    private const string Folder = "presets/", Extension = ".json";

    /// <summary>Their names, in order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(PresetLibrary).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Select(name => name[Folder.Length..^Extension.Length]).Order(StringComparer.Ordinal),
    ];

    /// <summary>What a preset learns: the first line of its file.</summary>
    /// <param name="name">The preset, one of <see cref="Names"/>.</param>
    public static string SummaryOf(string name)
    {
        using var reader = new StreamReader(Open(name));
        return reader.ReadLine()!.TrimStart('/').Trim();
    }

    /// <summary>The experiment, as its file says it.</summary>
    /// <param name="name">The preset, one of <see cref="Names"/>.</param>
    /// <exception cref="InvalidInputException">There is no such preset; the message names the nearest.</exception>
    public static JsonElement Read(string name)
    {
        using var bytes = new MemoryStream();
        using Stream stream = Open(name);
        stream.CopyTo(bytes);
        return JsonDocuments.Parse(bytes.ToArray(), SourceOf(name));
    }

    /// <summary>What messages call a preset.</summary>
    /// <param name="name">The preset.</param>
    public static string SourceOf(string name) => $"preset \"{name}\"";

    private static Stream Open(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (typeof(PresetLibrary).Assembly.GetManifestResourceStream(Folder + name + Extension) is { } stream) return stream;
        string near = NearestName.Of(name, Names) is { } nearest ? $"; the nearest is \"{nearest}\"" : "";
        throw new InvalidInputException(
            new ValidationError("--preset", "", name, $"is no preset{near}; allowed: {string.Join(" | ", Names)}"));
    }
}
