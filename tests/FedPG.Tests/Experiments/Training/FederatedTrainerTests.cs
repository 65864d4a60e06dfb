using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Experiments;
using FedPG.Experiments.Runs;
using FedPG.Experiments.Training;
using FedPG.Federation;
using FedPG.Tests.Experiments.Runs;
using Xunit;
using static FedPG.Tests.Experiments.Training.TrainerTesting;

namespace FedPG.Tests.Experiments.Training;

/// <summary>A program's trainer does what <c>fedpg train</c> does with the file of the same experiment.</summary>
public sealed class FederatedTrainerTests
{
    private static CancellationToken Never => TestContext.Current.CancellationToken;

    [Fact]
    public void A_folder_gets_the_files_and_bits_of_the_same_experiment_from_a_file()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(), folder["file"]);
        using (FederatedTrainer trainer = Trainer(Random(), Tabular, Tiny with { Folder = folder["program"] }))
            trainer.Run(cancellationToken: Never);
        Assert.Equal(RunTesting.Bits(folder["file"]), RunTesting.Bits(folder["program"]));
        Assert.Equal(FilesOf(folder["file"]), FilesOf(folder["program"]));
        Assert.Equal(ExperimentOf(folder["file"]), ExperimentOf(folder["program"]));
    }

    [Fact]
    public void Without_a_folder_it_is_the_same_policy()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(), folder["file"]);
        using FederatedTrainer trainer = Trainer(Random(), Tabular);
        TrainingResult result = trainer.Run(cancellationToken: Never);
        Assert.True(result.IsFinished);
        Assert.Null(result.Folder);
        Assert.Equal(TrainedPolicy.Load(folder["file"]).Parameters, result.Policy.Parameters);
        Assert.Equal(TrainingRun.ReadSummary(folder["file"])!.Objective, result.Objective);
        Assert.Equal(4, result.Agents.Count);
    }

    [Fact]
    public void Round_by_round_gives_the_same_files()
    {
        using var folder = new TemporaryFolder();
        using (FederatedTrainer whole = Trainer(Random(), Tabular, Tiny with { Folder = folder["whole"] }))
            whole.Run(cancellationToken: Never);
        using (FederatedTrainer steps = Trainer(Random(), Tabular, Tiny with { Folder = folder["steps"] }))
        {
            var rounds = new List<int>();
            while (steps.Step() is { } report) rounds.Add(report.Round);
            Assert.Equal([1, 2, 3, 4], rounds);
            Assert.Equal(4, steps.RoundsDone);
            Assert.True(steps.Result().IsFinished);
        }
        Assert.Equal(RunTesting.Bits(folder["whole"]), RunTesting.Bits(folder["steps"]));
        Assert.Equal(FilesOf(folder["whole"]), FilesOf(folder["steps"]));
    }

    [Fact]
    public void The_number_of_rounds_takes_the_place_of_that_of_the_options()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment("federation.rounds=3"), folder["file"]);
        using (FederatedTrainer trainer = Trainer(Random(), Tabular, Tiny with { Folder = folder["program"] }))
        {
            Assert.Equal(3, trainer.Run(rounds: 3, cancellationToken: Never).Rounds);
            Assert.Throws<InvalidOperationException>(() => trainer.Run(rounds: 5, cancellationToken: Never));
        }
        Assert.Equal(RunTesting.Bits(folder["file"]), RunTesting.Bits(folder["program"]));
        Assert.Equal(ExperimentOf(folder["file"]), ExperimentOf(folder["program"]));
    }

    [Fact]
    public void Without_a_folder_training_goes_on_to_more_rounds()
    {
        using FederatedTrainer once = Trainer(Random(), Tabular), twice = Trainer(Random(), Tabular);
        twice.Run(rounds: 1, cancellationToken: Never);
        Assert.Equal(once.Run(rounds: 3, cancellationToken: Never).Policy.Parameters,
            twice.Run(rounds: 3, cancellationToken: Never).Policy.Parameters);
    }

    [Fact]
    public void All_errors_come_at_once_and_by_their_keys()
    {
        var e = Assert.Throws<InvalidInputException>(() => new FederatedTrainer(
            Random(), new AnyPolicy("tabular-sofmax"), new AnyGradient { Trajectories = 0 },
            new AnyAlgorithm { LocalSteps = 0, GlobalStepSize = 2 },
            new TrainingOptions { Name = "a b", EvaluateEvery = 0 }));
        Assert.Equal(
            ["evaluateEvery", "federation.globalStepSize", "federation.localSteps", "gradient.trajectories", "name", "policy.kind"],
            e.Errors.Select(error => error.KeyPath).Order(StringComparer.Ordinal));
        Assert.All(e.Errors, error => Assert.Equal("FederatedTrainer", error.Source));
        Assert.Contains("tabular-softmax", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_not_empty_is_refused_before_anything_is_trained()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["here"], "");
        var e = Assert.Throws<InvalidInputException>(() => Trainer(Random(), Tabular, Tiny with { Folder = folder.FullPath }));
        Assert.Equal("TrainingOptions.Folder", Assert.Single(e.Errors).Source);
    }

    [Fact]
    public void A_file_is_the_same_experiment()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["tiny.json"], RunTesting.Tiny);
        RunTesting.Run(RunTesting.Experiment("seed=5"), folder["file"]);
        using (var trainer = FederatedTrainer.FromFile(folder["tiny.json"], ["seed=5"], folder["program"]))
            trainer.Run(cancellationToken: Never);
        Assert.Equal(RunTesting.Bits(folder["file"]), RunTesting.Bits(folder["program"]));
    }

    [Fact]
    public async Task Cancelled_it_ends_at_the_next_round_and_goes_on_to_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(), folder["file"]);
        using (var stop = new CancellationTokenSource())
        using (FederatedTrainer trainer = Trainer(Random(), Tabular, Tiny with { Folder = folder["program"] }))
        {
            trainer.OnRound(report =>
            {
                if (report.Round == 2) stop.Cancel();
            });
            TrainingResult stopped = await trainer.RunAsync(cancellationToken: stop.Token);
            Assert.False(stopped.IsFinished);
            Assert.Equal(2, stopped.Rounds);
        }
        using (var again = FederatedTrainer.Resume(folder["program"])) Assert.True(again.Run(cancellationToken: Never).IsFinished);
        Assert.Equal(RunTesting.Bits(folder["file"]), RunTesting.Bits(folder["program"]));
        using var finished = FederatedTrainer.Resume(folder["program"]);
        Assert.Null(finished.Step());
        Assert.Equal(4, finished.Run(cancellationToken: Never).Rounds);
    }

    [Fact]
    public void Progress_callbacks_and_sinks_see_every_round()
    {
        using FederatedTrainer trainer = Trainer(Random(), Tabular);
        List<int> called = [], sunk = [], progressed = [];
        trainer.OnRound(report => called.Add(report.Round));
        trainer.AddSink(new Sink(report => sunk.Add(report.Round)));
        trainer.Run(progress: new Listener(report => progressed.Add(report.Round)), cancellationToken: Never);
        Assert.Equal([0, 1, 2, 3, 4], called);
        Assert.Equal(called, sunk);
        Assert.Equal(called, progressed);
    }

    [Fact]
    public void An_environment_made_by_hand_is_used_as_it_is_and_needed_again_to_go_on()
    {
        using var folder = new TemporaryFolder();
        FederatedEnvironment environment = ByHand();
        using (FederatedTrainer whole = Trainer(environment, new AnyPolicy("neural-softmax"), Tiny with { Folder = folder["whole"] }))
            whole.Run(cancellationToken: Never);
        using (FederatedTrainer part = Trainer(environment, new AnyPolicy("neural-softmax"), Tiny with { Folder = folder["part"] }))
            part.Step();
        var e = Assert.Throws<InvalidInputException>(() => FederatedTrainer.Resume(folder["part"]));
        ValidationError error = Assert.Single(e.Errors);
        Assert.Equal("environment.program", error.KeyPath);
        Assert.Contains("FederatedTrainer.Resume", error.Allowed, StringComparison.Ordinal);
        using (var again = FederatedTrainer.Resume(folder["part"], environment)) again.Run(cancellationToken: Never);
        Assert.Equal(RunTesting.Bits(folder["whole"]), RunTesting.Bits(folder["part"]));
        Assert.Throws<InvalidInputException>(() => TrainedPolicy.Load(folder["part"]));
        Assert.Equal(2, TrainedPolicy.Load(folder["part"], environment).AgentNames.Count);
        var other = Assert.Throws<InvalidInputException>(() => TrainedPolicy.Load(folder["part"], ByHand(agents: 3)));
        Assert.Equal("environment.agents", Assert.Single(other.Errors).KeyPath);
    }

    [Fact]
    public void A_second_thread_is_refused()
    {
        using FederatedTrainer trainer = Trainer(Random(), Tabular);
        trainer.OnRound(_ => Assert.Throws<InvalidOperationException>(() => trainer.Step()));
        trainer.Run(cancellationToken: Never);
    }

    private static string[] FilesOf(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f))
            .Select(f => f.StartsWith("events", StringComparison.Ordinal) ? "events" : f).Order(StringComparer.Ordinal)];

    private static string ExperimentOf(string folder)
    {
        var document = (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "experiment.json")))!;
        document.Remove("versions");
        return document.ToJsonString();
    }

    private sealed class Listener(Action<RoundReport> report) : IProgress<RoundReport>
    {
        public void Report(RoundReport value) => report(value);
    }
}
