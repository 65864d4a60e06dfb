using System.Globalization;
using FedPG.Core.Options;
using FedPG.Experiments.Runs;

namespace FedPG.Comparison.Running;

/// <summary>The folder of a comparison, and the lock that keeps two processes from working on it.</summary>
internal sealed class ComparisonFolder : IDisposable
{
    /// <summary>The folder with a run folder for each algorithm and seed.</summary>
    public const string Runs = "runs";

    private const string LockFile = "comparison.lock";
    private readonly FileStream _lock;

    private ComparisonFolder(string path, FileStream held) => (FullPath, _lock) = (path, held);

    /// <summary>The folder.</summary>
    public string FullPath { get; }

    /// <summary>Makes a new folder; it must not exist, or be empty.</summary>
    /// <exception cref="InvalidInputException">It is not empty, a file, in use, or cannot be written.</exception>
    public static ComparisonFolder Create(string path)
    {
        string full = RunFolder.CreateEmpty(path, ", or go on with a comparison with --resume");
        return new ComparisonFolder(full, Lock(full, "--out", path));
    }

    /// <summary>Opens the folder of a comparison that is to go on.</summary>
    /// <exception cref="InvalidInputException">It is in use, or cannot be written.</exception>
    public static ComparisonFolder Open(string path)
    {
        string full = Path.GetFullPath(path);
        return new ComparisonFolder(full, Lock(full, "--resume", path));
    }

    /// <summary>The run folder of an algorithm and a seed.</summary>
    public string RunOf(string label, long seed) =>
        Path.Combine(FullPath, Runs, label, $"seed-{seed.ToString(CultureInfo.InvariantCulture)}");

    /// <inheritdoc/>
    public void Dispose()
    {
        _lock.Dispose();
        File.Delete(Path.Combine(FullPath, LockFile));
    }

    private static FileStream Lock(string full, string option, string path)
    {
        try
        {
            return new FileStream(Path.Combine(full, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new InvalidInputException(new ValidationError(option, "", path, "is in use by another comparison"));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new InvalidInputException(new ValidationError(option, "", path, $"cannot be written: {e.Message}"));
        }
    }
}
