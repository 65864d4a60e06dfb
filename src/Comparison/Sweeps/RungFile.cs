using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Experiments.Runs;

namespace FedPG.Comparison.Sweeps;

/// <summary>
/// The points that were chosen at the end of each rung. It is written before any of them goes on, because a run that goes on takes away
/// the result that it was chosen by. Stateless.
/// </summary>
internal static class RungFile
{
    /// <summary>The file.</summary>
    public const string Name = "rungs.json";

    /// <summary>The numbers of the points that stay after each rung that has ended, in their order; empty where none has.</summary>
    /// <param name="folder">The sweep's folder.</param>
    /// <exception cref="InvalidInputException">The file cannot be read.</exception>
    public static List<int[]> Read(string folder)
    {
        string path = Path.Combine(folder, Name);
        if (!File.Exists(path)) return [];
        try
        {
            return JsonSerializer.Deserialize<Content>(File.ReadAllBytes(path), RunFolder.JsonOptions)?.Kept is { } kept
                ? [.. kept]
                : throw new JsonException("it holds no points");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(new ValidationError(path, "", null, $"cannot be read: {e.Message.Split('\n')[0]}"));
        }
    }

    /// <summary>Writes the file in the place of the one before.</summary>
    /// <param name="folder">The sweep's folder.</param>
    /// <param name="kept">The numbers of the points that stay after each rung.</param>
    public static void Write(string folder, IReadOnlyList<int[]> kept) =>
        RunFolder.WriteJson(Path.Combine(folder, Name), new Content(kept));

    private sealed record Content(IReadOnlyList<int[]> Kept);
}
