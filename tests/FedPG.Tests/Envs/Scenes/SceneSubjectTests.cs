using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Pictures;
using FedPG.Envs.Scenes;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using FedPG.Experiments;
using FedPG.Reporting.Pictures;
using SkiaSharp;
using Spectre.Console;
using Xunit;

namespace FedPG.Tests.Envs.Scenes;

public sealed class SceneSubjectTests
{
    public static TheoryData<string> Ids => [.. EnvTesting.OneOfEachKind];

    [Fact]
    public void An_episode_follows_its_policy_and_seed()
    {
        PlayedEpisode episode = WithBestPolicy("CliffWalking-v1").Play(seed: 7).Episode;
        Assert.Equal((13, true, -13), (episode.Steps, episode.Terminated, episode.Return(13)));
        SceneSubject walk = Plain("FrozenLake-v1");
        Assert.Equal(walk.Play(3).Episode.States, walk.Play(3).Episode.States);
        Assert.NotEqual(Paths(0), Paths(5));

        string[] Paths(int from) =>
            [.. Enumerable.Range(from, 5).Select(seed => string.Join(" ", walk.Play(seed).Episode.States.Select(s => s[0])))];
    }

    /// <summary>Pushed to where the pole leans, a cart keeps it up for longer than the other way round.</summary>
    [Fact]
    public void A_policy_may_be_given_by_what_it_does()
    {
        SceneSubject cart = Plain("CartPole-v1");
        int after = (cart with { Act = (seen, _) => [seen[2] + seen[3] > 0 ? 1 : 0] }).Play(seed: 1).Episode.Steps;
        int against = (cart with { Act = (seen, _) => [seen[2] + seen[3] > 0 ? 0 : 1] }).Play(seed: 1).Episode.Steps;
        Assert.True(after > 100 && against < 15, $"{after} and {against} steps");
    }

    [Fact]
    public void Values_are_those_of_the_policy()
    {
        SceneSubject best = WithBestPolicy("FourRooms-v0");
        var mdp = (FiniteMdp)best.Environment;
        Assert.Equal(EnvTesting.BestReturn(mdp), best.Play(0).StartValue!.Value, 1e-12);
        FiniteMdpSolver solver = FiniteMdpSolver.OfAgent(mdp, 0, Objective.Reward);
        SceneSubject random = best with { Policy = solver.UniformPolicy() };
        Assert.Equal(-solver.Evaluate(solver.UniformPolicy()).Objective, random.Play(0).StartValue!.Value, 1e-12);
        Assert.Null((best with { Policy = null }).Play(0).Values);
    }

    /// <summary>A picture is data: what stands in it is on the paper, and equal scenes give equal pictures.</summary>
    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_environment_is_drawn_on_its_paper(string id)
    {
        SceneSubject subject = Plain(id);
        PictureScene scene = subject.Play(seed: 2, steps: 4);
        foreach (int? moment in (int?[])[null, 0, scene.Episode.Steps])
        {
            Picture picture = subject.Drawing.Draw(scene, moment);
            Assert.All(picture.Shapes.OfType<DiscShape>(), disc => Assert.InRange(disc.X, 0, picture.Width));
            Assert.All(picture.Shapes.OfType<TextShape>(), text => Assert.InRange(text.Y, 0, picture.Height));
            Assert.Equal(PictureFiles.ToPng(picture), PictureFiles.ToPng(subject.Drawing.Draw(scene, moment)));
        }
    }

    /// <summary>As a plug-in adds it: a definition with a drawing of its own, for steps and for a list of states.</summary>
    [Fact]
    public void An_environment_draws_itself_by_what_its_definition_brings()
    {
        var catalog = new ExperimentCatalog();
        catalog.Add(Buoy.Definition);
        SceneSubject subject = SceneSubject(catalog.Environments, "Buoy-v0");
        Assert.IsType<BuoyDrawing>(subject.Drawing);
        PictureScene scene = subject.Play(seed: 1, steps: 3);
        using var image = SKBitmap.Decode(PictureFiles.ToPng(subject.Drawing.Draw(scene, 1)));
        Assert.Equal(new SKColor(0xc8, 0x37, 0x2d), image.GetPixel(420, 400));
        using var gif = SKCodec.Create(new MemoryStream(PictureFiles.ToGif(subject.Drawing, scene)));
        Assert.Equal(4, gif.FrameCount);

        using var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Ansi = AnsiSupport.No });
        TerminalPictures.Write(console, subject.Drawing, scene);
        Assert.Contains("the buoy at [1]", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_drawing_that_does_not_fit_leaves_the_way_of_the_kind()
    {
        EnvironmentDefinition taxi = ExperimentCatalog.Default.Environments.Find("Taxi-v4")!;
        FederatedEnvironment other = EnvTesting.Configure("RiverSwim-v0", 1).Build();
        Assert.Same(other.Drawing, new SceneSubject(other, 0, taxi).Drawing);
        Assert.Same(taxi.Drawing, Plain("Taxi-v4").Drawing);
    }

    private static SceneSubject Plain(string id) => SceneSubject(ExperimentCatalog.Default.Environments, id);

    private static SceneSubject SceneSubject(FedPG.Core.Catalog<EnvironmentDefinition> registry, string id)
    {
        var errors = new ValidationErrors("test");
        ConfiguredEnvironment configured = registry.Configure(id, 1, default, EnvironmentKeys.CommandLine, errors)!;
        return new SceneSubject(configured.Build(), 0, configured.Definition);
    }

    private static SceneSubject WithBestPolicy(string id)
    {
        SceneSubject subject = Plain(id);
        return subject with { Policy = FiniteMdpSolver.OfAgent((FiniteMdp)subject.Environment, 0, Objective.Reward).Optimum().Policy };
    }

    /// <summary>Floats where it is.</summary>
    private sealed class Buoy : IEnvironment
    {
        public static EpisodicDefinition Definition { get; } = new()
        {
            Id = "Buoy-v0",
            Summary = "A buoy.",
            RewardRange = NumberRange.UnitInterval,
            StepLimit = 10,
            Drawing = new BuoyDrawing(),
            Make = _ => _ => new Buoy(),
        };

        public Space ObservationSpace { get; } = Box.Of(1);

        public Space ActionSpace { get; } = new Discrete(2);

        public void Reset(long seed, Span<double> observation) => observation[0] = 1;

        StepResult IEnvironment.Step(ReadOnlySpan<double> action, Span<double> observation)
        {
            observation[0] = 1;
            return new StepResult(1, Terminated: false);
        }
    }

    private sealed class BuoyDrawing : EnvironmentDrawing
    {
        public override IReadOnlyList<TextBlock> Describe(PictureScene scene) =>
            [TextBlock.OfLines($"the buoy at [{scene.Episode.States[0][0]}]")];

        protected override (float Width, float Height) SizeOf(PictureScene scene) => (420, 300);

        protected override string CaptionOf(PictureScene scene) => "a buoy";

        protected override void Paint(Sketch sketch, PictureScene scene, int? moment) => sketch.Disc(210, 200, 20, ColourRole.Agent);
    }
}
