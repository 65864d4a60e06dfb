using System.Collections.Concurrent;
using FedPG.Cluster.Hosting;
using FedPG.Cluster.Wire;

namespace FedPG.Cluster.Server;

/// <summary>How the server speaks to a worker. Every call may come again, and is not run again.</summary>
internal abstract class WorkerChannel
{
    /// <summary>Makes a run known.</summary>
    public abstract Task<BlockReply> Open(string block, SessionOffer offer);

    /// <summary>Has a block run entries.</summary>
    public abstract Task<BlockReply> Run(string block, BlockRequest request);

    /// <summary>Waits on for a request.</summary>
    public abstract Task<BlockReply> Wait(string block, long id);

    /// <summary>Asks what an environment is like.</summary>
    /// <returns>The card, or in words why there is none.</returns>
    public abstract Task<(SiteCard? Card, string? Error)> Describe(EnvironmentQuestion question);

    /// <summary>Lets a block go.</summary>
    public virtual Task Leave(string block) => Task.CompletedTask;
}

/// <summary>To a member of the cluster: the server calls its grains.</summary>
internal sealed class MemberChannel(IGrainFactory grains, SiloAddress silo) : WorkerChannel
{
    public override Task<BlockReply> Open(string block, SessionOffer offer) => Block(block).Open(offer);

    public override Task<BlockReply> Run(string block, BlockRequest request) => Block(block).Run(request);

    public override Task<BlockReply> Wait(string block, long id) => Block(block).Wait(id);

    public override async Task<(SiteCard? Card, string? Error)> Describe(EnvironmentQuestion question)
    {
        OutboundResult result = await Block("description").Describe(question).ConfigureAwait(false);
        return (result.Card, result.Reply.Message);
    }

    public override Task Leave(string block) => Block(block).Leave();

    private IBlockGrain Block(string block) => grains.GetGrain<IBlockGrain>(AtSilo.Key(block, silo));
}

/// <summary>
/// To a worker that nobody can call: it fetches orders and brings results. An order stays until
/// its result has come, however often it is fetched.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="longestSilence">
/// How long nothing may be heard of the worker. It asks five times a second whether it belongs here, on a line where nothing is in the way.
/// </param>
internal sealed class OutboundChannel(TimeProvider time, TimeSpan longestSilence) : WorkerChannel
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1), Look = TimeSpan.FromSeconds(0.5);

    private readonly ConcurrentDictionary<long, (OutboundOrder Order, TaskCompletionSource<OutboundResult> Result)> _open = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _ids, _heard = time.GetTimestamp();

    /// <summary>Whether nothing was heard of the worker for so long that it must be gone.</summary>
    public bool IsSilent => time.GetElapsedTime(Interlocked.Read(ref _heard)) > longestSilence;

    /// <summary>The worker has said something.</summary>
    public void Hear() => Interlocked.Exchange(ref _heard, time.GetTimestamp());

    public override Task<BlockReply> Open(string block, SessionOffer offer) => ReplyAsync(id => new OutboundOrder(id, block, Offer: offer));

    public override Task<BlockReply> Run(string block, BlockRequest request) =>
        ReplyAsync(id => new OutboundOrder(id, block, Request: request));

    public override Task<BlockReply> Wait(string block, long id) => ReplyAsync(order => new OutboundOrder(order, block, WaitFor: id));

    public override async Task<(SiteCard? Card, string? Error)> Describe(EnvironmentQuestion question)
    {
        OutboundResult result = await SendAsync(id => new OutboundOrder(id, "", Describe: question)).ConfigureAwait(false);
        return (result.Card, result.Reply.Message);
    }

    /// <summary>Takes results.</summary>
    public void Take(OutboundResult[] results)
    {
        foreach (OutboundResult result in results)
        {
            if (_open.TryRemove(result.Id, out (OutboundOrder, TaskCompletionSource<OutboundResult> Result) open))
                open.Result.TrySetResult(result);
        }
    }

    /// <summary>The orders after the last one that the worker has seen, when there are any or after a while.</summary>
    public async Task<OutboundOrder[]> Fetch(long seen)
    {
        Task news;
        lock (_lock) news = _news.Task;
        OutboundOrder[] orders = After(seen);
        if (orders.Length > 0) return orders;
        await Task.WhenAny(news, Task.Delay(Patience, time)).ConfigureAwait(false);
        return After(seen);
    }

    private OutboundOrder[] After(long seen) => [.. _open.Values.Select(o => o.Order).Where(o => o.Id > seen).OrderBy(o => o.Id)];

    private async Task<BlockReply> ReplyAsync(Func<long, OutboundOrder> order) => (await SendAsync(order).ConfigureAwait(false)).Reply;

    private async Task<OutboundResult> SendAsync(Func<long, OutboundOrder> order)
    {
        long id = Interlocked.Increment(ref _ids);
        var result = new TaskCompletionSource<OutboundResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _open[id] = (order(id), result);
        lock (_lock)
        {
            _news.SetResult();
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        try
        {
            long started = time.GetTimestamp();
            while (await Task.WhenAny(result.Task, Task.Delay(Look, time)).ConfigureAwait(false) != result.Task)
            {
                if (IsSilent || time.GetElapsedTime(started) > SiloHost.ResponseTimeout)
                    throw new TimeoutException("the worker does not answer");
            }
            return await result.Task.ConfigureAwait(false);
        }
        finally
        {
            _open.TryRemove(id, out _);
        }
    }
}
