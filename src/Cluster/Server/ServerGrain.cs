using FedPG.Cluster.Hosting;
using FedPG.Cluster.Wire;
using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace FedPG.Cluster.Server;

/// <inheritdoc cref="IServerGrain"/>
[Reentrant, AtSilo, GrainDirectory(KeysAreAddresses.Name), GrainType("fedpg-server")]
internal sealed class ServerGrain(ServerState server) : Grain, IServerGrain
{
    /// <inheritdoc/>
    public Task<JoinReply> Join(JoinRequest request) => Task.FromResult(server.Registry.Join(request));

    /// <inheritdoc/>
    public Task<bool> IsMember(string worker) => Task.FromResult(server.Registry.IsMember(worker));

    /// <inheritdoc/>
    public Task<int> Leave(string worker) => Task.FromResult(server.Registry.Leave(worker));

    /// <inheritdoc/>
    public async Task<OutboundOrder[]?> Fetch(string worker, long seen) =>
        server.Registry.Outbound(worker) is { } channel ? await channel.Fetch(seen) : null;

    /// <inheritdoc/>
    public Task Bring(string worker, OutboundResult[] results)
    {
        server.Registry.Outbound(worker)?.Take(results);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<ClusterStatus> Status() => Task.FromResult(server.Status());
}
