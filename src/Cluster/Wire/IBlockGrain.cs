using Orleans.Concurrency;

namespace FedPG.Cluster.Wire;

/// <summary>A block of agents on a worker.</summary>
[Alias("fedpg.IBlockGrain")]
internal interface IBlockGrain : IGrainWithStringKey
{
    /// <summary>Makes a run known to the worker.</summary>
    [Alias("Open")]
    Task<BlockReply> Open(SessionOffer offer);

    /// <summary>Runs entries; the same request again is not run again.</summary>
    [Alias("Run")]
    Task<BlockReply> Run(BlockRequest request);

    /// <summary>Waits on for a request.</summary>
    [Alias("Wait")]
    Task<BlockReply> Wait(long id);

    /// <summary>Tells what an environment of this process is like.</summary>
    [Alias("Describe")]
    Task<OutboundResult> Describe(EnvironmentQuestion question);

    /// <summary>The block has gone elsewhere.</summary>
    [Alias("Leave"), OneWay]
    Task Leave();
}
