using System.ComponentModel;
using FedPG.Core.Options;
using FedPG.Federation.Execution;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Federation.Execution;

/// <summary>Memory is asked for before it is taken.</summary>
public sealed class MemoryNeedTests
{
    [Theory]
    [InlineData("fedavg", 2)]
    [InlineData("scaffold", 4)]
    public void A_run_that_cannot_fit_is_refused_with_the_sum_and_what_would_fit(string algorithm, int vectors)
    {
        const int agents = 20_000, width = 1500;
        using var folder = new TemporaryFolder();
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => RunTesting.Start(
            RunTesting.Experiment("""policy={"kind":"neural-softmax","hidden":[1500,1500]}""", $"environment.agents={agents}",
                $"federation.algorithm={algorithm}", """environment.options={"states":2,"actions":2}"""), folder["run"]));
        ValidationError error = Assert.Single(e.Errors);
        Assert.Equal("policy", error.KeyPath);
        // Two states, two actions, and a bias for each unit.
        const long parameters = (width * 3L) + (width * (width + 1L)) + (2 * (width + 1L));
        double need = agents * (double)parameters * vectors * sizeof(float) / 1e9;
        Assert.StartsWith(FormattableString.Invariant(
            $"needs at least {need:F1} GB: {agents} agents x {parameters} parameters x {vectors} vectors x 4 bytes; "), error.Allowed,
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Fact]
    public void What_would_fit_fits_and_one_more_does_not()
    {
        const long parameters = 1000, kept = 500, free = 123_456_789;
        const int size = 8;
        Assert.Null(MemoryNeed.ErrorOf("r", 6172, parameters, kept, size, free));
        ValidationError error = MemoryNeed.ErrorOf("r", 6173, parameters, kept, size, free)!;
        Assert.Contains("enough for 6172 such agents, or for 999 parameters an agent", error.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void What_torch_could_not_get_is_said_in_gigabytes()
    {
        // As torch throws it, from code that is not ours.
        var refused = new Win32Exception(12,
            "DefaultCPUAllocator: can't allocate memory: you tried to allocate 404400016 bytes. Error code 12 (Cannot allocate memory)");
        Assert.Matches(@"^out of memory: 0\.404 GB more were asked for at once, and [0-9.]+ GB are free$", MemoryNeed.Explain(refused));
        Assert.Null(MemoryNeed.Explain(new Win32Exception(12, "another fault")));
    }

    [Fact]
    public void Something_is_free_here() => Assert.InRange(MemoryNeed.Free(), 1 << 20, long.MaxValue);
}
