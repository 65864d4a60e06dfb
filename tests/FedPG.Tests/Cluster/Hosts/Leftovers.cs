using System.Globalization;

namespace FedPG.Tests.Cluster.Hosts;

/// <summary>
/// What a test run that was killed left behind: processes, which carry the number of the process that started them in their environment,
/// and network namespaces, which carry it in their names. Removed before the first process or namespace of this run is made.
/// </summary>
internal static class Leftovers
{
    /// <summary>The environment variable that holds the number of the test process.</summary>
    public const string Mark = "FEDPG_TESTS_PROCESS";

    private static readonly Lazy<int> Removed = new(Remove);

    /// <summary>Removes what is left of runs that are gone, once in the life of this process.</summary>
    public static void RemoveOnce() => _ = Removed.Value;

    /// <summary>Removes what is left of runs that are gone, and tells how many processes and namespaces that were.</summary>
    public static int Remove()
    {
        if (!OperatingSystem.IsLinux()) return 0;
        int removed = 0;
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int process) && OwnerOf(folder) is int owner
                && IsGone(owner))
            {
                if (HostProcess.TrySignal(process, HostProcess.Kill)) removed++;
            }
        }
        foreach (string name in TestNetwork.Namespaces())
        {
            if (TestNetwork.OwnerOf(name) is int owner && IsGone(owner))
            {
                TestNetwork.RemoveNamespace(name);
                removed++;
            }
        }
        return removed;
    }

    private static bool IsGone(int process) => !Directory.Exists($"/proc/{process}");

    private static int? OwnerOf(string folder)
    {
        try
        {
            foreach (string variable in File.ReadAllText(Path.Combine(folder, "environ")).Split('\0'))
            {
                if (variable.StartsWith(Mark + "=", StringComparison.Ordinal))
                    return int.Parse(variable[(Mark.Length + 1)..], CultureInfo.InvariantCulture);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Other users' processes, and those that have just ended.
        }
        return null;
    }
}
