using System.CommandLine;
using FedPG.Cli.Env;
using FedPG.Cli.Rendering;
using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.BuiltIn;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using FedPG.Tests.Envs;
using FedPG.Tests.Experiments.Runs;
using SkiaSharp;
using Xunit;

namespace FedPG.Tests.Cli;

public sealed class RenderingTests
{
    public static TheoryData<string> Ids => [.. EnvironmentRegistry.WithBuiltIn().Ids];

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
        Assert.Equal(Episode.Of(Choose(id, policy), seed: 0, steps: 3).Steps + 1, gif.FrameCount);
        RunTesting.AssertNothingHalfWritten(folder.FullPath);
    }

    /// <summary>The published optimal policy of the small lake: left, up, up, up / left, -, left, - / up, down, left, - / -, right, down, goal.</summary>
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

    /// <summary>An image of noise needs more than 4,096 codes, so that the table is cleared on the way; Skia reads back every pixel.</summary>
    [Fact]
    public void A_gif_holds_the_pixels_it_was_given()
    {
        const int width = 150, height = 90;
        var random = new RandomSequence(new StreamKey(1, StreamPurpose.Environment, 0, 0, 0));
        uint[] first = [.. Enumerable.Range(0, width * height).Select(_ => (uint)(random.NextDouble() * 250) * 0x010203)];
        uint[] second = [.. first], third = [.. first];
        for (int k = 20 * width; k < 40 * width; k++) second[k] = third[k] = 0x0a141e;
        using var stream = new MemoryStream();
        GifFile.Write(stream, width, height, [(first, 10), (second, 20), (third, 30)]);
        stream.Position = 0;
        using var gif = SKCodec.Create(stream);
        Assert.Equal([100, 200, 300], gif.FrameInfo.Select(f => f.Duration));
        foreach ((uint[] expected, int frame) in ((uint[], int)[])[(first, 0), (second, 1), (third, 2)])
        {
            using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
            Assert.Equal(SKCodecResult.Success, gif.GetPixels(bitmap.Info, bitmap.GetPixels(), new SKCodecOptions(frame)));
            Assert.Equal(expected, bitmap.Pixels.Select(p => ((uint)p.Red << 16) | ((uint)p.Green << 8) | p.Blue));
        }
    }

    [Fact]
    public void More_than_256_colours_become_their_nearest()
    {
        uint[] frame = [.. Enumerable.Range(0, 4096).Select(k => (uint)(((k >> 8) * 17) << 16 | ((k >> 4 & 15) * 17) << 8 | ((k & 15) * 17)))];
        using var stream = new MemoryStream();
        GifFile.Write(stream, 64, 64, [(frame, 1)]);
        stream.Position = 0;
        using var bitmap = SKBitmap.Decode(stream);
        // No pixel takes a colour that is farther from its own than another pixel's colour is.
        (int R, int G, int B)[] taken = [.. bitmap.Pixels.Select(p => ((int)p.Red, (int)p.Green, (int)p.Blue))], palette = [.. taken.Distinct()];
        Assert.True(palette.Length is > 200 and <= 256);
        for (int k = 0; k < frame.Length; k += 37)
        {
            (int R, int G, int B) own = ((int)(frame[k] >> 16), (int)(frame[k] >> 8 & 0xff), (int)(frame[k] & 0xff));
            int Distance((int R, int G, int B) c) => (2 * (c.R - own.R) * (c.R - own.R)) + (4 * (c.G - own.G) * (c.G - own.G)) + (3 * (c.B - own.B) * (c.B - own.B));
            Assert.Equal(palette.Min(Distance), Distance(taken[k]));
        }
    }

    [Fact]
    public void An_episode_follows_its_policy_and_seed()
    {
        Subject subject = Choose("CliffWalking-v1", "optimal");
        Episode episode = Episode.Of(subject, seed: 7);
        Assert.Equal((13, true, -13), (episode.Steps, episode.Terminated, episode.Return(13)));
        Subject walk = Choose("FrozenLake-v1", "random");
        Assert.Equal(Episode.Of(walk, 3).States, Episode.Of(walk, 3).States);
        Assert.NotEqual(
            Enumerable.Range(0, 5).Select(seed => string.Join(" ", Episode.Of(walk, seed).States.Select(s => s[0]))),
            Enumerable.Range(5, 5).Select(seed => string.Join(" ", Episode.Of(walk, seed).States.Select(s => s[0]))));
    }

    /// <summary>Pushed to where the pole leans, a cart keeps it up for longer than the other way round.</summary>
    [Fact]
    public void A_policy_may_be_given_by_what_it_does()
    {
        Subject cart = Choose("CartPole-v1", "random");
        int after = Episode.Of(cart with { Act = (seen, _) => [seen[2] + seen[3] > 0 ? 1 : 0] }, seed: 1).Steps;
        int against = Episode.Of(cart with { Act = (seen, _) => [seen[2] + seen[3] > 0 ? 0 : 1] }, seed: 1).Steps;
        Assert.True(after > 100 && against < 15, $"{after} and {against} steps");
    }

    [Fact]
    public void Values_are_those_of_the_policy_and_follow_it_into_a_copy()
    {
        Subject best = Choose("FourRooms-v0", "optimal");
        Assert.Equal(EnvTesting.BestReturn(best.Mdp!), best.StartValue!.Value, 1e-12);
        FiniteMdpSolver solver = FiniteMdpSolver.OfAgent(best.Mdp!, 0, Objective.Reward);
        Subject random = best with { Policy = solver.UniformPolicy() };
        Assert.Equal(-solver.Evaluate(solver.UniformPolicy()).Objective, random.StartValue!.Value, 1e-12);
        Assert.Null((best with { Policy = null }).Values);
    }

    [Fact]
    public void A_trained_policy_is_shown_as_the_run_left_it()
    {
        using var folder = new TemporaryFolder();
        double objective = RunTesting.Run(RunTesting.Experiment("gradient.estimator=exact", "dtype=float64"), folder["run"]).Objective;
        List<ValidationError> errors = [];
        Subject[] agents = [.. Enumerable.Range(0, 4).Select(i => RunPolicy.SubjectOf(folder["run"], i, "RUN_DIR", errors)!)];
        Assert.Empty(errors);
        // The regret 1 - r over all time is 1 / (1 - gamma) less the return.
        Assert.Equal(objective, agents.Average(a => (1 / (1 - a.Mdp!.Discount)) - a.StartValue!.Value), 1e-9);
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
        Assert.Contains("holds a policy over 5 states and 3 actions, and FrozenLake-v1 has 16 and 4", other.Message, StringComparison.Ordinal);
    }

    private static Subject Choose(string id, string policy)
    {
        List<ValidationError> errors = [];
        Subject? subject = PolicyChoice.Read(EnvTesting.Configure(id, 1), null, policy, errors);
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
        ValidationError fault = Assert.Single(Assert.Throws<InvalidInputException>(() => Render("FrozenLake-v1", "--out", "/proc/x.png")).Errors);
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
