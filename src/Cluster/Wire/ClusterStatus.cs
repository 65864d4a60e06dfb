namespace FedPG.Cluster.Wire;

/// <summary>How a cluster is doing.</summary>
/// <param name="Run">The run; empty while there is none.</param>
/// <param name="Round">The round it is in.</param>
/// <param name="RoundsPerSecond">Over the last rounds; 0 where none is done.</param>
/// <param name="Blocks">The blocks of the run.</param>
/// <param name="BytesSent">Bytes of vectors sent to workers.</param>
/// <param name="BytesReceived">Bytes of vectors received from workers, snapshots left out.</param>
/// <param name="SnapshotBytes">Bytes of snapshots of blocks, both ways.</param>
/// <param name="Restored">Blocks that were made on a worker: at the start, when they moved, and when one was lost.</param>
/// <param name="Workers">The workers.</param>
[GenerateSerializer, Immutable, Alias("fedpg.status")]
internal sealed record ClusterStatus(
    string Run, int Round, double RoundsPerSecond, int Blocks, long BytesSent, long BytesReceived, long SnapshotBytes, long Restored,
    IReadOnlyList<WorkerStatus> Workers);

/// <summary>How a worker is doing.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Site">The site it belongs to; empty for none.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Threads">The threads it offers.</param>
/// <param name="Blocks">The blocks it holds.</param>
/// <param name="State">"working", "leaving" or "lost".</param>
[GenerateSerializer, Immutable, Alias("fedpg.worker-status")]
internal sealed record WorkerStatus(string Name, string Site, string Address, int Threads, int Blocks, string State);
