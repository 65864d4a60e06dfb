using System.Text.Json;
using System.Text.Json.Nodes;

namespace FedPG.Reporting.Report;

/// <summary>What a comparison calls the runs of one of its algorithms, and where it has them in its table. Immutable.</summary>
/// <param name="Folder">The comparison's folder.</param>
/// <param name="Place">The place in the order given, from 0.</param>
/// <param name="Label">The label that the user gave, or that the comparison made.</param>
internal sealed record Contender(string Folder, int Place, string Label)
{
    private const string Plan = "comparison.json";

    /// <summary>What all of some run folders are of; null where they are not of one comparison's algorithm.</summary>
    /// <param name="folders">Run folders, at least one.</param>
    public static Contender? Of(IEnumerable<string> folders)
    {
        Contender?[] all = [.. folders.Select(Of).Distinct()];
        return all.Length == 1 ? all[0] : null;
    }

    /// <summary>A comparison has the run folders <c>runs/LABEL/seed-N</c>.</summary>
    private static Contender? Of(string folder)
    {
        DirectoryInfo? label = new DirectoryInfo(folder).Parent, comparison = label?.Parent?.Parent;
        if (label is null || comparison is null) return null;
        var file = new FileInfo(Path.Combine(comparison.FullName, Plan));
        if (file is not { Exists: true, Length: > 0 }) return null;
        try
        {
            string[] labels = [.. ((JsonNode.Parse(File.ReadAllText(file.FullName)) as JsonObject)?["algorithms"] as JsonArray ?? [])
                .Select(algorithm => (algorithm as JsonObject)?["label"]?.ToString() ?? "")];
            int place = Array.IndexOf(labels, label.Name);
            return place < 0 ? null : new Contender(comparison.FullName, place, label.Name);
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
