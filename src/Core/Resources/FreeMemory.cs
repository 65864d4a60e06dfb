using System.Globalization;

namespace FedPG.Core.Resources;

/// <summary>What this process can still take. Stateless.</summary>
internal static class FreeMemory
{
    /// <summary>A gigabyte, in bytes.</summary>
    public const double Giga = 1e9;

    /// <summary>What this process can still take, in bytes: of the machine, of its container, of its own limit.</summary>
    public static long Bytes()
    {
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        long free = memory.TotalAvailableMemoryBytes - Environment.WorkingSet;
        if (!OperatingSystem.IsLinux()) return Math.Max(0, free);
        if (Kilobytes("/proc/meminfo", "MemAvailable:") is { } available) free = Math.Min(free, available * 1024);
        // The limit of `ulimit -v` is in bytes there, or "unlimited".
        string? limit = Words("/proc/self/limits", "Max address space")?.FirstOrDefault();
        if (long.TryParse(limit, CultureInfo.InvariantCulture, out long space) && Kilobytes("/proc/self/status", "VmSize:") is { } taken)
            free = Math.Min(free, space - (taken * 1024));
        return Math.Max(0, free);
    }

    private static long? Kilobytes(string file, string key) =>
        long.TryParse(Words(file, key)?.FirstOrDefault(), CultureInfo.InvariantCulture, out long value) ? value : null;

    /// <summary>The words after a key of a file of the kernel; null where there is none.</summary>
    private static string[]? Words(string file, string key)
    {
        if (!File.Exists(file)) return null;
        string? line = File.ReadLines(file).FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal));
        return line?[key.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }
}
