namespace FedPG.Cluster.Wire;

/// <summary>The numbers that the server and its workers agree on.</summary>
internal static class Protocol
{
    /// <summary>How long a worker waits for a result before it answers that the request still runs; well below every time-out.</summary>
    public static readonly TimeSpan ReplyPatience = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Vectors for all blocks that a worker keeps: the two of a round that most algorithms send, and those of the round before.
    /// </summary>
    public const int KeptVectors = 4;
}
