using System.Collections.Concurrent;
using FedPG.Cluster.Hosting;
using FedPG.Cluster.Wire;

namespace FedPG.Cluster.Worker;

/// <summary>Fetches orders from the server, has them done side by side, and brings the results.</summary>
internal sealed class OutboundLoop(IServerGrain server, string name, WorkerState worker, TimeProvider time) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, BlockTask> _blocks = new();
    private readonly ConcurrentDictionary<long, OutboundResult> _done = new();
    private long _seen;

    /// <summary>One exchange with the server.</summary>
    /// <returns>False where the server does not know this worker any more.</returns>
    public async Task<bool> ExchangeAsync(TimeSpan timeout)
    {
        // What was lost on its own way is brought again.
        if (!_done.IsEmpty) await BringAsync([.. _done.Values], timeout).ConfigureAwait(false);
        if (await server.Fetch(name, _seen).WaitAsync(timeout, time).ConfigureAwait(false) is not { } orders) return false;
        foreach (OutboundOrder order in orders)
        {
            if (order.Id <= _seen) continue;
            _seen = order.Id;
            _ = DoAsync(order, timeout);
        }
        return true;
    }

    /// <summary>Lets all blocks go.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (BlockTask block in _blocks.Values) await block.DisposeAsync().ConfigureAwait(false);
    }

    private async Task BringAsync(OutboundResult[] results, TimeSpan timeout)
    {
        await server.Bring(name, results).WaitAsync(timeout, time).ConfigureAwait(false);
        foreach (OutboundResult result in results) _done.TryRemove(result.Id, out _);
    }

    private async Task DoAsync(OutboundOrder order, TimeSpan timeout)
    {
        OutboundResult result;
        try
        {
            BlockTask block = _blocks.GetOrAdd(order.Block, _ => new BlockTask(worker, time));
            result = order switch
            {
                { Describe: { } question } =>
                    await worker.Threads.Run(() => SiteDescriber.Describe(order.Id, question, worker.Tell)).ConfigureAwait(false),
                { Offer: { } offer } => new(order.Id, await block.OpenAsync(offer).ConfigureAwait(false)),
                { Request: { } request } => new(order.Id, await worker.Vectors.Filled(request).ConfigureAwait(false) is { } whole
                    ? await Locked(block, b => b.RunAsync(whole)).ConfigureAwait(false) : BlockReply.Lacking),
                _ => new(order.Id, await Locked(block, b => b.WaitAsync(order.WaitFor!.Value)).ConfigureAwait(false)),
            };
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            result = new(order.Id, new BlockReply(ReplyStatus.Failed, worker.Tell(e)));
        }
        _done[order.Id] = result;
        try
        {
            await BringAsync([result], timeout).ConfigureAwait(false);
        }
        catch (Exception e) when (TransientErrors.Includes(e))
        {
            // It stays, and goes with the next exchange.
        }
    }

    private static Task<BlockReply> Locked(BlockTask block, Func<BlockTask, Task<BlockReply>> call)
    {
        lock (block) return call(block);
    }
}
