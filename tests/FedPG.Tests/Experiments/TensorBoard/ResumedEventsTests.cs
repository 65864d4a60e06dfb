using System.Globalization;
using FedPG.Experiments;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Experiments.TensorBoard;

/// <summary>The curves of a run that was stopped are those of one that never was, also of what agents show that sat rounds out.</summary>
public sealed class ResumedEventsTests
{
    [Theory]
    [InlineData("scaffold")]
    [InlineData("fast-fedpg")]
    public void Partial_participation_shows_the_same_after_a_resume(string algorithm)
    {
        using var folder = new TemporaryFolder();
        Experiment experiment = RunTesting.Experiment($"federation.algorithm={algorithm}", "federation.rounds=12", "checkpointEvery=3",
            """federation.participation={"kind":"uniform","sample":2}""");
        RunTesting.Run(experiment, folder["whole"]);
        RunTesting.RunUntil(4, experiment, folder["run"]);
        RunTesting.ResumeUntil(7, folder["run"]);
        RunTesting.ResumeUntil(null, folder["run"]);
        string[] whole = NumbersOf(folder["whole"]);
        Assert.Contains(whole, line => line.Contains("rollout/ep_rew_mean", StringComparison.Ordinal));
        Assert.Equal(whole, NumbersOf(folder["run"]));
    }

    /// <summary>Every number of the event files but for times.</summary>
    private static string[] NumbersOf(string run) =>
        [.. EventFile.ReadAll(run).Where(v => v.Number is not null && !v.Tag.StartsWith("time/", StringComparison.Ordinal))
            .Select(v => string.Create(CultureInfo.InvariantCulture, $"{v.Step} {v.Tag} {v.Number:R}")).Distinct()
            .Order(StringComparer.Ordinal)];
}
