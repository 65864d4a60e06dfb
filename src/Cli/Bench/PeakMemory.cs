using System.Diagnostics;

namespace FedPG.Cli.Bench;

/// <summary>The most memory that this process has had in use.</summary>
internal static class PeakMemory
{
    /// <summary>Since the last reset; on systems without one, since the start.</summary>
    public static long MiB => Process.GetCurrentProcess().PeakWorkingSet64 >> 20;

    /// <summary>
    /// Begins anew where the system can (Linux), so that a workload is not charged with what one before it took and gave back.
    /// </summary>
    public static void Reset()
    {
        const string file = "/proc/self/clear_refs", peak = "5";
        if (!File.Exists(file)) return;
        try
        {
            File.WriteAllText(file, peak);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A system that does not allow it: the peak since the start is what can be said.
        }
    }
}
