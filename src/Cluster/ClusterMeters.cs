using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace FedPG.Cluster;

/// <summary>What can be watched of a cluster's work from outside, by any collector that reads .NET's meters and activities.</summary>
internal static class ClusterMeters
{
    /// <summary>The name of the meter and of the source of activities.</summary>
    public const string Name = "FedPG.Cluster";

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Sent = Meter.CreateCounter<long>("fedpg.cluster.sent", "By", "Bytes of vectors sent to workers.");
    private static readonly Counter<long> Received =
        Meter.CreateCounter<long>("fedpg.cluster.received", "By", "Bytes of vectors received from workers, snapshots of blocks left out.");
    private static readonly Counter<long> Snapshots =
        Meter.CreateCounter<long>("fedpg.cluster.snapshots", "By", "Bytes of snapshots of blocks, both ways.");
    private static readonly Counter<long> Restored =
        Meter.CreateCounter<long>("fedpg.cluster.restored", "{block}",
            "Blocks that were made on a worker: at the start of a run, when they moved, and when one was lost.");
    private static readonly Histogram<double> Call =
        Meter.CreateHistogram<double>("fedpg.cluster.call", "s", "From a request to a block until its reply, lost workers included.");
    private static readonly Histogram<double> Computed =
        Meter.CreateHistogram<double>("fedpg.cluster.computed", "s",
            "What a worker took for a request to a block, its wait for a free thread left out.");
    private static readonly ActivitySource Source = new(Name);

    /// <summary>A span of a round, a call of the server's, or of what a worker does for it.</summary>
    internal static Activity? Start(string name) => Source.StartActivity(name);

    /// <summary>A worker has run a request.</summary>
    internal static void Compute(double seconds) => Computed.Record(seconds);

    /// <summary>A request was answered.</summary>
    internal static void Count(long sent, long received, long snapshots, bool restored, TimeSpan took)
    {
        Sent.Add(sent);
        Received.Add(received);
        if (snapshots > 0) Snapshots.Add(snapshots);
        if (restored) Restored.Add(1);
        Call.Record(took.TotalSeconds);
    }
}
