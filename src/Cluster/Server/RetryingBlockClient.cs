using FedPG.Cluster.Wire;
using FedPG.Federation.Agents;

namespace FedPG.Cluster.Server;

/// <summary>
/// Brings requests to blocks and replies back, whatever happens to the workers on the way: asks again where a reply was lost, makes a block
/// again on another worker where its own is gone, and waits where there is none.
/// </summary>
/// <param name="grains">The cluster.</param>
/// <param name="server">The workers, and what is counted.</param>
/// <param name="offer">The run.</param>
/// <param name="largestMessage">The largest message, in bytes.</param>
/// <param name="missing">What becomes of a round when a site is missing.</param>
/// <param name="note">Takes what a user should know.</param>
/// <param name="time">The clock.</param>
/// <param name="cancellation">Ends waiting for workers.</param>
internal sealed class RetryingBlockClient(
    IGrainFactory grains, ServerState server, SessionOffer offer, long largestMessage, MissingSite missing, Action<string> note,
    TimeProvider time, CancellationToken cancellation)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20), LongestPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Twice as long as a worker takes to say that a request still runs.</summary>
    private static readonly TimeSpan Impatience = 2 * Protocol.ReplyPatience;

    /// <summary>A worker that the engine takes for alive and that fails all calls for so long is given up.</summary>
    private readonly TimeSpan _patience = 2 * server.Registry.Patience;

    private readonly Lock _placing = new();
    private bool _waiting;

    /// <summary>Has a block do what was added to it.</summary>
    /// <returns>The reply, which is of the block's last entry.</returns>
    /// <exception cref="AgentFailureException">A worker refuses, or fails in a way in which every worker would.</exception>
    /// <exception cref="SiteMissingException">The block's site is missing, and nobody waits for it.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while there was no worker.</exception>
    public async Task<BlockReply> DeliverAsync(RemoteBlock block, bool wantsState)
    {
        long started = time.GetTimestamp();
        long? failing = null;
        BlockRequest? request = null;
        bool again = false;
        long sent = 0;
        TimeSpan pause = FirstPause;
        while (true)
        {
            ClusterWorkerInfo worker = await PlaceAsync(block).ConfigureAwait(false);
            request ??= Checked(block.NextRequest(offer.Session, wantsState), block);
            string name = NameOf(block);
            try
            {
                // What is sent again is sent whole: nobody knows what became of the first.
                BlockReply reply = await UnlessGone(worker, ConverseAsync(worker, name, request, whole: again, bytes => sent += bytes))
                    .ConfigureAwait(false);
                if (reply.Status == ReplyStatus.Done)
                {
                    block.Accept(request, reply);
                    server.Count(sent, request.Restore, reply, time.GetElapsedTime(started));
                    return reply;
                }
                if (reply.Status != ReplyStatus.Behind)
                    throw new AgentFailureException(reply.Status == ReplyStatus.Refused
                        ? $"worker {worker.Name}: {reply.Message}"
                        : reply.Message!);
                block.Forget();
                (failing, request, again) = (null, null, false);
            }
            catch (Exception e) when (IsTransient(e))
            {
                failing ??= time.GetTimestamp();
                if (worker.Outbound is { IsSilent: true }) server.Registry.Lose(worker, "it does not answer");
                else if (time.GetElapsedTime(failing.Value) > _patience)
                    server.Registry.Lose(worker, $"calls fail though it seems alive: {e.Message.Split('\n')[0]}");
                if (worker.IsGone)
                {
                    (failing, request, again, pause) = (null, null, false, FirstPause);
                    continue;
                }
                again = true;
                // The reply may have been lost, and not the request: the same one again is answered without being run again.
                await Task.WhenAny(Task.Delay(pause, time), worker.Gone).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    /// <summary>Tells the worker that holds a block to let it go.</summary>
    public void Release(RemoteBlock block)
    {
        if (block.Worker is { IsGone: false } worker) _ = IgnoreAsync(ChannelTo(worker).Leave(NameOf(block)));
    }

    private BlockRequest Checked(BlockRequest request, RemoteBlock block)
    {
        long bytes = request.Size;
        return bytes <= largestMessage
            ? request
            : throw new AgentFailureException(
                $"a message of {bytes} bytes to agents {block.Range.First} to {block.Range.First + block.Range.Count - 1} is over the "
                    + $"limit of {largestMessage}; raise it with --message-limit, or use a smaller --block-size");
    }

    /// <summary>How to speak to a worker.</summary>
    public WorkerChannel ChannelTo(ClusterWorkerInfo worker) => worker.Outbound ?? (WorkerChannel)new MemberChannel(grains, worker.Silo!);

    private string NameOf(RemoteBlock block) => $"{offer.Session:N}/{block.Range.First}+{block.Range.Count}/{block.Generation}";

    private async Task<BlockReply> ConverseAsync(ClusterWorkerInfo worker, string block, BlockRequest request, bool whole,
        Action<long> count)
    {
        WorkerChannel channel = ChannelTo(worker);
        Task<BlockReply> Send(BlockRequest r)
        {
            count(r.Entries.Sum(e => e.Data?.Size ?? 0));
            return channel.Run(block, r);
        }
        (BlockRequest sent, Task<BlockReply> first) = whole ? (request, Send(request)) : worker.Vectors.Send(request, Send);
        BlockReply reply = await AnswerAsync(channel, block, request.Id, first).ConfigureAwait(false);
        while (true)
        {
            switch (reply.Status)
            {
                case ReplyStatus.NoSession:
                    while ((reply = await channel.Open(block, offer).ConfigureAwait(false)).Status == ReplyStatus.Running) { }
                    if (reply.Status != ReplyStatus.Done) return reply;
                    reply = await AnswerAsync(channel, block, request.Id, Send(sent)).ConfigureAwait(false);
                    break;
                case ReplyStatus.Lacking:
                    reply = await AnswerAsync(channel, block, request.Id, Send(sent = request)).ConfigureAwait(false);
                    break;
                case ReplyStatus.Running:
                    reply = await AnswerAsync(channel, block, request.Id, channel.Wait(block, request.Id)).ConfigureAwait(false);
                    break;
                default:
                    return reply;
            }
        }
    }

    /// <summary>
    /// Waits for an answer that may have been lost with its connection, which the engine tells nobody until a time-out that large messages
    /// on slow lines need. A short question follows the request after a while; where it overtakes an answer, that was lost, and where
    /// nobody knows the request, that was.
    /// </summary>
    private async Task<BlockReply> AnswerAsync(WorkerChannel channel, string block, long id, Task<BlockReply> asked)
    {
        while (await Task.WhenAny(asked, Task.Delay(Impatience, time)).ConfigureAwait(false) != asked)
        {
            Task<BlockReply> again = channel.Wait(block, id);
            Task first = await Task.WhenAny(asked, again, Task.Delay(Impatience, time)).ConfigureAwait(false);
            if (first != again)
            {
                _ = IgnoreAsync(again);
                continue;
            }
            _ = IgnoreAsync(asked);
            BlockReply known = await again.ConfigureAwait(false);
            return known.Status == ReplyStatus.Behind ? throw new TimeoutException("a request was lost") : known;
        }
        return await asked.ConfigureAwait(false);
    }

    /// <summary>The block's worker, found anew where it is gone: the one with the fewest blocks a thread.</summary>
    private async Task<ClusterWorkerInfo> PlaceAsync(RemoteBlock block)
    {
        while (true)
        {
            Task change = server.Registry.Changed();
            lock (_placing)
            {
                if (block.Worker is { IsGone: false } held) return held;
                if (server.Registry.Usable(block.Site).MinBy(w => (double)(w.Blocks + 1) / w.Threads) is { } free)
                {
                    _waiting = false;
                    block.MoveTo(free);
                    return free;
                }
                if (block.Site.Length > 0 && missing != MissingSite.Wait) throw new SiteMissingException(block.Site);
                if (!_waiting)
                    note(block.Site.Length > 0 ? $"site {block.Site} is missing; waiting for it" : "no worker is left; waiting for one");
                _waiting = true;
            }
            await change.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<BlockReply> UnlessGone(ClusterWorkerInfo worker, Task<BlockReply> reply)
    {
        if (await Task.WhenAny(reply, worker.Gone).ConfigureAwait(false) == reply) return await reply.ConfigureAwait(false);
        _ = IgnoreAsync(reply);
        throw new SiloUnavailableException($"worker {worker.Name} is gone");
    }

    private static bool IsTransient(Exception e) =>
        e is OrleansException or TimeoutException or IOException or System.Net.Sockets.SocketException or ObjectDisposedException;

    private static async Task IgnoreAsync(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (Exception e) when (IsTransient(e))
        {
            // Of a worker that nobody waits for any more.
        }
    }
}
