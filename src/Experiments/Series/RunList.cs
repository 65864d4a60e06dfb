using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Experiments.Runs;

namespace FedPG.Experiments.Series;

/// <summary>The run folders below a folder. Reads nothing but small files, and opens no run. Stateless.</summary>
internal static class RunList
{
    /// <summary>Folders below the one that is asked for.</summary>
    private const int Depth = 4;

    /// <summary>The runs in a folder and below it, by their paths; one that is a run itself is the only one.</summary>
    /// <param name="folder">The folder.</param>
    public static IReadOnlyList<ListedRun> Of(string folder) => [.. Find(folder, Depth).Order(StringComparer.Ordinal).Select(Read)];

    private static IEnumerable<string> Find(string folder, int depth)
    {
        if (IsRun(folder)) return [folder];
        if (depth == 0) return [];
        var options = new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
        return Directory.EnumerateDirectories(folder, "*", options).SelectMany(inner => Find(inner, depth - 1));
    }

    /// <summary>An experiment alone is no run: it may be one that somebody wrote.</summary>
    private static bool IsRun(string folder) =>
        File.Exists(Path.Combine(folder, RunFolder.ExperimentFile))
        && (File.Exists(Path.Combine(folder, RunFolder.MetricsFile)) || Directory.Exists(Path.Combine(folder, RunInputs.Folder)));

    private static ListedRun Read(string folder)
    {
        JsonObject? experiment = Json(Path.Combine(folder, RunFolder.ExperimentFile));
        JsonObject? summary = Json(Path.Combine(folder, RunFolder.SummaryFile));
        string diverged = Path.Combine(folder, RunFolder.DivergedFile);
        bool hasDiverged = File.Exists(diverged), isInUse = RunFolder.IsInUse(folder);
        string state = isInUse ? ListedRun.Running
            : hasDiverged ? SeriesRuns.Diverged
            : Word(summary, "status") is { } status ? status
            : experiment is null ? ListedRun.Unreadable : ListedRun.Interrupted;
        return new ListedRun(folder, state)
        {
            Name = Word(experiment, "name"),
            Algorithm = Word(experiment?["federation"] as JsonObject, "algorithm"),
            Environment = Word(experiment?["environment"] as JsonObject, "id") ?? Word(experiment?["environment"] as JsonObject, "mdp"),
            Seed = (long?)Number(experiment, "seed"),
            Rounds = (int?)Number(experiment?["federation"] as JsonObject, "rounds"),
            RoundsDone = !isInUse && summary is not null ? (int?)Number(summary, "rounds")
                : hasDiverged ? DivergedRun.Read(diverged)?.Rounds : LastRound(Path.Combine(folder, RunFolder.MetricsFile)),
            Minimised = Word(summary, "minimised"),
            Objective = Number(summary, "objective"),
            Gap = Number(summary, "gap"),
            Bytes = SizeOf(folder),
            Changed = Directory.GetLastWriteTimeUtc(folder),
        };
    }

    private static JsonObject? Json(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? Word(JsonObject? section, string key) =>
        section?[key] is JsonValue value && value.TryGetValue(out string? word) ? word : null;

    private static double? Number(JsonObject? section, string key) =>
        section?[key] is JsonValue value && value.TryGetValue(out double number) ? number : null;

    /// <summary>The round of the last whole row of metrics.csv.</summary>
    private static int? LastRound(string metrics)
    {
        try
        {
            using var stream = new FileStream(metrics, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            const int tail = 8192;
            stream.Seek(Math.Max(0, stream.Length - tail), SeekOrigin.Begin);
            using var reader = new StreamReader(stream);
            string[] rows = reader.ReadToEnd().Split('\n');
            return rows.Length > 1 && int.TryParse(rows[^2].Split(',')[0], out int round) ? round : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long SizeOf(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint,
            IgnoreInaccessible = true };
        long sum = 0;
        foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles("*", options))
        {
            try
            {
                sum += file.Length;
            }
            catch (IOException)
            {
                // A run that is going on took it away.
            }
        }
        return sum;
    }
}
