using FedPG.Cluster.Server;
using FedPG.Cluster.Wire;
using FedPG.Cluster.Worker;
using FedPG.Federation.Execution;
using Xunit;

namespace FedPG.Tests.Cluster;

/// <summary>Vectors for all blocks cross once a worker; whatever becomes of them, every block gets them.</summary>
public sealed class SharedVectorTests
{
    private static readonly Software Same = new("1", "1", []);
    private static readonly Guid Session = Guid.NewGuid();

    [Fact]
    public async Task A_request_that_names_a_vector_waits_for_the_one_that_brings_it_but_not_for_long()
    {
        var known = new KnownVectors(TimeProvider.System);
        Task<BlockRequest?> early = known.Filled(Request(1, Named(7)));
        Assert.False(early.IsCompleted);
        Assert.NotNull(await known.Filled(Request(2, Brings(7))));
        Assert.Equal(7, Assert.Single((await early)!.Entries).Data!.Values[0]);
        Assert.Null(await known.Filled(Request(3, Named(8))));
        Assert.Null(await known.Filled(Request(4, Named(7)) with { Session = Guid.NewGuid() }));
    }

    /// <summary>
    /// Server and worker forget in the same order: a request that is thinned against what a worker was sent
    /// can be filled there, however many vectors it brings.
    /// </summary>
    [Fact]
    public async Task Requests_of_any_length_are_whole_again_at_the_worker()
    {
        var sent = new SentVectors();
        var known = new KnownVectors(TimeProvider.System);
        var random = new Random(5);
        for (int k = 0; k < 200; k++)
        {
            int first = random.Next(12);
            BlockRequest request = Request(k, [.. Enumerable.Range(first, random.Next(1, 9)).Select(n => Brings(n + 1))]);
            (BlockRequest thinned, _) = sent.Send(request, _ => Task.FromResult(BlockReply.Lacking));
            Assert.Equal(request.Entries, (await known.Filled(thinned))!.Entries);
        }
    }

    [Fact]
    public async Task A_worker_that_lacks_a_vector_is_sent_the_request_whole_and_both_are_counted()
    {
        var registry = new WorkerRegistry(Same, 1 << 20, _ => { }, TimeProvider.System, TimeSpan.FromSeconds(5));
        var server = new ServerState(registry, TimeProvider.System);
        registry.Join(new JoinRequest("w", null, "", 1, Same, 1 << 20));
        var client = new RetryingBlockClient(null!, server, new SessionOffer(Session, [], "", [], Same), 1 << 20, MissingSite.Wait,
            _ => { }, TimeProvider.System, TestContext.Current.CancellationToken);
        RemoteBlock[] blocks = [.. Enumerable.Range(0, 2)
            .Select(k => new RemoteBlock(new BlockRange(k, 1), "", new BlockSnapshot(null, [], 0, 0, [])))];
        OutboundChannel worker = registry.Outbound("w")!;
        long seen = 0;
        async Task<OutboundOrder> NextAsync()
        {
            OutboundOrder order = (await worker.Fetch(seen))[0];
            seen = order.Id;
            return order;
        }
        Task<BlockReply>[] deliveries = [.. blocks.Select(b => { b.Add(Brings(3)); return client.DeliverAsync(b, wantsState: false); })];
        OutboundOrder first = await NextAsync(), second = await NextAsync();
        Assert.NotNull(Assert.Single(first.Request!.Entries).Data);
        Assert.Null(Assert.Single(second.Request!.Entries).Data);
        worker.Take([new OutboundResult(first.Id, new BlockReply(ReplyStatus.Done)), new OutboundResult(second.Id, BlockReply.Lacking)]);
        OutboundOrder again = await NextAsync();
        Assert.Equal(second.Request.Id, again.Request!.Id);
        Assert.NotNull(Assert.Single(again.Request.Entries).Data);
        worker.Take([new OutboundResult(again.Id, new BlockReply(ReplyStatus.Done))]);
        await Task.WhenAll(deliveries);
        Assert.Equal(8, server.Status().BytesSent);
    }

    private static BlockRequest Request(long id, params BlockEntry[] entries) => new(Session, id, 0, 1, 0, entries, null, false);

    private static BlockEntry Brings(int number) => new(EntryKind.Receive, Vectors[number], Shared: number);

    private static BlockEntry Named(int number) => Brings(number) with { Data = null };

    private static readonly TensorData[] Vectors =
        [.. Enumerable.Range(0, 32).Select(k => new TensorData("theta", NumberKind.Float32, [1], [(byte)k, 0, 0, 0]))];
}
