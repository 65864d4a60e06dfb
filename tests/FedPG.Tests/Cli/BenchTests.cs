using System.Text.Json;
using FedPG.Envs.Options;
using FedPG.Tests.Runs;
using Xunit;

namespace FedPG.Tests.Cli;

/// <summary><c>fedpg bench</c> as scripts read it.</summary>
public sealed class BenchTests
{
    [Fact]
    public void Exact_gradients_are_timed_in_milliseconds()
    {
        JsonElement result = Bench("W3-100", "--threads", "2");
        Assert.Equal(("W3-100", 2, 100), (result.GetProperty("workload").GetString(), result.GetProperty("threads").GetInt32(), result.GetProperty("states").GetInt32()));
        double milliseconds = result.GetProperty("milliseconds").GetDouble();
        Assert.True(result.GetProperty("minimum").GetDouble() > 0);
        Assert.InRange(milliseconds, result.GetProperty("minimum").GetDouble(), result.GetProperty("maximum").GetDouble());
    }

    [Fact]
    public void A_training_workload_says_threads_memory_and_its_three_rates()
    {
        JsonElement result = Bench("W1", "--threads", "1", "--repeats", "2");
        Assert.Equal((1, 2, "cpu"), (result.GetProperty("threads").GetInt32(), result.GetProperty("repeats").GetInt32(), result.GetProperty("device").GetString()));
        double Number(string name) => result.GetProperty(name).GetDouble();
        Assert.InRange(Number("stepsPerSecond"), Number("minimum"), Number("maximum"));
        Assert.All((string[])["minimum", "environmentStepsPerSecond", "environmentAndPolicyStepsPerSecond"], name => Assert.True(Number(name) > 0));
        // libtorch alone is more than 64 MiB.
        Assert.InRange(Number("peakMemoryMiB"), 64, 16_384);
    }

    [Fact]
    public void A_case_of_growth_says_what_grew()
    {
        JsonElement result = Bench("agents=3", "--threads", "1");
        Assert.Equal((3, 100, 400), (result.GetProperty("agents").GetInt32(), result.GetProperty("states").GetInt32(), result.GetProperty("parameters").GetInt32()));
        Assert.True(result.GetProperty("milliseconds").GetDouble() > 0);
        Assert.True(result.GetProperty("gradients").GetInt32() >= 11);
    }

    [Fact]
    public void Every_unknown_workload_is_named_with_those_there_are()
    {
        using var folder = new TemporaryFolder();
        Outcome outcome = Fedpg.Run(folder.FullPath, "bench", "W3", "W1", "w2");
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.Equal(["W3", "w2"], outcome.ErrorLines.Select(l => l.Split(';')[0]["WORKLOAD: ".Length..]));
        Assert.All(outcome.ErrorLines, line => Assert.Contains("must be one of W1, W2, W4, W3-100, W3-400, W3-900", line, StringComparison.Ordinal));
    }

    private static JsonElement Bench(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        Outcome outcome = Fedpg.Run(folder.FullPath, ["bench", .. arguments, "--json"]);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Errors));
        return Assert.Single(JsonDocuments.Parse(System.Text.Encoding.UTF8.GetBytes(outcome.Output), "stdout").EnumerateArray());
    }
}
