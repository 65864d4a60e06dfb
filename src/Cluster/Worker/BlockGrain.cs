using FedPG.Cluster.Hosting;
using FedPG.Cluster.Wire;
using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace FedPG.Cluster.Worker;

/// <inheritdoc cref="IBlockGrain"/>
[Reentrant, AtSilo, GrainDirectory(KeysAreAddresses.Name), GrainType("fedpg-block")]
internal sealed class BlockGrain(WorkerState worker, TimeProvider time) : Grain, IBlockGrain, IAsyncDisposable
{
    private readonly BlockTask _task = new(worker, time);

    /// <inheritdoc/>
    public Task<BlockReply> Open(SessionOffer offer) => _task.OpenAsync(offer);

    /// <inheritdoc/>
    public async Task<BlockReply> Run(BlockRequest request) =>
        await worker.Vectors.Filled(request) is { } whole ? await _task.RunAsync(whole) : BlockReply.Lacking;

    /// <inheritdoc/>
    public Task<BlockReply> Wait(long id) => _task.WaitAsync(id);

    /// <inheritdoc/>
    public Task<OutboundResult> Describe(EnvironmentQuestion question) =>
        worker.Threads.Run(() => SiteDescriber.Describe(0, question, worker.Tell));

    /// <inheritdoc/>
    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _task.DisposeAsync();
}
