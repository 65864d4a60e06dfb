using System.Text.Json;
using FedPG.Experiments.Scenes;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Scenes;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Policies;
using FedPG.Tests.Experiments.Runs;
using FedPG.Tests.Federation.Estimators.Episodic;
using SkiaSharp;
using Xunit;

namespace FedPG.Tests.Cli;

/// <summary>Trained policies as <c>fedpg eval --render</c> and <c>env render --policy RUN_DIR</c> show them.</summary>
public sealed class EvalRenderTests
{
    /// <summary>
    /// A linear policy all but certain to push to where the pole leans keeps it up, the other way round lets it fall; an episode can be
    /// shown again; in either precision.
    /// </summary>
    [Theory]
    [InlineData("float32")]
    [InlineData("float64")]
    public void A_policy_on_observations_acts_by_its_parameters(string dtype)
    {
        Experiment experiment = RolloutTesting.Experiment("""policy={"kind":"log-linear"}""", $"dtype={dtype}");
        PlayedEpisode after = Play(experiment, push: 200), against = Play(experiment, push: -200);
        Assert.True(after.Steps > 100 && against.Steps < 15, $"{after.Steps} and {against.Steps} steps");
        Assert.Equal(after.States, Play(experiment, push: 200).States);
    }

    [Fact]
    public void A_linear_quadratic_policy_acts_by_its_gain()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(
            "objective=reward", "dtype=float64", """environment={"id":"LinearQuadratic-v0","agents":2}""", """policy={"kind":"linear"}""",
            "gradient.estimator=exact",
            "federation.localStepSize=0.0001", "federation.rounds=1"), folder["run"]);
        StoredPolicy stored = StoredPolicy.Read(folder["run"], ExperimentReader.Default);
        List<ValidationError> errors = [];
        SceneSubject subject = ShownPolicy.Of(stored, "RUN_DIR").SubjectOf(1, errors)!;
        Assert.Empty(errors);
        PlayedEpisode episode = subject.Play(seed: 1, steps: 3).Episode;
        double[] x = episode.States[1];
        for (int j = 0; j < episode.Actions[1].Length; j++)
            Assert.Equal(-Enumerable.Range(0, x.Length).Sum(i => stored.Parameters[(j * x.Length) + i] * x[i]),
                episode.Actions[1][j], 1e-12);
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => PolicyReview.Of(stored, episodes: 2));
        Assert.StartsWith("--episodes: 2; are not played in ", Assert.Single(e.Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Eval_writes_the_film_of_a_control_task_beside_one_document()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RolloutTesting.Experiment(), folder["run"]);
        Outcome outcome = Fedpg.Run(folder.FullPath, "eval", "run", "--episodes", "4", "--length", "5", "--render", "--agent", "3",
            "--seed", "2", "--out", "e.gif", "--json");
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Errors));
        JsonElement document = JsonDocuments.Parse(System.Text.Encoding.UTF8.GetBytes(outcome.Output), "stdout");
        Assert.Equal(5, document.GetProperty("agents")[4].GetProperty("played").GetProperty("length").GetDouble());
        Assert.True(document.GetProperty("objectiveError").GetDouble() > 0);
        using var gif = SKCodec.Create(folder["e.gif"]);
        Assert.Equal(6, gif.FrameCount);

        Outcome other = Fedpg.Run(folder.FullPath, "env", "render", "CartPole-v1", "--set", "gravity=20", "--policy", "run",
            "--steps", "3");
        Assert.Equal((0, ""), (other.ExitCode, other.Errors));
        Assert.StartsWith("CartPole-v1: fast-fedpg, neural-softmax, 3 rounds", other.Output, StringComparison.Ordinal);
        Outcome pendulum = Fedpg.Run(folder.FullPath, "env", "render", "Pendulum-v1", "--policy", "run");
        Assert.Equal((2, ""), (pendulum.ExitCode, pendulum.Output));
        Assert.StartsWith("--policy: run; holds a policy for observations Box(", Assert.Single(pendulum.ErrorLines),
            StringComparison.Ordinal);
    }

    /// <summary>In single precision probabilities add up to 1 but for rounding, which exact values do not allow.</summary>
    [Fact]
    public void Eval_shows_a_single_precision_policy_over_states_under_its_table()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment("federation.rounds=20", RunTesting.Neural), folder["run"]);
        StoredPolicy stored = StoredPolicy.Read(folder["run"], ExperimentReader.Default);
        Assert.All(stored.Probabilities().Chunk(3), row => Assert.Equal(1, row.Sum(), 1e-15));
        Outcome outcome = Fedpg.Run(folder.FullPath, "eval", "run", "--episodes", "5", "--render", "--agent", "2");
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Errors));
        Assert.Matches("mean of agents(.|\n)*RandomMdp-v0, agent-2 of 4: fast-fedpg, neural-softmax, 20 rounds(.|\n)*episode: ",
            outcome.Output);
    }

    [Fact]
    public void Options_that_would_be_of_no_effect_are_faults()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment("federation.rounds=0"), folder["run"]);
        Outcome alone = Fedpg.Run(folder.FullPath, "eval", "run", "--agent", "1", "--out", "a.png", "--length", "3");
        Assert.Equal((2, ""), (alone.ExitCode, alone.Output));
        Assert.Equal(
            ["--agent: is an option of --render, which is not given", "--out: is an option of --render, which is not given",
                "--length: is the length of episodes; give --episodes N or --render too"],
            alone.ErrorLines);
        Outcome both = Fedpg.Run(folder.FullPath, "eval", "run", "--render", "--json");
        Assert.Equal(2, both.ExitCode);
        Assert.StartsWith("--render: with --json stdout holds one document", Assert.Single(both.ErrorLines), StringComparison.Ordinal);
        Outcome agent = Fedpg.Run(folder.FullPath, "eval", "run", "--render", "--agent", "4");
        Assert.Equal((2, ""), (agent.ExitCode, agent.Output));
        Assert.Equal("--agent: 4; must be a whole number from 0 to 3", Assert.Single(agent.ErrorLines));
    }

    /// <summary>An episode of the policy with the logits 0 and push (angle + angular velocity).</summary>
    private static PlayedEpisode Play(Experiment experiment, double push)
    {
        using var policy = experiment.CreatePolicy(new TensorFormat(experiment.Dtype, TorchSharp.torch.CPU));
        double[] theta = new double[policy.Layout.Length];
        Assert.Equal(10, theta.Length);
        // Weights [m, A] row by row, then biases [A]: those of angle and angular velocity for pushing to the right.
        (theta[(2 * 2) + 1], theta[(3 * 2) + 1]) = (push, push);
        List<ValidationError> errors = [];
        SceneSubject subject = ShownPolicy.Of(new StoredPolicy("run", experiment, 1, theta), "RUN_DIR").SubjectOf(0, errors)!;
        Assert.Empty(errors);
        return subject.Play(seed: 1).Episode;
    }
}
