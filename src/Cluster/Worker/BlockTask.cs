using System.Diagnostics;
using FedPG.Cluster.Wire;
using FedPG.Federation.Execution;

namespace FedPG.Cluster.Worker;

/// <summary>
/// A block's requests one after another, however often each is sent: long ones are answered with "still runs" so that no call outlasts a
/// time-out, and a request that comes again, because its reply was lost, gets the same reply.
/// Called by one caller at a time, between awaits.
/// </summary>
internal sealed class BlockTask(WorkerState worker, TimeProvider time) : IAsyncDisposable
{
    private BlockHost? _host;
    private long _id = -1;
    private Task<BlockReply>? _running;

    /// <summary>Makes a run known here.</summary>
    public async Task<BlockReply> OpenAsync(SessionOffer offer)
    {
        Task<WorkerSession> opening = worker.OpenAsync(offer);
        if (!await EndsSoon(opening)) return new BlockReply(ReplyStatus.Running);
        try
        {
            await opening;
            return new BlockReply(ReplyStatus.Done);
        }
        catch (Exception e)
        {
            return new BlockReply(ReplyStatus.Refused, worker.Tell(e));
        }
    }

    /// <summary>Runs a request, or waits on for it.</summary>
    public Task<BlockReply> RunAsync(BlockRequest request)
    {
        if (_running is not null && _id == request.Id) return ResultAsync(_running);
        // One that comes late, after it was sent again and answered.
        if (request.Id < _id) return Task.FromResult(new BlockReply(ReplyStatus.Behind));
        if (worker.Find(request.Session) is not { } session) return Task.FromResult(new BlockReply(ReplyStatus.NoSession));
        _host ??= new BlockHost(session, new BlockRange(request.First, request.Count), worker.LargestMessage, worker.Site, worker.Tell);
        BlockHost host = _host;
        Task<BlockReply>? before = _running;
        (_id, _running) = (request.Id, ExecuteAsync(before, host, request));
        return ResultAsync(_running);
    }

    /// <summary>Waits on for a request that was sent before.</summary>
    public Task<BlockReply> WaitAsync(long id) =>
        _running is not null && _id == id ? ResultAsync(_running) : Task.FromResult(new BlockReply(ReplyStatus.Behind));

    /// <summary>Lets the block go when what runs has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_running is { } last) await last;
        if (_host is { } host) await worker.Threads.Run(() => Ended(host));
        _host = null;
    }

    private async Task<BlockReply> ExecuteAsync(Task<BlockReply>? before, BlockHost host, BlockRequest request)
    {
        if (before is not null) await before;
        using Activity? span = ClusterMeters.Start("block")?.SetTag("first", request.First).SetTag("agents", request.Count);
        BlockReply reply = await worker.Threads.Run(() => host.Execute(request));
        ClusterMeters.Compute(reply.Seconds);
        return reply;
    }

    private async Task<BlockReply> ResultAsync(Task<BlockReply> running) =>
        await EndsSoon(running) ? await running : new BlockReply(ReplyStatus.Running);

    /// <summary>
    /// Waits for a task, within limits. What ends at the very limit has ended: a time-out is never taken for its failure.
    /// </summary>
    private async Task<bool> EndsSoon(Task task)
    {
        await Task.WhenAny(task, Task.Delay(Protocol.ReplyPatience, time));
        return task.IsCompleted;
    }

    private static bool Ended(BlockHost host)
    {
        host.Dispose();
        return true;
    }
}
