using System.Globalization;
using FedPG.Core.Options;
using FedPG.Experiments.Runs;

namespace FedPG.Comparison.Running;

/// <summary>The folder of a comparison or a sweep, and the lock that keeps two processes from working on it.</summary>
internal sealed class ComparisonFolder : IDisposable
{
    /// <summary>The folder with a run folder for each algorithm and seed.</summary>
    public const string Runs = "runs";

    private const string LockFile = "comparison.lock", Comparison = "comparison";
    private readonly FileStream _lock;

    private ComparisonFolder(string path, FileStream held) => (FullPath, _lock) = (path, held);

    /// <summary>The folder.</summary>
    public string FullPath { get; }

    /// <summary>Makes a new folder; it must not exist, or be empty.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="what">What it is of, as messages call it.</param>
    /// <exception cref="InvalidInputException">It is not empty, a file, in use, or cannot be written.</exception>
    public static ComparisonFolder Create(string path, string what = Comparison)
    {
        string full = RunFolder.CreateEmpty(path, $", or go on with a {what} with --resume");
        return new ComparisonFolder(full, Lock(full, "--out", path, what));
    }

    /// <summary>Opens the folder of a comparison or a sweep that is to go on.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="what">What it is of, as messages call it.</param>
    /// <exception cref="InvalidInputException">It is in use, or cannot be written.</exception>
    public static ComparisonFolder Open(string path, string what = Comparison)
    {
        string full = Path.GetFullPath(path);
        return new ComparisonFolder(full, Lock(full, "--resume", path, what));
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

    private static FileStream Lock(string full, string option, string path, string what)
    {
        try
        {
            return new FileStream(Path.Combine(full, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new InvalidInputException(new ValidationError(option, "", path, $"is in use by another {what}"));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new InvalidInputException(new ValidationError(option, "", path, $"cannot be written: {e.Message}"));
        }
    }
}
