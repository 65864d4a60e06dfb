using System.Text.Json;
using System.Text.Json.Serialization;
using FedPG.Core.Options;
using FedPG.Experiments.TensorBoard;

namespace FedPG.Experiments.Runs;

/// <summary>The files of a run, and the lock that keeps two processes from writing to one folder.</summary>
internal sealed class RunFolder : IDisposable
{
    /// <summary>The resolved experiment.</summary>
    public const string ExperimentFile = "experiment.json";

    /// <summary>One row a round.</summary>
    public const string MetricsFile = "metrics.csv";

    /// <summary>One row a round and agent.</summary>
    public const string AgentsFile = "agents.csv";

    /// <summary>One row a message.</summary>
    public const string ExchangeFile = "exchange.csv";

    /// <summary>One row a diagnosed round; there where the experiment asks for diagnoses.</summary>
    public const string DiagnosticsFile = "diagnostics.csv";

    /// <summary>The result; there once the run ended, finished or cancelled.</summary>
    public const string SummaryFile = "summary.json";

    /// <summary>The round and the fault of a run whose numbers stopped being finite, in the place of a summary.</summary>
    public const string DivergedFile = "diverged.json";

    /// <summary>What was running, where the process ended before the run. While a run is under way it is there for plug-ins only.</summary>
    public const string RunningFile = "running.txt";

    /// <summary>The option that names new folders, as messages of the command line call it.</summary>
    internal const string Out = "--out";

    /// <summary>What else a user of the command line can do when a folder is not empty, to end the message with.</summary>
    internal const string Alternative = ", or continue a run with --resume";

    private const string Resume = "--resume", LockFile = "run.lock", Aside = ".tmp", EventsPattern = EventWriter.FilePrefix + "*";
    private readonly FileStream _lock;
    private readonly LogDigests _digests = new();

    private RunFolder(string path, FileStream held) => (FullPath, _lock) = (path, held);

    /// <summary>How manifests and summaries are written.</summary>
    public static JsonSerializerOptions JsonOptions { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>The folder.</summary>
    public string FullPath { get; }

    /// <summary>Where checkpoints are.</summary>
    public string Checkpoints => Path.Combine(FullPath, "checkpoints");

    /// <summary>Where the final parameters are.</summary>
    public string PolicyFolder => Path.Combine(FullPath, "policy");

    /// <summary>Makes a new run folder, which must not exist, or be empty, and keeps others out of it.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="alternative">What else the user can do when it is not empty, to end the message with.</param>
    /// <param name="source">The option that named it, as messages call it.</param>
    /// <exception cref="InvalidInputException">It is not empty, in use, or cannot be written.</exception>
    public static RunFolder Create(string path, string alternative = Alternative, string source = Out)
    {
        string full = CreateEmpty(path, alternative, source);
        try
        {
            var folder = new RunFolder(full, Lock(full, source, path));
            // Another process may have written here and left between the look and the lock.
            if (Directory.EnumerateFileSystemEntries(full).All(IsLeftOver)) return folder;
            folder._lock.Dispose();
            throw Unusable(source, path, $"is not empty; name a folder that does not exist or is empty{alternative}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(source, path, $"cannot be written: {e.Message}");
        }
    }

    /// <summary>Checks the folder that an option names and makes nothing, for those who have long to wait before they need it.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="alternative">What else the user can do when it is not empty, to end the message with.</param>
    /// <param name="source">The option that named it, as messages call it.</param>
    /// <returns>Its full path.</returns>
    /// <exception cref="InvalidInputException">It is a file, or not empty.</exception>
    public static string RequireEmpty(string path, string alternative = Alternative, string source = Out)
    {
        ThrowIfEmpty(source, path);
        string full = Path.GetFullPath(path);
        if (File.Exists(full)) throw Unusable(source, path, "is a file; a folder that does not exist or is empty is needed");
        try
        {
            if (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any(entry => !IsLeftOver(entry)))
                throw Unusable(source, path, $"is not empty; name a folder that does not exist or is empty{alternative}");
            return full;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(source, path, $"cannot be read: {e.Message}");
        }
    }

    /// <summary>Makes the folder that an option names; it must not exist, or be empty.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="alternative">What else the user can do when it is not empty, to end the message with.</param>
    /// <param name="source">The option that named it, as messages call it.</param>
    /// <returns>Its full path.</returns>
    /// <exception cref="InvalidInputException">It is not empty, a file, or cannot be written.</exception>
    public static string CreateEmpty(string path, string alternative = "", string source = Out)
    {
        string full = RequireEmpty(path, alternative, source);
        try
        {
            Directory.CreateDirectory(full);
            return full;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Unusable(source, path, $"cannot be written: {e.Message}");
        }
    }

    /// <summary>Opens the folder of a run that is to go on.</summary>
    /// <exception cref="InvalidInputException">It is not a run folder, holds links, is in use, or cannot be written.</exception>
    public static RunFolder Open(string path)
    {
        ThrowIfEmpty(Resume, path);
        string full = Path.GetFullPath(path);
        if (!File.Exists(Path.Combine(full, ExperimentFile)))
            throw Unusable(Resume, path, $"is not a run folder: it holds no {ExperimentFile}");
        FolderLinks.Refuse(full);
        try
        {
            return new RunFolder(full, Lock(full, Resume, path));
        }
        catch (UnauthorizedAccessException e)
        {
            throw Unusable(Resume, path, $"cannot be written: {e.Message}");
        }
    }

    /// <summary>
    /// Whether an entry is all that a process leaves which is killed as soon as it has made its folder: a lock that nobody holds any more,
    /// a first file that was not finished.
    /// </summary>
    private static bool IsLeftOver(string entry) => Path.GetFileName(entry) is LockFile or "comparison.lock" or ExperimentFile + Aside
        or "sweep.json" + Aside or "comparison.json" + Aside;

    /// <summary>Whether a process holds the folder.</summary>
    /// <param name="path">The folder.</param>
    internal static bool IsInUse(string path)
    {
        try
        {
            using var held = new FileStream(Path.Combine(path, LockFile), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Writes a JSON document aside, puts it on disk and renames it.</summary>
    public static void WriteJson<T>(string path, T document)
    {
        string aside = path + Aside;
        using (var stream = new FileStream(aside, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(stream, document, JsonOptions);
            stream.Write("\n"u8);
            stream.Flush(flushToDisk: true);
        }
        File.Move(aside, path, overwrite: true);
    }

    /// <summary>A file of this folder.</summary>
    public string PathOf(string name) => Path.Combine(FullPath, name);

    /// <summary>The length of every log file now.</summary>
    internal Dictionary<string, long> Lengths(RunLogs logs)
    {
        Dictionary<string, long> lengths = logs.Lengths().ToDictionary(f => f.File, f => f.Length);
        foreach (string events in Directory.EnumerateFiles(FullPath, EventsPattern))
            lengths[Path.GetFileName(events)] = new FileInfo(events).Length;
        return lengths;
    }

    /// <summary>The checksum of every log file up to a length; the logs are on disk afterwards.</summary>
    /// <param name="lengths">The length of every log.</param>
    internal Dictionary<string, string> Digests(IReadOnlyDictionary<string, long> lengths) =>
        lengths.ToDictionary(log => log.Key, log => _digests.Of(PathOf(log.Key), log.Value));

    /// <summary>What keeps a run from going on from a checkpoint: a log that was cut, changed or taken away.</summary>
    /// <param name="manifest">The checkpoint.</param>
    internal IEnumerable<ValidationError> LogErrors(CheckpointManifest manifest)
    {
        foreach ((string name, long length) in manifest.Files)
        {
            if (Path.GetFileName(name) != name)
            {
                yield return new ValidationError(Checkpoints, "files", name, "is no file of a run folder");
                continue;
            }
            var log = new FileInfo(PathOf(name));
            string? wrong = !log.Exists || log.Length < length
                ? $"has {(log.Exists ? log.Length : 0)} bytes, but had {length} when the checkpoint was taken: "
                    + "it was cut, and the run cannot go on"
                : manifest.FileDigests is { } digests
                    && (!digests.TryGetValue(name, out string? sum) || !LogDigests.Match(log.FullName, length, sum))
                ? "was changed since the checkpoint was taken: its checksum is another, and the run cannot go on"
                : null;
            if (wrong is not null) yield return new ValidationError(log.FullName, "", null, wrong);
        }
    }

    /// <summary>Cuts every log off where a checkpoint was taken; logs the checkpoint does not know are removed.</summary>
    /// <param name="lengths">The length of every log at that moment.</param>
    /// <param name="round">The round of the checkpoint.</param>
    internal void CutLogs(IReadOnlyDictionary<string, long> lengths, int round)
    {
        string[] tables = [MetricsFile, AgentsFile, ExchangeFile, DiagnosticsFile];
        FileInfo[] logs = [.. tables.Select(PathOf).Concat(Directory.GetFiles(FullPath, EventsPattern)).Select(f => new FileInfo(f))];
        foreach (FileInfo log in logs.Where(log => log.Exists))
        {
            if (!lengths.TryGetValue(log.Name, out long length))
            {
                log.Delete();
                continue;
            }
            // Columns may have been appended since, so that rows are longer than they were.
            if (log.Name == MetricsFile) length = Csv.LengthThrough(log.FullName, round);
            using var stream = new FileStream(log.FullName, FileMode.Open, FileAccess.Write);
            stream.SetLength(length);
        }
    }

    /// <summary>Releases the folder.</summary>
    public void Dispose()
    {
        _digests.Dispose();
        _lock.Dispose();
        File.Delete(PathOf(LockFile));
    }

    private static FileStream Lock(string full, string option, string path)
    {
        try
        {
            return new FileStream(Path.Combine(full, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw Unusable(option, path, "is in use by another run");
        }
    }

    private static void ThrowIfEmpty(string option, string path)
    {
        if (path.Length == 0) throw Unusable(option, path, "must be the path of a folder");
    }

    private static InvalidInputException Unusable(string option, string path, string reason) =>
        new(new ValidationError(option, "", path, reason));
}
