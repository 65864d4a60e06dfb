using FedPG.Cluster.Hosting;
using FedPG.Cluster.Wire;
using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace FedPG.Cluster.Server;

/// <summary>The process that does a run, as its workers see it.</summary>
[Alias("fedpg.IServerGrain")]
internal interface IServerGrain : IGrainWithStringKey
{
    /// <summary>A worker offers its threads.</summary>
    [Alias("Join")]
    Task<JoinReply> Join(JoinRequest hello);

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

/// <inheritdoc cref="IServerGrain"/>
[Reentrant, AtSilo, GrainDirectory(KeysAreAddresses.Name), GrainType("fedpg-server")]
internal sealed class ServerGrain(ServerState server) : Grain, IServerGrain
{
    /// <summary>What comes before the silo in the key.</summary>
    public const string KeyPrefix = "server";

    /// <inheritdoc/>
    public Task<JoinReply> Join(JoinRequest hello) => Task.FromResult(server.Registry.Join(hello));

    /// <inheritdoc/>
    public Task<bool> IsMember(string worker) => Task.FromResult(server.Registry.IsMember(worker));

    /// <inheritdoc/>
    public Task<int> Leave(string worker) => Task.FromResult(server.Registry.Leave(worker));

    /// <inheritdoc/>
    public async Task<OutboundOrder[]?> Fetch(string worker, long seen) => server.Registry.Outbound(worker) is { } channel ? await channel.Fetch(seen) : null;

    /// <inheritdoc/>
    public Task Bring(string worker, OutboundResult[] results)
    {
        server.Registry.Outbound(worker)?.Take(results);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<ClusterStatus> Status() => Task.FromResult(server.Status());
}
