using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Runs;
using FedPG.Experiments.Training;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

/// <summary>A run whose end is moved is the run that had the later end from the start.</summary>
public sealed class MoreRoundsTests
{
    private static readonly ResumeChanges Nine = new(Rounds: 9);

    [Theory]
    [InlineData(3)]
    [InlineData(0)]
    public void A_finished_run_goes_on_to_the_bits_of_the_longer_one(int checkpointEvery)
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(Of(9, checkpointEvery), folder["whole"]);
        RunTesting.Run(Of(4, checkpointEvery), folder["parts"]);
        // Without a number there is nothing to do.
        Assert.Null(RunTesting.Resume(folder["parts"]));
        RunTesting.ResumeUntil(6, folder["parts"], changes: Nine);
        // It is in experiment.json now, so it need not be said again.
        RunTesting.ResumeUntil(null, folder["parts"]);
        Assert.Equal(RunTesting.Bits(folder["whole"]), RunTesting.Bits(folder["parts"]));
        Assert.Null(RunTesting.Resume(folder["parts"], changes: Nine));
        RunTesting.AssertNothingHalfWritten(folder["parts"]);
    }

    [Fact]
    public void A_program_can_ask_for_more_rounds()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(Of(4, 2), folder["run"]);
        using FederatedTrainer trainer = FederatedTrainer.Resume(folder["run"], rounds: 6);
        Assert.Equal(6, trainer.Run(cancellationToken: TestContext.Current.CancellationToken).Rounds);
    }

    [Fact]
    public void Fewer_rounds_than_are_done_are_refused_and_nothing_is_changed()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(Of(4, 2), folder["run"]);
        string before = File.ReadAllText(folder["run/experiment.json"]);
        InvalidInputException refused =
            Assert.Throws<InvalidInputException>(() => RunTesting.Resume(folder["run"], changes: new ResumeChanges(Rounds: 3)));
        Assert.Equal("--set: federation.rounds: 3; must be at least 4, the rounds that are done", Assert.Single(refused.Errors).ToString());
        Assert.Equal(before, File.ReadAllText(folder["run/experiment.json"]));
        Assert.True(File.Exists(folder["run/summary.json"]));
        Assert.Null(RunTesting.Resume(folder["run"]));
    }

    private static Experiment Of(int rounds, int checkpointEvery) =>
        RunTesting.Experiment($"federation.rounds={rounds}", $"checkpointEvery={checkpointEvery}");
}
