using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cli;

/// <summary><c>fedpg bench</c> as scripts read it.</summary>
public sealed class BenchTests
{
    [Fact]
    public void Exact_gradients_are_timed_in_milliseconds()
    {
        JsonElement result = Bench("W3-100", "--threads", "2");
        Assert.Equal(("W3-100", 2, 100), (result.GetProperty("workload").GetString(), result.GetProperty("threads")
            .GetInt32(), result.GetProperty("states").GetInt32()));
        Assert.Equal(4496, result.GetProperty("products").GetDouble());
        double milliseconds = result.GetProperty("milliseconds").GetDouble();
        Assert.True(result.GetProperty("minimum").GetDouble() > 0);
        Assert.InRange(milliseconds, result.GetProperty("minimum").GetDouble(), result.GetProperty("maximum").GetDouble());
    }

    [Fact]
    public void A_training_workload_says_threads_memory_and_its_three_rates()
    {
        JsonElement result = Bench("W1", "--threads", "1", "--repeats", "2");
        Assert.Equal((1, 2, "cpu"),
            (result.GetProperty("threads").GetInt32(), result.GetProperty("repeats").GetInt32(), result.GetProperty("device").GetString()));
        double Number(string name) => result.GetProperty(name).GetDouble();
        Assert.InRange(Number("stepsPerSecond"), Number("minimum"), Number("maximum"));
        Assert.True(Number("minimum") > 0);
        foreach (string name in (string[])["environment", "environmentAndPolicy"])
        {
            Assert.True(Number(name + "Minimum") > 0);
            Assert.InRange(Number(name + "StepsPerSecond"), Number(name + "Minimum"), Number(name + "Maximum"));
            // The median of two lies between them, as two times are never the same.
            Assert.True(Number(name + "Minimum") < Number(name + "Maximum"));
        }
        // libtorch alone is more than 64 MiB.
        Assert.InRange(Number("peakMemoryMiB"), 64, 16_384);
    }

    [Fact]
    public void A_case_of_growth_says_what_grew_and_repeats_it()
    {
        JsonElement result = Bench("agents=3", "--threads", "1", "--repeats", "2");
        Assert.Equal((3, 100, 400), (result.GetProperty("agents").GetInt32(), result.GetProperty("states")
            .GetInt32(), result.GetProperty("parameters").GetInt32()));
        Assert.True(result.GetProperty("minimum").GetDouble() > 0);
        Assert.InRange(result.GetProperty("milliseconds").GetDouble(), result.GetProperty("minimum").GetDouble(),
            result.GetProperty("maximum").GetDouble());
        Assert.Equal(2, result.GetProperty("repeats").GetInt32());
        // A round of 11 gradients at least for each repeat.
        Assert.True(result.GetProperty("gradients").GetInt32() >= 22);
    }

    [Fact]
    public void A_case_that_no_memory_holds_is_refused_before_it_begins()
    {
        Assert.SkipWhen(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes > 61L << 30, "this machine may hold it");
        using var folder = new TemporaryFolder();
        Outcome outcome = Fedpg.Run(folder.FullPath, "bench", "width=16000");
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.Matches(
            @"^WORKLOAD: width=16000; needs \d+ GiB for the rows of 16 agents with \d+ parameters; [\d.]+ of [\d.]+ GiB are free$",
            Assert.Single(outcome.ErrorLines));
    }

    /// <summary>Every count is that of the page: products and bytes by hand.</summary>
    [Fact]
    public void A_floor_is_counted_from_bytes_and_operations()
    {
        JsonElement result = Bench("W2-1024", "--floor", "memory=1000,compute=10000,launch=2,link=10,host=100", "--block-size", "16");
        double Number(string name) => result.GetProperty(name).GetDouble();
        Assert.Equal((1024, 10_884, 1024 * 32 * 50), (Number("agents"), Number("parameters"), Number("stepsPerGradient")));
        const double rows = 1024 * 100;
        Assert.Equal(rows * 6 * ((64 * 64) + (64 * 4)), Number("operations"));
        Assert.Equal(4 * ((7 * 10_884 * 1024.0) + (rows * 4 * 132)), Number("bytes"));
        Assert.Equal(64 * 22, Number("launches"));
        Assert.Equal(4 * 2 * rows * 4, Number("linkBytes"));
        JsonElement parts = result.GetProperty("floorMilliseconds");
        Assert.Equal(
            [Number("bytes") / 1e9, Number("operations") / 1e10, Number("launches") * 0.002, Number("linkBytes") / 1e7, 16.384],
            ((string[])["memory", "compute", "launch", "link", "host"]).Select(part => parts.GetProperty(part).GetDouble()),
            (a, b) => Math.Abs(a - b) < 1e-4);
        Assert.Equal("host", result.GetProperty("boundBy").GetString());
        Assert.Equal(100e6, Number("stepsPerSecondAtMost"));
        Assert.InRange(Number("stepsPerSecondInTurn"), 1, 99e6);
    }

    [Fact]
    public void Every_training_workload_has_a_floor_and_no_other()
    {
        using var folder = new TemporaryFolder();
        const string limits = "memory=1000,compute=10000";
        Outcome outcome = Fedpg.Run(folder.FullPath, "bench", "--floor", limits, "--json");
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Errors));
        JsonElement[] all = [.. JsonDocuments.Parse(System.Text.Encoding.UTF8.GetBytes(outcome.Output), "stdout").EnumerateArray()];
        Assert.Equal(["W1", "W2", "W4", "W2-1024", "W4-4096"], all.Select(r => r.GetProperty("workload").GetString()));
        Assert.All(all, r => Assert.InRange(r.GetProperty("stepsPerSecondAtMost").GetDouble(), 1e6, 1e12));
        outcome = Fedpg.Run(folder.FullPath, "bench", "W3-100", "agents=3", "--floor", limits);
        Assert.Equal(["WORKLOAD: W3-100", "WORKLOAD: agents=3"], outcome.ErrorLines.Select(l => l.Split(';')[0]));
        foreach (string wrong in (string[])["memory=1", "memory=1,compute=0", "memory=1,compute=1,memory=2",
            "memory=1,compute=1,width=2", "memory"])
        {
            outcome = Fedpg.Run(folder.FullPath, "bench", "W1", "--floor", wrong);
            Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
            Assert.StartsWith($"--floor: {wrong}; must be memory=GB/s,compute=GFLOP/s", Assert.Single(outcome.ErrorLines),
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_unknown_workload_is_named_with_those_there_are()
    {
        using var folder = new TemporaryFolder();
        Outcome outcome = Fedpg.Run(folder.FullPath, "bench", "W3", "W1", "w2");
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.Equal(["W3", "w2"], outcome.ErrorLines.Select(l => l.Split(';')[0]["WORKLOAD: ".Length..]));
        Assert.All(outcome.ErrorLines,
            line => Assert.Contains("must be one of W1, W2, W4, W3-100, W3-400, W3-900, W5, W6, W2-1024, W4-4096, or ", line,
                StringComparison.Ordinal));
    }

    private static JsonElement Bench(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        Outcome outcome = Fedpg.Run(folder.FullPath, ["bench", .. arguments, "--json"]);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Errors));
        return Assert.Single(JsonDocuments.Parse(System.Text.Encoding.UTF8.GetBytes(outcome.Output), "stdout").EnumerateArray());
    }
}
