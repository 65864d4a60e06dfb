using System.Text.Json;
using FedPG.Envs.Options;

namespace FedPG.Federation.Runs;

/// <summary>The files of a run, and the lock that keeps two processes from writing to one folder.</summary>
public sealed class RunFolder : IDisposable
{
    /// <summary>The resolved experiment.</summary>
    public const string ExperimentFile = "experiment.json";

    /// <summary>One row a round.</summary>
    public const string MetricsFile = "metrics.csv";

    /// <summary>One row a round and agent.</summary>
    public const string AgentsFile = "agents.csv";

    /// <summary>One row a message.</summary>
    public const string ExchangeFile = "exchange.csv";

    /// <summary>The result; there once the run ended, finished or cancelled.</summary>
    public const string SummaryFile = "summary.json";

    private const string LockFile = "run.lock", EventsPattern = "events.out.tfevents.*";
    private readonly FileStream _lock;

    private RunFolder(string path, FileStream held) => (FullPath, _lock) = (path, held);

    /// <summary>How manifests and summaries are written.</summary>
    public static JsonSerializerOptions JsonOptions { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The folder.</summary>
    public string FullPath { get; }

    /// <summary>Where checkpoints are.</summary>
    public string Checkpoints => Path.Combine(FullPath, "checkpoints");

    /// <summary>Where the final parameters are.</summary>
    public string PolicyFolder => Path.Combine(FullPath, "policy");

    /// <summary>Makes a new run folder; it must not exist, or be empty.</summary>
    /// <exception cref="InvalidInputException">It is not empty, in use, or cannot be written.</exception>
    public static RunFolder Create(string path)
    {
        string full = Path.GetFullPath(path);
        if (File.Exists(full)) throw Unusable(path, "is a file; a folder that does not exist or is empty is needed");
        try
        {
            if (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any())
                throw Unusable(path, "is not empty; name a folder that does not exist or is empty, or continue a run with --resume");
            Directory.CreateDirectory(full);
            return new RunFolder(full, Lock(full, path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Unusable(path, $"cannot be written: {e.Message}");
        }
    }

    /// <summary>Opens the folder of a run that is to go on.</summary>
    /// <exception cref="InvalidInputException">It is not a run folder, is in use, or cannot be written.</exception>
    public static RunFolder Open(string path)
    {
        string full = Path.GetFullPath(path);
        if (!File.Exists(Path.Combine(full, ExperimentFile)))
            throw new InvalidInputException(new Fault("--resume", "", path, $"is not a run folder: it holds no {ExperimentFile}"));
        try
        {
            return new RunFolder(full, Lock(full, path));
        }
        catch (UnauthorizedAccessException e)
        {
            throw Unusable(path, $"cannot be written: {e.Message}");
        }
    }

    /// <summary>Writes a JSON document aside, puts it on disk and renames it.</summary>
    public static void WriteJson<T>(string path, T document)
    {
        string aside = path + ".tmp";
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
        foreach (string events in Directory.EnumerateFiles(FullPath, EventsPattern)) lengths[Path.GetFileName(events)] = new FileInfo(events).Length;
        return lengths;
    }

    /// <summary>Cuts every log off where a checkpoint was taken; logs the checkpoint does not know are removed.</summary>
    internal void CutLogs(IReadOnlyDictionary<string, long> lengths)
    {
        string[] logs = [PathOf(MetricsFile), PathOf(AgentsFile), PathOf(ExchangeFile), .. Directory.EnumerateFiles(FullPath, EventsPattern)];
        foreach (string log in logs.Where(File.Exists))
        {
            if (!lengths.TryGetValue(Path.GetFileName(log), out long length))
            {
                File.Delete(log);
                continue;
            }
            using var stream = new FileStream(log, FileMode.Open, FileAccess.Write);
            if (stream.Length < length)
                throw new InvalidInputException(new Fault(log, "", null, $"has {stream.Length} bytes, but {length} when the checkpoint was taken: it was cut, and the run cannot go on"));
            stream.SetLength(length);
        }
    }

    /// <summary>Releases the folder.</summary>
    public void Dispose()
    {
        _lock.Dispose();
        File.Delete(PathOf(LockFile));
    }

    private static FileStream Lock(string full, string path)
    {
        try
        {
            return new FileStream(Path.Combine(full, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw Unusable(path, "is in use by another run");
        }
    }

    private static InvalidInputException Unusable(string path, string reason) => new(new Fault("--out", "", path, reason));
}
