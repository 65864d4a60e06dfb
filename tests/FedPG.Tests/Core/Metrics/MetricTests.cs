using FedPG.Core.Metrics;
using Xunit;

namespace FedPG.Tests.Core.Metrics;

public sealed class MetricTests
{
    [Theory]
    [InlineData(MetricKind.Mean, 11.0 / 5)]
    [InlineData(MetricKind.Sum, 11)]
    [InlineData(MetricKind.Last, (3.0 + 5 + 2) / 3)]
    [InlineData(MetricKind.PerAgent, 11.0 / 5)]
    public void A_kind_says_how_recordings_become_one_number(MetricKind kind, double expected)
    {
        var recorder = new MetricRecorder(3);
        recorder.Record("a/b", [1, 5, 0], kind, [true, true, false]);
        recorder.Record("a/b", [3, 9, 2], kind, [true, false, true]);
        if (kind != MetricKind.Last) recorder.Record("a/b", [0, 0, 0], kind, [true, false, false]);
        Assert.Equal(expected, Merged(recorder)["a/b"]);
    }

    [Fact]
    public void A_metric_per_agent_arrives_per_agent_and_absent_agents_have_none()
    {
        (MetricRecorder first, MetricRecorder second) = (new MetricRecorder(2), new MetricRecorder(2));
        first.Record("loss", [1, 2], MetricKind.PerAgent);
        first.Record("loss", [3, 4], MetricKind.PerAgent);
        second.Record("loss", [7, 8], MetricKind.PerAgent, [false, true]);
        Assert.Equal([2.0, 3.0, null, 8.0], Merged(first, second).PerAgent("loss")!);
        Assert.Null(Merged(first).PerAgent("drift"));
    }

    /// <summary>Numbers of unlike size, so that another order of additions would be another sum.</summary>
    [Fact]
    public void Blocks_change_no_bit()
    {
        double[] values = [.. Enumerable.Range(0, 13).Select(i => Math.Pow(10, (i * 5 % 13) - 6) / 3)];
        double? expected = Merged(Block(values))["x"];
        foreach (int size in (int[])[1, 2, 4, 8])
            Assert.Equal(expected, Merged([.. values.Chunk(size).Select(Block)])["x"]);

        static MetricRecorder Block(double[] values)
        {
            var block = new MetricRecorder(values.Length);
            for (int step = 0; step < 3; step++) block.Record("x", values);
            return block;
        }
    }

    [Fact]
    public void The_server_records_too_and_a_reset_forgets()
    {
        var server = new MetricRecorder(1);
        server.Record("move", 3);
        Assert.Equal(3, RoundMetrics.Merge([], server)["move"]);
        server.Reset();
        Assert.Null(RoundMetrics.Merge([], server)["move"]);
        Assert.Empty(RoundMetrics.Merge([], server).Names);
    }

    [Fact]
    public void A_name_has_plain_characters_and_one_kind()
    {
        var recorder = new MetricRecorder(1);
        Assert.Throws<ArgumentException>(() => recorder.Record("a,b", 1));
        recorder.Record("a", 1);
        Assert.Throws<ArgumentException>(() => recorder.Record("a", 1, MetricKind.Sum));
        Assert.Throws<ArgumentException>(() => recorder.Record("b", [1, 2]));
    }

    private static RoundMetrics Merged(params MetricRecorder[] blocks) =>
        RoundMetrics.Merge([.. blocks.Select(block => (block.Recorded.FirstOrDefault()?.Sums.Count ?? 0, block.Recorded))],
            new MetricRecorder(1));
}
