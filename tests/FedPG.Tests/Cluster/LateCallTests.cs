using FedPG.Cluster.Server;
using FedPG.Cluster.Wire;
using FedPG.Cluster.Worker;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cluster;

/// <summary>Calls that come late, or end at the very limit of somebody's patience, as they do on busy machines.</summary>
public sealed class LateCallTests
{
    private const long LargestMessage = 1 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly Software Same = new("1", "1", []);

    [Fact]
    public void A_join_that_comes_late_changes_nothing()
    {
        WorkerRegistry registry = Registry();
        Assert.Null(registry.Join(Request("w")).Refusal);
        ClusterWorkerInfo joined = Assert.Single(registry.Usable(""));
        int version = registry.Version;
        Assert.Null(registry.Join(Request("w")).Refusal);
        Assert.Same(joined, Assert.Single(registry.Usable("")));
        Assert.Equal(version, registry.Version);
    }

    [Fact]
    public async Task A_run_that_opens_at_the_limit_of_a_call_has_opened_and_one_that_takes_longer_is_waited_for()
    {
        SessionOffer offer = ExperimentOffer.Of(RunTesting.Experiment(), Same);
        using var threads = new ComputeThreads(1);
        var time = new LimitTime();
        var worker = new WorkerState(threads, Same, long.MaxValue, null, _ => { }, time);
        await using var task = new BlockTask(worker, time);
        using var gate = new ManualResetEventSlim();
        Task<bool> busy = threads.Run(() => { gate.Wait(TestContext.Current.CancellationToken); return true; });
        Assert.Equal(ReplyStatus.Running, (await task.OpenAsync(offer)).Status);
        // From here on time is up as soon as the run is open, and not before.
        time.Until = worker.OpenAsync(offer);
        gate.Set();
        Assert.True(await busy);
        BlockReply reply = await task.OpenAsync(offer);
        Assert.Equal((ReplyStatus.Done, null), (reply.Status, reply.Message));
    }

    /// <summary>One that takes leave is waited for as long as it says so, however long its last round takes.</summary>
    [Fact]
    public void An_outbound_worker_is_silent_only_where_it_asks_nothing()
    {
        var time = new SetTime();
        WorkerRegistry registry = Registry(time);
        Assert.Null(registry.Join(Request("w")).Refusal);
        OutboundChannel channel = registry.Outbound("w")!;
        for (int k = 0; k < 8; k++)
        {
            time.Pass(Patience * 0.9);
            Assert.False(channel.IsSilent);
            if (k % 2 == 0) Assert.Equal(0, registry.Leave("w"));
            else Assert.True(registry.IsMember("w"));
        }
        time.Pass(Patience * 0.9);
        Assert.False(channel.IsSilent);
        time.Pass(Patience * 0.2);
        Assert.True(channel.IsSilent);
    }

    private static WorkerRegistry Registry(TimeProvider? time = null) =>
        new(Same, LargestMessage, _ => { }, time ?? TimeProvider.System, Patience);

    private static JoinRequest Request(string name) => new(name, null, "", 1, Same, LargestMessage);

    /// <summary>A clock that goes on when it is told to.</summary>
    private sealed class SetTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Pass(TimeSpan time) => _now += time.Ticks;

        public override long GetTimestamp() => _now;
    }

    /// <summary>A clock on which every wait ends when a task has, or at once where there is none.</summary>
    private sealed class LimitTime : TimeProvider
    {
        public Task Until { get; set; } = Task.CompletedTask;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _ = Until.ContinueWith(_ => callback(state), TaskScheduler.Default);
            return new Timer();
        }

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() { }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
