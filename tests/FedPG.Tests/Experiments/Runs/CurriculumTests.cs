using System.Text.Json.Nodes;
using FedPG.Experiments;
using FedPG.Tests.Federation.Estimators;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

/// <summary>Agents that train in other environments first.</summary>
public sealed class CurriculumTests
{
    private const string Stages = """
        [{"untilRound":2,"environment":{"options":{"slip":0.6}}},{"untilRound":3,"environment":{"options":{"slip":0.3,"width":3}}}]
        """;

    public static TheoryData<string> Gradients => new()
    {
        """{"estimator":"ppo","horizon":8,"trajectories":2,"epochs":2,"minibatch":8}""",
        """{"estimator":"gpomdp","horizon":8,"trajectories":2}""",
    };

    /// <summary>What is in force is the stage of the round: its first rounds are those of a run in that environment alone.</summary>
    [Theory]
    [MemberData(nameof(Gradients))]
    public void A_stage_is_the_environment_of_its_rounds_and_evaluations_are_in_the_last(string gradient)
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(Read(gradient), folder["staged"]);
        RunTesting.Run(Read(gradient, "curriculum=[]", "environment.options.slip=0.6"), folder["first"]);
        RunTesting.Run(Read(gradient, "curriculum=[]"), folder["last"]);
        var staged = new CsvFile(Path.Combine(folder["staged"], "metrics.csv"));
        var first = new CsvFile(Path.Combine(folder["first"], "metrics.csv"));
        var last = new CsvFile(Path.Combine(folder["last"], "metrics.csv"));
        Assert.Equal(["1", "1", "1", "2", "3", "3"], staged["curriculum/stage"]);
        // Of both stages the same start is judged in the environment of the experiment.
        Assert.Equal(last["objective"][0], staged["objective"][0]);
        Assert.NotEqual(first["objective"][0], staged["objective"][0]);
        // Drift is a figure of what agents did, and knows nothing of who judges.
        Assert.Equal(first["drift"][..3], staged["drift"][..3]);
        Assert.NotEqual(first["drift"][3], staged["drift"][3]);
        Assert.NotEqual(last["drift"][1], staged["drift"][1]);
    }

    [Theory]
    [MemberData(nameof(Gradients))]
    public void Threads_blocks_and_stops_in_any_stage_change_no_bit(string gradient)
    {
        Experiment experiment = Read(gradient);
        using var folder = new TemporaryFolder();
        RunTesting.Run(experiment, folder["one"]);
        string expected = RunTesting.Bits(folder["one"]);
        RunTesting.Run(experiment, folder["blocks"], threads: 2, block: 1);
        Assert.Equal(expected, RunTesting.Bits(folder["blocks"]));
        RunTesting.RunUntil(1, experiment, folder["stopped"], threads: 2);
        RunTesting.ResumeUntil(2, folder["stopped"]);
        RunTesting.ResumeUntil(4, folder["stopped"], block: 2);
        RunTesting.ResumeUntil(null, folder["stopped"]);
        Assert.Equal(expected, RunTesting.Bits(folder["stopped"]));
    }

    /// <summary>Another id with the same observations, and what is written into a run's folder is read again.</summary>
    [Fact]
    public void A_stage_may_be_another_environment_and_is_written_out()
    {
        Experiment experiment = EstimatorsTesting.Read("""
            {"objective":"reward","environment":{"id":"MiniGrid-DoorKey-6x6-v0","agents":1,"options":{"observation":"image"}},
             "curriculum":[{"untilRound":5,"environment":{"id":"MiniGrid-Empty-5x5-v0","options":{"observation":"image"}}}],
             "gradient":{"estimator":"ppo"} }
            """);
        Assert.Equal("MiniGrid-Empty-5x5-v0", experiment.Curriculum.Single().Environment.Name);
        JsonNode written = experiment.Resolved["curriculum"]![0]!;
        Assert.Equal((5, "MiniGrid-Empty-5x5-v0"), ((int)written["untilRound"]!, (string?)written["environment"]!["id"]));
        Experiment again = EstimatorsTesting.Read(experiment.Resolved.ToJsonString());
        Assert.Equal(experiment.Resolved.ToJsonString(), again.Resolved.ToJsonString());
        Assert.Null(EstimatorsTesting.Read("{}").Resolved["curriculum"]);
    }

    [Theory]
    [InlineData("""[{"untilRound":3,"environment":{"options":{"slipp":1}}}]""", "curriculum[0].environment.options.slipp")]
    [InlineData("""[{"untilRound":3,"environment":{"options":{"height":5}}}]""", "curriculum[0].environment.options", "15 states")]
    [InlineData("""[{"untilRound":3,"environment":{"id":"CartPole-v1"}}]""", "curriculum[0].environment.id", "another kind")]
    [InlineData("""[{"untilRound":3},{"untilRound":3}]""", "curriculum[1].untilRound")]
    [InlineData("""[{"environment":{}}]""", "curriculum[0].untilRound", "must be given")]
    [InlineData("""[{"untilRound":3,"agents":2}]""", "curriculum[0].agents")]
    [InlineData("7", "curriculum")]
    public void What_is_wrong_is_named_by_its_key(string stages, params string[] words)
    {
        string errors = EstimatorsTesting.ErrorsOf(Document(Gradients.First()), $"curriculum={stages}");
        Assert.All(words, word => Assert.Contains(word, errors, StringComparison.Ordinal));
    }

    [Fact]
    public void A_task_that_is_told_is_refused() => Assert.Contains("policy.context", EstimatorsTesting.ErrorsOf(
        Document(Gradients.First()), """policy={"kind":"neural-softmax","context":"task"}"""), StringComparison.Ordinal);

    private static Experiment Read(string gradient, params string[] assignments) => EstimatorsTesting.Read(Document(gradient), assignments);

    private static string Document(string gradient) => $$"""
        {"name":"curriculum","seed":3,"environment":{"id":"GridWorld-v0","agents":3,"options":{"width":3,"height":3} },
         "curriculum":{{Stages}},"policy":{"kind":"tabular-softmax"},"gradient":{{gradient}},
         "federation":{"algorithm":"fedavg","rounds":5,"localSteps":2,"localStepSize":0.1},"checkpointEvery":1}
        """;
}
