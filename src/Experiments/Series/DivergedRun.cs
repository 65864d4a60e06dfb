using System.Text.Json;
using FedPG.Experiments.Runs;

namespace FedPG.Experiments.Series;

/// <summary>What a run whose numbers stopped being finite left in its folder.</summary>
/// <param name="Rounds">The rounds that were done.</param>
/// <param name="Fault">What stopped being finite.</param>
internal sealed record DivergedRun(int Rounds, string Fault)
{
    /// <summary>Reads the file; null where it cannot be read.</summary>
    /// <param name="path">The file.</param>
    public static DivergedRun? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<DivergedRun>(File.ReadAllBytes(path), RunFolder.JsonOptions);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
