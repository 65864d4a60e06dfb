using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Checking;
using FedPG.Envs.Episodic;
using FedPG.Envs.Python;
using FedPG.Experiments;
using FedPG.Experiments.Training;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Estimators;
using FedPG.Policies;
using FedPG.Policies.Options;
using Xunit;

namespace FedPG.Tests.Envs.Python;

public sealed class PythonEnvironmentTests
{
    [Fact]
    public void What_the_environment_says_of_itself_is_known()
    {
        EpisodicEnvironment walk = PythonTesting.Create("small_gym:Walk", """{ "length": 7 }""");
        Assert.Equal((7, 0.0, 1.0), (walk.StepLimit, walk.RewardRange.Minimum, walk.RewardRange.Maximum));
        Assert.Equal("Discrete(2)", PythonTesting.Create("small_gym:Walk-v0").ActionSpace.ToString());
        Assert.Equal("Discrete(2)", PythonTesting.Create("small_gym.py:Walk").ActionSpace.ToString());
    }

    [Fact]
    public void Posting_ahead_and_lanes_side_by_side_change_no_bit()
    {
        EpisodicEnvironment walk = PythonTesting.Create("small_gym:Walk", """{ "length": 5 }""", processes: 2);
        const int lanes = 7, steps = 13;
        var vector = new VectorEnvironment(walk, 0, lanes);
        var (seen, rewards, terminated, truncated) = (new double[lanes], new double[lanes], new bool[lanes], new bool[lanes]);
        double[][] actions = [.. Enumerable.Range(0, steps)
            .Select(t => Enumerable.Range(0, lanes).Select(b => (double)((t + b) % 3 == 0 ? 0 : 1)).ToArray())];
        vector.Reset(11, seen);
        var all = new List<double[]> { seen.ToArray() };
        foreach (double[] action in actions)
        {
            vector.Step(action, new LaneResults { Observations = seen, Rewards = rewards, Terminated = terminated, Truncated = truncated });
            all.Add([.. seen, .. rewards]);
        }
        for (int b = 0; b < lanes; b++)
        {
            // A walk of five steps, and a step that begins the next one.
            IEnvironment alone = walk.Create(0);
            double[] one = new double[1];
            (int episode, bool ended) = (0, false);
            alone.Reset(FedPG.Core.Streams.EpisodeSeeds.Of(11, b, episode++), one);
            Assert.Equal(all[0][b], one[0]);
            for (int t = 0; t < steps; t++)
            {
                StepResult result = default;
                if (ended) alone.Reset(FedPG.Core.Streams.EpisodeSeeds.Of(11, b, episode++), one);
                else result = alone.Step([actions[t][b]], one);
                ended = result.Terminated || result.Truncated;
                Assert.Equal((all[t + 1][b], all[t + 1][lanes + b]), (one[0], result.Reward));
            }
        }
    }

    [Fact]
    public void Processes_and_threads_change_no_bit_of_a_run()
    {
        string[] ends = [.. new[] { (1, 1), (2, 1), (3, 2) }.Select(p => End(p.Item1, p.Item2))];
        Assert.Equal(ends[0], ends[1]);
        Assert.Equal(ends[0], ends[2]);

        static string End(int processes, int threads)
        {
            PythonOptions options = PythonTesting.Options("small_gym:Walk", """{ "length": 8 }""", processes) with
            {
                PerAgent = PythonAgentArguments.Of(Arguments("""{ "target": 1 }"""), Arguments("""{ "target": -1 }"""),
                    PythonArguments.None),
            };
            using var trainer = new FederatedTrainer(
                PythonEnvironment.Create(3, options), new NeuralSoftmaxOptions { Hidden = [4], Context = TaskContext.Agent },
                new GpomdpOptions { Horizon = 8, Trajectories = 4 },
                new FastFedPgOptions { Rounds = 2, LocalSteps = 2, LocalStepSize = 0.5 },
                new TrainingOptions { Name = "walk", Seed = 5, Threads = threads });
            TrainingResult result = trainer.Run();
            return $"{result.Summary.Objective:R} {result.Summary.EnvSteps} "
                + $"{string.Join(' ', result.Summary.Agents.Select(agent => $"{agent.Objective:R}"))}";
        }
    }

    [Fact]
    public void Agents_differ_by_their_arguments()
    {
        PythonOptions options = PythonTesting.Options("small_gym:Walk") with
        {
            PerAgent = PythonAgentArguments.Of(Arguments("""{ "target": 2, "wind": 0 }"""), Arguments("""{ "target": -2, "wind": 0 }""")),
            Tasks = PythonTasks.Of([0.5], [-0.5]),
        };
        EpisodicEnvironment walk = PythonEnvironment.Create(2, options);
        double[] seen = new double[1];
        double[] rewards = [.. Enumerable.Range(0, 2).Select(agent =>
        {
            IEnvironment lane = walk.Create(agent);
            lane.Reset(3, seen);
            return lane.Step([1], seen).Reward;
        })];
        Assert.Equal([Math.Exp(-Math.Abs(seen[0] - 2)), Math.Exp(-Math.Abs(seen[0] + 2))], rewards);
        Assert.Equal([0.5], walk.Tasks!.Values[0]);
    }

    [Fact]
    public void Every_check_of_an_environment_passes()
    {
        PythonOptions options = PythonTesting.Options("small_gym:Walk", processes: 2);
        ConfiguredEnvironment walk = PythonEnvironment.Definition.ReadOptions(2, System.Text.Json.JsonSerializer.SerializeToElement(
            OptionRecord.ToJson(options)), EnvironmentKeys.CommandLine, new ValidationErrors("test"))!;
        CheckReport report = EnvironmentChecker.Check(walk, new CheckSettings(1, 3));
        Assert.True(report.Passed, string.Join('\n',
            report.Results.Where(result => result.Finding is not null).Select(result => $"{result.Name}: {result.Finding}")));
    }

    [Fact]
    public void Options_are_checked_together()
    {
        var errors = new ValidationErrors("experiment.json");
        _ = PythonEnvironment.Definition.ReadOptions(2, System.Text.Json.JsonDocument.Parse(
            """{ "perAgent": [{}], "kwargs": 3, "rewardRange": [1, 0], "tasks": [[1], [2, 3]] }""").RootElement,
            EnvironmentKeys.Experiment, errors);
        string all = string.Join('\n', errors.Items);
        Assert.Contains("environment.options.make", all, StringComparison.Ordinal);
        Assert.Contains("environment.options.kwargs: 3; must be an object", all, StringComparison.Ordinal);
        Assert.Contains("has 1 items, and there are 2 agents", all, StringComparison.Ordinal);
        Assert.Contains("must be [low, high] with low <= high", all, StringComparison.Ordinal);
        Assert.Contains("one an agent, all of one length", all, StringComparison.Ordinal);
    }

    private static PythonArguments Arguments(string json) => PythonArguments.Of((JsonObject)JsonNode.Parse(json)!);
}
