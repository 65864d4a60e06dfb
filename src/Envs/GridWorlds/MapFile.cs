using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Resources;
using FedPG.Core.Options;

namespace FedPG.Envs.GridWorlds;

/// <summary>
/// A map that stands in a text file of its own: where an environment's option <c>map</c> is a string that ends in <c>.txt</c>, the lines of
/// that file take its place before the options are read. So no environment needs to know of files, and what a run resolves holds the map
/// itself.
/// </summary>
internal static class MapFile
{
    /// <summary>The option.</summary>
    public const string Key = "map";

    private const string Extension = ".txt";

    /// <summary>More than the largest map that any environment takes.</summary>
    private const int MaxBytes = 1 << 22;

    /// <summary>Puts the lines of a map's file in the place of its name.</summary>
    /// <param name="options">The options of an environment.</param>
    /// <param name="folder">What a relative path is relative to.</param>
    /// <param name="errors">Where it is noted that the file cannot be read; the name then stays.</param>
    /// <returns>The options, and the full path of the file where there was one.</returns>
    public static (JsonElement Options, string? File) Inline(JsonElement options, string folder, ValidationErrors errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        bool named = options.ValueKind == JsonValueKind.Object
            && options.TryGetProperty(Key, out JsonElement map) && map.ValueKind == JsonValueKind.String
            && IsFile(map.GetString()!);
        if (!named) return (options, null);
        string path = Path.GetFullPath(options.GetProperty(Key).GetString()!, folder);
        try
        {
            var replaced = (JsonObject)JsonDocuments.NodeOf(options)!;
            string text = string.Join('\n', InputFile.Lines(path, MaxBytes)).Trim('\n');
            replaced[Key] = new JsonArray([.. text.Split('\n').Select(line => (JsonNode)line)]);
            return (JsonSerializer.SerializeToElement(replaced), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = e switch
            {
                FileNotFoundException or DirectoryNotFoundException => "the map's file does not exist",
                _ when Directory.Exists(path) => "is a folder; the file of a map is needed",
                UnauthorizedAccessException => "the map's file cannot be read: permission denied",
                _ => $"the map's file cannot be read: {e.Message}",
            };
            errors.AddRange([new ValidationError(path, "", null, reason)]);
            return (options, null);
        }
    }

    /// <summary>Whether the value of <see cref="Key"/> names a file.</summary>
    public static bool IsFile(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) && !value.Contains('\0', StringComparison.Ordinal);
    }

    /// <summary>Takes over the faults of an environment's options; those with the map are the file's.</summary>
    /// <param name="errors">Where they go.</param>
    /// <param name="found">What reading the options noted.</param>
    /// <param name="keyPath">The key path of the map.</param>
    /// <param name="file">The map's file; null where there is none.</param>
    public static void Report(ValidationErrors errors, ValidationErrors found, string keyPath, string? file)
    {
        ArgumentNullException.ThrowIfNull(errors);
        ArgumentNullException.ThrowIfNull(found);
        errors.AddRange(found.Items.Select(f =>
            file is not null && f.KeyPath.StartsWith(keyPath, StringComparison.Ordinal)
            && (f.KeyPath.Length == keyPath.Length || f.KeyPath[keyPath.Length] == '[')
                ? f with
                {
                    Source = file,
                    KeyPath = "",
                    Value = f.Value?.StartsWith("[\"", StringComparison.Ordinal) == true ? null : f.Value,
                }
                : f));
    }
}
