using System.Diagnostics;
using System.Globalization;

namespace FedPG.Tests.Cluster.Hosts;

/// <summary>
/// Measures how long something takes in time that it was given: on a busy machine each thread that could run gets its share of the cores
/// only, and no more of the time is counted. On a quiet one it is a plain stopwatch.
/// </summary>
internal sealed class FairWatch
{
    private const string Load = "/proc/loadavg";
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);
    private long _last = Stopwatch.GetTimestamp();
    private double _share = Share();

    /// <summary>The time counted up to the last look.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Looks at how busy the machine is, and counts the time since the last look. To be called often.</summary>
    /// <returns>The time counted.</returns>
    public TimeSpan Look()
    {
        TimeSpan passed = Stopwatch.GetElapsedTime(_last);
        if (passed < Step) return Elapsed;
        double before = _share;
        (_last, _share) = (Stopwatch.GetTimestamp(), Share());
        return Elapsed += passed * Math.Min(before, _share);
    }

    /// <summary>The cores for each thread that could run now, 1 at most.</summary>
    private static double Share()
    {
        if (!File.Exists(Load)) return 1;
        string running = File.ReadAllText(Load).Split(' ')[3].Split('/')[0];
        // This thread is one of them.
        return Math.Min(1, Environment.ProcessorCount / Math.Max(1, double.Parse(running, CultureInfo.InvariantCulture) - 1));
    }
}
