using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Checking;
using FedPG.Envs.Episodic;
using FedPG.Envs.MiniGrid;
using Xunit;

namespace FedPG.Tests.Envs.MiniGrid;

/// <summary>What MiniGrid's environments have beside the original: agents that differ, spaces, states.</summary>
public sealed class MiniGridTests
{
    [Fact]
    public void Every_environment_steps_without_allocating_within_its_spaces()
    {
        foreach (EnvironmentDefinition definition in MiniGrids.Definitions)
        {
            EpisodicEnvironment made = MiniGrids.Create(definition.Id, 2);
            IEnvironment environment = made.Create(1);
            double[] seen = new double[made.ObservationSpace.Size], action = [0];
            Walk();
            Walk();
            long before = GC.GetAllocatedBytesForCurrentThread();
            Walk();
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.True(made.ObservationSpace.Contains(seen), definition.Id);

            void Walk()
            {
                environment.Reset(3, seen);
                for (int t = 0; t < 200; t++)
                {
                    action[0] = (t * 7919 % 101) % ((Discrete)environment.ActionSpace).Count;
                    StepResult result = environment.Step(action, seen);
                    if (result.Terminated || result.Truncated) environment.Reset(t, seen);
                }
            }
        }
    }

    [Fact]
    public void The_observation_is_an_image_a_direction_and_a_mission()
    {
        var space = Assert.IsType<NamedSpaces>(MiniGrids.Create("GoToDoor-5x5", 1).ObservationSpace);
        Assert.Equal(["image", "direction", "mission"], space.Parts.Select(part => part.Name));
        var image = Assert.IsType<Box>(space.Parts[0].Space);
        Assert.Equal([7, 7, 3], image.Shape);
        Assert.True(image.IsWhole);
        Assert.Equal((new Discrete(4), new Discrete(6)), (space.Parts[1].Space, space.Parts[2].Space));
        Assert.Equal(image, MiniGrids.Create("GoToDoor-5x5", 1, new() { Observation = "image" }).ObservationSpace);
    }

    [Fact]
    public void An_image_may_be_one_hot()
    {
        EpisodicEnvironment plain = MiniGrids.Create("DoorKey-6x6", 1, new() { Observation = "image" });
        EpisodicEnvironment made = MiniGrids.Create("DoorKey-6x6", 1, new() { Observation = "one-hot" });
        var space = Assert.IsType<Box>(made.ObservationSpace);
        Assert.Equal([7, 7, 20], space.Shape);
        (IEnvironment first, IEnvironment second) = (plain.Create(0), made.Create(0));
        double[] image = new double[plain.ObservationSpace.Size], seen = new double[space.Size];
        first.Reset(3, image);
        second.Reset(3, seen);
        for (int t = 0; t < 100; t++)
        {
            for (int cell = 0; cell < 49; cell++)
            {
                double[] own = seen[(20 * cell)..(20 * (cell + 1))], expected = new double[20];
                (expected[(int)image[3 * cell]], expected[11 + (int)image[(3 * cell) + 1]]) = (1, 1);
                expected[17 + (int)image[(3 * cell) + 2]] = 1;
                Assert.Equal(expected, own);
            }
            double[] action = [t * 7919 % 101 % 7];
            Assert.Equal(first.Step(action, image), second.Step(action, seen));
        }
    }

    [Fact]
    public void Agents_have_sizes_layouts_missions_and_tasks_of_their_own()
    {
        EpisodicEnvironment sizes = MiniGrids.Create("Empty-8x8", 3, new() { Sizes = [5, 8, 16] });
        Assert.Equal([5, 8, 16], Enumerable.Range(0, 3).Select(i => (int)StateOf(sizes, i, 0)[0]));
        Assert.Equal(4 * 16 * 16, sizes.StepLimit);
        Assert.Equal(["size"], sizes.Tasks!.Names);

        EpisodicEnvironment layouts = MiniGrids.Create("FourRooms", 2, new() { Layouts = 3, LayoutSeed = 5 });
        string[][] seen = [.. Enumerable.Range(0, 2).Select(i => Enumerable.Range(0, 60).Select(
            k => string.Join(',', StateOf(layouts, i, k))).Distinct().ToArray())];
        Assert.All(seen, own => Assert.Equal(3, own.Length));
        Assert.Empty(seen[0].Intersect(seen[1]));

        AgentWords wanted = ["go to the red door", "go to the grey door"];
        EpisodicEnvironment missions = MiniGrids.Create("GoToDoor-8x8", 2, new() { Missions = wanted });
        Assert.All(Enumerable.Range(0, 20), k => Assert.Equal((0, 5), (StateOf(missions, 0, k)[7], StateOf(missions, 1, k)[7])));

        var mix = (EpisodicEnvironment)MiniGrids.Definitions[0].Create(4, new MiniGridMixOptions { Tasks = ["Empty-5x5", "GoToDoor-5x5"] });
        Assert.Equal(new Discrete(7), ((NamedSpaces)mix.ObservationSpace).Parts[2].Space);
        Assert.Equal([5, 5, 5, 5], Enumerable.Range(0, 4).Select(i => (int)StateOf(mix, i, 0)[0]));
        Assert.Contains("Empty", mix.Tasks!.Names);
        Assert.Equal(mix.Tasks.Values[0], mix.Tasks.Values[2]);
        Assert.NotEqual(mix.Tasks.Values[0], mix.Tasks.Values[1]);
    }

    [Theory]
    [InlineData("MiniGrid-Empty-8x8-v0", """{ "sizes": [3] }""", "sizes", "must be whole numbers from 4 to 25")]
    [InlineData("MiniGrid-Empty-8x8-v0", """{ "sizes": [5, 6, 7] }""", "sizes", "must be one number, or 2, one an agent")]
    [InlineData("MiniGrid-MemoryS7-v0", """{ "sizes": [8] }""", "sizes", "must be odd numbers from 7 to 25")]
    [InlineData("MiniGrid-FourRooms-v0", """{ "sizes": [9] }""", "sizes", "is refused: MiniGrid-FourRooms-v0 has one size only")]
    [InlineData("MiniGrid-DoorKey-5x5-v0", """{ "layoutSeed": 1 }""", "layoutSeed", "draws nothing without layouts")]
    [InlineData("MiniGrid-GoToDoor-5x5-v0", """{ "missions": "go to the pink door" }""", "missions", "is none of the 6")]
    [InlineData("MiniGrid-v0", """{ "tasks": ["DoorKey-7x7"] }""", "tasks", "DoorKey-7x7: must be among Empty-5x5")]
    public void What_is_not_allowed_is_refused(string id, string options, string key, string why)
    {
        ValidationError error = Assert.Single(EnvTesting.ErrorsOf(id, 2, options));
        Assert.Equal($"environment.options.{key}", error.KeyPath);
        Assert.Contains(why, error.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_state_is_refused_with_every_error()
    {
        var environment = (IJsonState)MiniGrids.Create("Empty-5x5", 1).Create(0);
        double[] seen = new double[environment.ObservationSpace.Size];
        environment.Reset(0, seen);
        double[] before = [.. seen];
        JsonElement state = JsonSerializer.SerializeToElement(JsonNode.Parse("""
            { "grid": [[[2,5,0]]], "agent": [1, 7], "direction": 4, "carrying": [2, 5, 0], "mission": "dance", "more": 1 }
            """));
        Assert.Equal(
            ["agent[1]", "carrying", "direction", "grid", "mission", "more"],
            environment.WriteState(state, seen).Select(error => error.Path).Order(StringComparer.Ordinal));
        Assert.Equal(before, seen);
        Assert.Throws<ArgumentException>(() => environment.WriteState(new double[environment.StateNames.Count], seen));
    }

    /// <summary>Slip and prize change what they say, and nothing else does.</summary>
    [Fact]
    public void Slip_and_prize_do_what_they_say()
    {
        EpisodicEnvironment half = MiniGrids.Create("Empty-5x5", 1, new() { Prize = 0.5 });
        IEnvironment plain = MiniGrids.Create("Empty-5x5", 1).Create(0), cheap = half.Create(0);
        double[] seen = new double[149];
        double reward = 0, cheaper = 0;
        plain.Reset(0, seen);
        cheap.Reset(0, seen);
        foreach (int action in (int[])[2, 2, 1, 2, 2])
            (reward, cheaper) = (plain.Step([action], seen).Reward, cheap.Step([action], seen).Reward);
        Assert.Equal(1 - (0.9 * (5 / 100.0)), reward);
        Assert.Equal(0.5 * reward, cheaper);

        IEnvironment slippery = MiniGrids.Create("Empty-16x16", 1, new() { Slip = 0.7 }).Create(0);
        int moved = 0;
        for (int k = 0; k < 2000; k++)
        {
            slippery.Reset(k, seen);
            slippery.Step([6], seen);
            moved += seen[147] != 0 ? 1 : 0;
        }
        // Two of seven actions turn.
        Assert.InRange(moved, 2000 * 0.2 - 110, 2000 * 0.2 + 110);
    }

    [Fact]
    public void Environments_of_every_kind_pass_their_check()
    {
        foreach (string id in (string[])["MiniGrid-v0", "MiniGrid-KeyCorridorS4R3-v0", "MiniGrid-RedBlueDoors-6x6-v0"])
        {
            CheckReport report = EnvironmentChecker.Check(
                EnvTesting.Configure(id, 2), new CheckSettings(Episodes: 2, EpisodeSteps: 100, TransitionSteps: 100, SpeedSteps: 1000));
            Assert.True(report.Passed, string.Join('\n', report.Results.Where(r => r.Status == CheckStatus.Failed)));
        }
    }

    private static double[] StateOf(EpisodicEnvironment environment, int agent, long seed)
    {
        var stepped = (IStatefulEnvironment)environment.Create(agent);
        double[] state = new double[stepped.StateNames.Count];
        stepped.Reset(seed, new double[environment.ObservationSpace.Size]);
        stepped.ReadState(state);
        return state;
    }
}
