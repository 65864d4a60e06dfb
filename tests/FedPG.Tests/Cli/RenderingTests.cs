using System.CommandLine;
using FedPG.Cli.Env;
using FedPG.Core.Options;
using FedPG.Envs.Scenes;
using FedPG.Envs.Tabular;
using FedPG.Experiments.Scenes;
using FedPG.Tests.Envs;
using FedPG.Tests.Experiments.Runs;
using SkiaSharp;
using Xunit;

namespace FedPG.Tests.Cli;

public sealed class RenderingTests
{
    public static TheoryData<string> Ids => [.. EnvTesting.OneOfEachKind];

    /// <summary>As text without any escape sequence, as PNG and as GIF with a frame a moment.</summary>
    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_environment_can_be_shown(string id)
    {
        using var folder = new TemporaryFolder();
        string policy = EnvTesting.Configure(id, 1).Build() is FiniteMdp ? "optimal" : "random";
        string text = Render(id, "--policy", policy, "--steps", "5");
        Assert.StartsWith(id, text, StringComparison.Ordinal);
        Assert.Contains("episode: ", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);

        Render(id, "--policy", policy, "--steps", "3", "--out", folder["still.png"]);
        Render(id, "--policy", policy, "--steps", "3", "--out", folder["episode.gif"]);
        using var still = SKBitmap.Decode(folder["still.png"]);
        Assert.True(still.Pixels.Distinct().Count() > 4, "the picture is blank");
        using var gif = SKCodec.Create(folder["episode.gif"]);
        Assert.Equal((still.Width, still.Height), (gif.Info.Width, gif.Info.Height));
        Assert.Equal(Choose(id, policy).Play(seed: 0, steps: 3).Episode.Steps + 1, gif.FrameCount);
        RunTesting.AssertNothingHalfWritten(folder.FullPath);
    }

    /// <summary>
    /// The published optimal policy of the small lake: left, up, up, up / left, -, left, - / up, down, left, - / -, right, down, goal.
    /// </summary>
    [Fact]
    public void Arrows_are_the_optimal_policy()
    {
        string[] rows = [.. Render("FrozenLake-v1", "--policy", "optimal").Split('\n')[2..6].Select(r => r.TrimEnd('\r'))];
        Assert.Equal("S←  ↑  ↑  ↑ ", rows[0]);
        Assert.Equal(" ←  H ", rows[1][..6]);
        Assert.Equal(" H  → ", rows[3][..6]);
        Assert.Equal(" G ", rows[3][^3..]);
    }

    [Fact]
    public void Walls_and_goals_stand_where_the_map_has_them()
    {
        string[] rows = Render("GridWorld-v0", "--agents", "2", "--set", """map=["S#1","..0"]""").Split('\n');
        Assert.Equal(" S ### 1 ", rows[2].TrimEnd('\r'));
        Assert.Equal(" .  .  0 ", rows[3].TrimEnd('\r'));
    }

    [Fact]
    public void A_trained_policy_is_shown_as_the_run_left_it()
    {
        using var folder = new TemporaryFolder();
        double objective = RunTesting.Run(RunTesting.Experiment("gradient.estimator=exact", "dtype=float64"), folder["run"]).Objective;
        List<ValidationError> errors = [];
        SceneSubject[] agents = [.. Enumerable.Range(0, 4).Select(i => ShownPolicy.SubjectOf(folder["run"], i, "RUN_DIR", errors)!)];
        Assert.Empty(errors);
        // The regret 1 - r over all time is 1 / (1 - gamma) less the return.
        Assert.Equal(objective, agents.Average(a => (1 / (1 - a.Environment.Discount)) - a.Play(0, 1).StartValue!.Value), 1e-9);
        string text = Render("RandomMdp-v0", "--policy", folder["run"], "--set", "actions=3", "--steps", "2");
        Assert.Contains("fast-fedpg, tabular-softmax, 4 rounds", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FrozenLake-v1", "--policy|nowhere", "--policy: nowhere; must be \"optimal\", \"random\" or the folder of a run")]
    [InlineData("CartPole-v1", "--policy|optimal", "--policy: the best policy is known where states can be listed")]
    [InlineData("FrozenLake-v1", "--out|picture.jpg", "--out: picture.jpg; must be the name of a file that ends in .png")]
    [InlineData("FrozenLake-v1", "--out|no/such/folder/a.png", "--out: no/such/folder/a.png; the folder of the file does not exist")]
    [InlineData("FrozenLake-v1", "--agent|1", "--agent: 1; must be 0: there is one agent; --agents N makes more")]
    [InlineData("FrozenLake-v1", "--seed|-1", "--seed: -1; must be a whole number from 0 to 9007199254740991")]
    [InlineData("FrozenLake-v1", "--steps|-1", "--steps: -1; must be a whole number from 0 to 100000")]
    public void Bad_input_is_named(string id, string options, string message)
    {
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => Render([id, .. options.Split('|')]));
        Assert.StartsWith(message, Assert.Single(e.Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_run_or_with_another_shape_is_named()
    {
        using var folder = new TemporaryFolder();
        InvalidInputException none = Assert.Throws<InvalidInputException>(() => Render("FrozenLake-v1", "--policy", folder.FullPath));
        Assert.Contains("is not a run folder: it holds no experiment.json", none.Message, StringComparison.Ordinal);
        RunTesting.Run(RunTesting.Experiment(), folder["run"]);
        InvalidInputException other = Assert.Throws<InvalidInputException>(() => Render("FrozenLake-v1", "--policy", folder["run"]));
        Assert.Contains("holds a policy over 5 states and 3 actions, and FrozenLake-v1 has 16 and 4", other.Message,
            StringComparison.Ordinal);
    }

    private static SceneSubject Choose(string id, string policy)
    {
        List<ValidationError> errors = [];
        SceneSubject? subject = PolicyChoice.Read(EnvTesting.Configure(id, 1), null, policy, errors);
        Assert.Empty(errors);
        return subject!;
    }

    /// <summary>What is shown is the agent's own goal.</summary>
    [Theory]
    [InlineData("CartPole-v1", "target=-1", "target=1", "targetShare=0.5")]
    [InlineData("MountainCar-v0", "goalPosition=0.2", "goalPosition=0.5")]
    [InlineData("Acrobot-v1", "goalHeight=0.5", "goalHeight=1")]
    [InlineData("Pendulum-v1", "targetAngle=1", "targetAngle=2")]
    public void Other_goals_make_other_pictures(string id, string one, string other, params string[] more)
    {
        using var folder = new TemporaryFolder();
        byte[] first = Picture(one), second = Picture(other);
        Assert.Equal(first, Picture(one));
        Assert.NotEqual(first, second);

        byte[] Picture(string goal)
        {
            Render([id, "--set", goal, .. more, "--steps", "0", "--out", folder["goal.png"]]);
            return File.ReadAllBytes(folder["goal.png"]);
        }
    }

    /// <summary>The folder is there; only no file can be made in it.</summary>
    [Fact]
    public void A_folder_that_takes_no_files_is_not_said_to_be_missing()
    {
        if (!OperatingSystem.IsLinux()) return;
        ValidationError fault =
            Assert.Single(Assert.Throws<InvalidInputException>(() => Render("FrozenLake-v1", "--out", "/proc/x.png")).Errors);
        Assert.Equal("--out: /proc/x.png; no file can be made in that folder", fault.ToString());
    }

    private static string Render(params string[] arguments)
    {
        using var output = new StringWriter();
        ParseResult parsed = new RootCommand { EnvCommands.Create() }.Parse(["env", "render", .. arguments]);
        Assert.Empty(parsed.Errors);
        Assert.Equal(0, parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output }));
        return output.ToString();
    }
}
