using System.Globalization;
using System.Runtime.InteropServices;
using FedPG.Core.Options;

namespace FedPG.Experiments.Runs;

/// <summary>
/// A folder that nobody named: <c>runs/name-time</c>, with a number behind it where that is taken. It is taken by the system call that
/// makes it, so that of several processes each gets its own. Dispose of it: a folder that stayed empty goes again.
/// </summary>
internal sealed partial class NewFolder : IDisposable
{
    private const string Parent = "runs";
    private const int MaxTries = 10_000;

    private NewFolder(string path) => Path = path;

    /// <summary>The folder, relative to the working folder.</summary>
    public string Path { get; }

    /// <summary>Takes a folder.</summary>
    /// <param name="name">The first part of its name.</param>
    /// <param name="time">The clock, whose local time is the second part.</param>
    /// <exception cref="InvalidInputException">No folder can be made; the message says why.</exception>
    public static NewFolder Take(string name, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        string moment = time.GetLocalNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        string stem = System.IO.Path.Combine(Parent, $"{name}-{moment}");
        try
        {
            Directory.CreateDirectory(Parent);
            for (int k = 1; k <= MaxTries; k++)
            {
                string path = k == 1 ? stem : string.Create(CultureInfo.InvariantCulture, $"{stem}-{k}");
                if (TryMake(path)) return new NewFolder(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new InvalidInputException(new ValidationError("--out", "", null,
                $"no folder can be made for the run, {stem}: {e.Message}; name one"));
        }
        throw new InvalidInputException(new ValidationError("--out", "", null,
            $"{stem} and {MaxTries - 1} folders after it are taken; name one"));
    }

    /// <summary>Removes the folder where nothing was written to it.</summary>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is in use, or gone already.
        }
    }

    /// <summary>Makes a folder; false where something of that name is there.</summary>
    private static bool TryMake(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        bool made = OperatingSystem.IsWindows() ? MakeOnWindows(full, 0) : Make(full, 0x1ff) == 0;
        if (made) return true;
        string reason = Marshal.GetLastPInvokeErrorMessage();
        return Directory.Exists(full) || File.Exists(full) ? false : throw new IOException(reason);
    }

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Make(string path, uint mode);

    [LibraryImport("kernel32", EntryPoint = "CreateDirectoryW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool MakeOnWindows(string path, nint security);
}
