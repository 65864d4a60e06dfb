namespace FedPG.Cluster.Wire;

/// <summary>The process that does a run, as its workers see it.</summary>
[Alias("fedpg.IServerGrain")]
internal interface IServerGrain : IGrainWithStringKey
{
    /// <summary>The start of the server's grain key and of its silo's name.</summary>
    const string KeyPrefix = "server";

    /// <summary>A worker offers its threads.</summary>
    [Alias("Join")]
    Task<JoinReply> Join(JoinRequest request);

    /// <summary>A worker asks whether it still belongs to this server; false where it should join anew.</summary>
    [Alias("IsMember")]
    Task<bool> IsMember(string worker);

    /// <summary>A worker wants to go: its blocks are moved when the round is over.</summary>
    /// <returns>The blocks it still holds.</returns>
    [Alias("Leave")]
    Task<int> Leave(string worker);

    /// <summary>A worker that nobody can call fetches orders; answered after a while at the latest.</summary>
    /// <param name="worker">Its name.</param>
    /// <param name="seen">The last order that it has seen; 0 for none.</param>
    /// <returns>Orders; null where the worker is not known and should join.</returns>
    [Alias("Fetch")]
    Task<OutboundOrder[]?> Fetch(string worker, long seen);

    /// <summary>A worker that nobody can call brings what it has done.</summary>
    [Alias("Bring")]
    Task Bring(string worker, OutboundResult[] results);

    /// <summary>How the cluster is doing.</summary>
    [Alias("Status")]
    Task<ClusterStatus> Status();
}
