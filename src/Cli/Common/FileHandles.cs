using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace FedPG.Cli.Common;

/// <summary>
/// The limit of open files, asked before anything is loaded: with too few, the runtime fails in places where nothing can be said any more.
/// What is called here lies in the runtime's own core library, which is open already.
/// </summary>
internal static class FileHandles
{
    /// <summary>A training run takes about 120: the runtime's and torch's libraries, its logs, and pipes.</summary>
    private const int Needed = 160;

    /// <summary>Says on standard error that the limit is too low.</summary>
    /// <returns>Whether there are enough, as far as this system tells.</returns>
    public static bool AreEnough()
    {
        if (Limit() is not { } limit || limit >= Needed) return true;
        string line = string.Create(CultureInfo.InvariantCulture,
            $"fedpg: only {limit} files may be open at once (ulimit -n), and the program needs {Needed}\n");
        try
        {
            using var stream = new FileStream(new SafeFileHandle(2, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            stream.Write(System.Text.Encoding.UTF8.GetBytes(line));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Standard error takes nothing: the exit code says it alone.
        }
        return false;
    }

    /// <summary>The limit, which the runtime has raised to what the system allows; null where the system has no such file.</summary>
    private static int? Limit()
    {
        const string Name = "Max open files";
        try
        {
            foreach (string line in File.ReadAllLines("/proc/self/limits"))
            {
                if (!line.StartsWith(Name, StringComparison.Ordinal)) continue;
                string text = line[Name.Length..].TrimStart();
                int end = text.IndexOf(' ', StringComparison.Ordinal);
                return int.TryParse(end < 0 ? text : text[..end], CultureInfo.InvariantCulture, out int limit) ? limit : null;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No such file, or no handle left for it.
        }
        return null;
    }
}
