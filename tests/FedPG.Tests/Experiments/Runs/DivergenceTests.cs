using FedPG.Experiments.Runs;
using FedPG.Federation.Agents;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

public sealed class DivergenceTests
{
    /// <summary>A step that no float32 holds: the parameters stop being numbers in the first round.</summary>
    private const string Huge = "federation.localStepSize=1e300";

    [Theory]
    [InlineData("fast-fedpg", "policy.kind=tabular-softmax", "gpomdp")]
    [InlineData("fast-fedpg", RunTesting.Neural, "exact")]
    [InlineData("fedavg", "policy.kind=tabular-softmax", "exact")]
    [InlineData("fedavg", RunTesting.Neural, "gpomdp")]
    [InlineData("centralized", RunTesting.Neural, "gpomdp")]
    [InlineData("centralized", "policy.kind=tabular-softmax", "exact")]
    public void Parameters_that_are_no_numbers_end_the_run_with_round_and_agent(string algorithm, string policy, string estimator)
    {
        using var folder = new TemporaryFolder();
        using (TrainingRun run = RunTesting.Start(
            RunTesting.Experiment(Huge, $"federation.algorithm={algorithm}", policy, $"gradient.estimator={estimator}"), folder.FullPath,
            threads: 2, block: 2))
        {
            DivergedException e = Assert.Throws<DivergedException>(() => run.Run(TestContext.Current.CancellationToken));
            Assert.Matches("^round 0: the parameters or gradients of agent agent-[0-3] are no longer finite", e.Message);
        }
        var metrics = new CsvFile(Path.Combine(folder.FullPath, "metrics.csv"));
        Assert.True(metrics.EndsWithWholeRow);
        Assert.Equal([0], metrics.Whole("round"));
        Assert.False(File.Exists(Path.Combine(folder.FullPath, "summary.json")));
        RunTesting.AssertNothingHalfWritten(folder.FullPath);
        // And it can be gone on with: to the same end.
        using TrainingRun? again = RunTesting.Resume(folder.FullPath);
        Assert.Throws<DivergedException>(() => again!.Run(TestContext.Current.CancellationToken));
    }

    /// <summary>Every policy saturates with a step of 1e30, but the numbers stay finite: that is a bad run, not a broken one.</summary>
    [Fact]
    public void A_step_of_1e30_saturates_and_every_number_written_can_be_read()
    {
        using var folder = new TemporaryFolder();
        RunSummary summary = RunTesting.Run(RunTesting.Experiment("federation.localStepSize=1e30"), folder.FullPath);
        Assert.True(double.IsFinite(summary.Objective));
        Assert.All(new CsvFile(folder["metrics.csv"]).Numbers("objective"), j => Assert.True(double.IsFinite(j)));
    }
}
