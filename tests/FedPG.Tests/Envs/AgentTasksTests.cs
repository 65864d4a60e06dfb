using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Control;
using FedPG.Envs.Counterexamples;
using FedPG.Envs.Episodic;
using FedPG.Envs.Exploration;
using FedPG.Envs.GridWorlds;
using FedPG.Envs.Random;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Files;
using FedPG.Envs.ToyText;
using FedPG.Experiments;
using Xunit;

namespace FedPG.Tests.Envs;

/// <summary>A task is what tells an agent apart, scaled by the environment's own ranges and not by the agents present.</summary>
public sealed class AgentTasksTests
{
    /// <summary>The states of the goals (0, 0), (2, 4), (1, 2) and (0, 1) on 3 x 5 cells.</summary>
    private static readonly int[] GoalStates = [0, 14, 7, 1];

    private const int Agents = 4;

    /// <summary>Environments whose agents differ, with the names of the numbers that tell them apart.</summary>
    public static TheoryData<string, string, string> Different => new()
    {
        { "GridWorld-v0", "{}", "goalRow,goalColumn" },
        { "GridWorld-v0", """{ "slip": [0.1, 0.2], "wind": { "from": 0, "to": 0.3 } }""", "goalRow,goalColumn,slip,wind" },
        { "FourRooms-v0", """{ "goal": [[1, 1], [11, 11]] }""", "goalRow,goalColumn" },
        { "FourRooms-v0", """{ "differ": "failure" }""", "goalRow,goalColumn,failProbability" },
        { "FrozenLake-v1", """{ "map": "SFFG/FFFF/FHFF/GFFG", "differ": "goals" }""", "goalRow,goalColumn" },
        { "FrozenLake-v1", """{ "differ": "slip" }""", "successRate" },
        { "Taxi-v4", """{ "differ": "fares" }""", "goalRow,goalColumn" },
        { "Taxi-v4", """{ "differ": "rain", "fickle": true }""", "aside" },
        { "CliffWalking-v1", """{ "differ": "penalty" }""", "penalty" },
        { "CliffWalkingSlippery-v1", """{ "differ": "slip" }""", "slip" },
        { "WindyCliff-v0", """{ "goalReward": [100, -50] }""", "wind,goalReward" },
        { "DeepSea-v0", """{ "differ": "costs" }""", "moveCost" },
        { "RiverSwim-v0", """{ "differ": "rewards" }""", "swap" },
        { "RiverSwim-v0", """{ "differ": "current" }""", "strength" },
        { "OppositeKernels-v0", "{}", "byFirst" },
        { "AdversarialPair-v0", """{ "upperReward": [1, 0.5] }""", "toLower,upperReward" },
        { "QuasiRandomMdp-v0", """{ "instance": "M" }""", "kind" },
    };

    /// <summary>Environments without a task: agents are alike, or no few numbers tell them apart.</summary>
    public static TheoryData<string, string> Alike => new()
    {
        { "GridWorld-v0", """{ "heterogeneity": 0 }""" },
        { "FrozenLake-v1", "{}" },
        { "Taxi-v4", "{}" },
        { "CliffWalking-v1", "{}" },
        { "WindyCliff-v0", """{ "wind": 0.3 }""" },
        { "WindyCliff-v0", """{ "heterogeneity": 0 }""" },
        { "DeepSea-v0", """{ "differ": "meanings" }""" },
        { "RiverSwim-v0", "{}" },
        { "RandomMdp-v0", "{}" },
        { "Garnet-v0", "{}" },
        { "QuasiRandomMdp-v0", "{}" },
        { "OppositeKernels-v0", """{ "heterogeneity": 0 }""" },
        { "AdversarialPair-v0", """{ "heterogeneity": 0 }""" },
        { "FourRooms-v0", """{ "goal": [[1, 1], [11, 11]], "heterogeneity": 0 }""" },
    };

    [Theory]
    [MemberData(nameof(Different))]
    public void Agents_that_differ_have_tasks_within_the_ranges(string id, string options, string names)
    {
        FiniteMdp mdp = EnvTesting.Make(id, Agents, options);
        AgentTasks tasks = mdp.Tasks!;
        Assert.Equal(names, string.Join(',', tasks.Names));
        Assert.Equal(Agents, tasks.Values.Count);
        Assert.All(tasks.Values.SelectMany(row => row), x => Assert.InRange(x, -1, 1));
        Assert.True(tasks.Values.DistinctBy(row => string.Join(',', row)).Count() > 1 || names == "goalRow,goalColumn,failProbability");
        Assert.Equal(names.StartsWith("goal", StringComparison.Ordinal) && names != "goalReward", tasks.IsPlace);
        if (tasks.Places is null) return;
        Assert.Equal(mdp.States, tasks.Places.Count);
        Assert.All(tasks.Places.SelectMany(row => row), x => Assert.InRange(x, -1, 1));
    }

    [Theory]
    [MemberData(nameof(Alike))]
    public void Agents_that_are_alike_or_told_apart_by_whole_tables_have_none(string id, string options) =>
        Assert.Null(EnvTesting.Make(id, Agents, options).Tasks);

    /// <summary>Corners are corners whatever the size of the map, and a state on a goal has the goal's own numbers.</summary>
    [Fact]
    public void Goals_are_scaled_by_the_map_and_states_have_places_in_the_same_numbers()
    {
        var options = new GridWorldOptions { Width = 5, Height = 3, Goals = [(0, 0), (2, 4), (1, 2), (0, 1)], Continuing = false };
        FiniteMdp mdp = GridWorld.Create(4, options);
        Assert.Equal([[-1, -1], [1, 1], [0, 0], [-1, -0.5]], mdp.Tasks!.Values);
        Assert.Equal([[-1, -1], [1, 1], [0, 0], [-1, -0.5]], [.. GoalStates.Select(state => mdp.Tasks.Places![state])]);
        // The terminal state is off the map.
        Assert.Equal([0, 0], mdp.Tasks.Places![15]);
        Assert.Equal([[0, 0]], GridWorld.Create(1, new GridWorldOptions { Width = 1, Height = 1 }).Tasks!.Values);
    }

    [Fact]
    public void The_taxi_sees_its_own_place_beside_the_destination_that_pays()
    {
        FiniteMdp mdp = Taxi.Create(4, new TaxiOptions { Differ = TaxiDifference.Fares });
        Assert.Equal([[-1, -1], [-1, 1], [1, -1], [1, 0.5]], mdp.Tasks!.Values);
        Assert.Equal([0, 0.5], mdp.Tasks.Places![new TaxiState(2, 3, 1, 0).Index]);
    }

    [Fact]
    public void Numbers_of_a_task_that_are_no_place_are_zero_in_places()
    {
        AgentTasks tasks = GridWorld.Create(2, new GridWorldOptions { Width = 3, Height = 3, Slip = [0.1, 0.4] }).Tasks!;
        Assert.Equal([0.1, 0.4], tasks.Values.Select(row => row[2]));
        Assert.All(tasks.Places!, place => Assert.Equal(0, place[2]));
    }

    /// <summary>
    /// Numbers of a list, or drawn, in the environment's own measure: gravity from 7 to 13 and lengths from 0.3 to 0.8 are [-1, 1], targets
    /// have the range of the track, and a mass differs by a share of the default.
    /// </summary>
    [Fact]
    public void Physical_numbers_that_agents_have_of_their_own_are_tasks()
    {
        AgentTasks poles = CartPole.Create(2, new CartPoleOptions { Gravity = [7, 11.5], MassPole = [0.1, 0.2], Length = 0.4 }).Tasks!;
        Assert.Equal(["gravity", "massPole"], poles.Names);
        Assert.Equal([[-1, 0], [0.5, 1]], poles.Values);
        Assert.Equal([0.5, 1], CartPole.Create(1, new CartPoleOptions { Gravity = [11.5], MassPole = [0.2] }).Tasks!.Values[0]);
        AgentTasks targets = CartPole.Create(2, new CartPoleOptions { Target = [-2.4, 1.2], TargetShare = 1 }).Tasks!;
        Assert.Equal([[-1], [0.5]], targets.Values);
        AgentTasks drawn = CartPole.Create(3, new CartPoleOptions { Heterogeneity = 1 }).Tasks!;
        Assert.Equal(["gravity", "length"], drawn.Names);
        Assert.All(drawn.Values.SelectMany(row => row), x => Assert.InRange(x, -1, 1));
        Assert.False(drawn.IsPlace);
        Assert.Null(CartPole.Create(2).Tasks);
        Assert.Null(CartPole.Create(2, new CartPoleOptions { Gravity = 7 }).Tasks);
    }

    [Fact]
    public void Permuting_agents_permutes_their_tasks()
    {
        GridCell[] goals = [(0, 0), (3, 2), (1, 3)];
        int[] order = [2, 0, 1];
        double[] winds = [0.1, 0.5, 0.9];
        IReadOnlyList<double[]> grid = GridWorld.Create(3, new GridWorldOptions { Width = 4, Height = 4, Goals = goals }).Tasks!.Values;
        GridCell[] moved = [.. order.Select(i => goals[i])];
        Assert.Equal(order.Select(i => grid[i]),
            GridWorld.Create(3, new GridWorldOptions { Width = 4, Height = 4, Goals = moved }).Tasks!.Values);
        IReadOnlyList<double[]> cliff = WindyCliff.Create(3, new WindyCliffOptions { Wind = winds }).Tasks!.Values;
        double[] blown = [.. order.Select(i => winds[i])];
        Assert.Equal(order.Select(i => cliff[i]), WindyCliff.Create(3, new WindyCliffOptions { Wind = blown }).Tasks!.Values);
    }

    /// <summary>An agent's task is the same alone, among few, and among many that are far away.</summary>
    [Fact]
    public void A_task_does_not_depend_on_the_agents_present()
    {
        GridCell[] near = [(0, 0), (0, 1)], many = [(0, 0), (0, 1), (9, 9), (5, 0)];
        double[] alone = GridWorld.Create(1, new GridWorldOptions { Goals = [(0, 1)] }).Tasks!.Values[0];
        Assert.Equal(alone, GridWorld.Create(2, new GridWorldOptions { Goals = near }).Tasks!.Values[1]);
        Assert.Equal(alone, GridWorld.Create(4, new GridWorldOptions { Goals = many }).Tasks!.Values[1]);
        // A held-out goal is one goal, and not a list.
        Assert.Equal(
            FourRooms.Create(2, new FourRoomsOptions { Goal = [(1, 1), (11, 11)] }).Tasks!.Values[1],
            FourRooms.Create(1, new FourRoomsOptions { Goal = (11, 11) }).Tasks!.Values[0]);
        var drawn = new GridWorldOptions { Goals = GridGoals.Random, Slip = PerAgentNumbers.Between(0, 0.5), AgentSeed = 3 };
        Assert.Equal(GridWorld.Create(2, drawn).Tasks!.Values, GridWorld.Create(5, drawn).Tasks!.Values.Take(2));
        Assert.Equal(
            WindyCliff.Create(2, new WindyCliffOptions { AgentSeed = 3 }).Tasks!.Values,
            WindyCliff.Create(6, new WindyCliffOptions { AgentSeed = 3 }).Tasks!.Values.Take(2));
        Assert.Equal(
            OppositeKernels.Create(1).Tasks!.Values[0],
            OppositeKernels.Create(3).Tasks!.Values[0]);
        Assert.Equal(
            DeepSea.Create(2, new DeepSeaOptions { Differ = DeepSeaDifference.Costs, AgentSeed = 1, Size = 3 }).Tasks!.Values,
            DeepSea.Create(4, new DeepSeaOptions { Differ = DeepSeaDifference.Costs, AgentSeed = 1, Size = 3 }).Tasks!.Values.Take(2));
        Assert.Equal(
            QuasiRandomMdp.Create(2, new QuasiRandomMdpOptions { Instance = QuasiRandomInstance.X }).Tasks!.Values,
            QuasiRandomMdp.Create(4, new QuasiRandomMdpOptions { Instance = QuasiRandomInstance.X }).Tasks!.Values.Take(2));
    }

    [Theory]
    [MemberData(nameof(Different))]
    public void Tasks_are_exported_and_read_back(string id, string options, string names)
    {
        // The dense form of hundreds of states is tens of megabytes; that it holds the same numbers is tested elsewhere.
        int dense = id == "Taxi-v4" ? 0 : FiniteMdpFile.DenseStates;
        FiniteMdp mdp = EnvTesting.Make(id, Agents, options);
        string written = EnvTesting.Write(mdp, dense);
        FiniteMdp read = EnvTesting.Read(written);
        Assert.Equal(mdp.Tasks!.Values, read.Tasks!.Values);
        Assert.Equal(names.Split(',').Length, read.Tasks.Names.Count);
        Assert.False(read.Tasks.IsPlace);
        Assert.Equal(written, EnvTesting.Write(read, dense));
    }

    [Fact]
    public void A_file_without_tasks_has_none_and_writes_none()
    {
        FiniteMdp mdp = EnvTesting.Make("RandomMdp-v0", 2);
        Assert.DoesNotContain("\"task\"", EnvTesting.Write(mdp), StringComparison.Ordinal);
        Assert.Null(EnvTesting.Read(EnvTesting.Write(mdp)).Tasks);
    }

    [Theory]
    [InlineData("[1, 2]", "[1]", "agents[1].task", "has 1 numbers, and the tasks before have 2")]
    [InlineData("[1]", null, "agents[1].task", "is missing; all agents have a task, or none has")]
    [InlineData(null, "[1]", "agents[1].task", "agents[0] has no task")]
    [InlineData("[]", "[1]", "agents[0].task", "must be a list of at least one finite number")]
    [InlineData("[1, \"x\"]", "[1, 2]", "agents[0].task", "must be a list of at least one finite number")]
    [InlineData("[1e999]", "[1]", "agents[0].task", "must be a list of at least one finite number")]
    [InlineData("3", "[1]", "agents[0].task", "must be a list of at least one finite number")]
    public void Faulty_tasks_of_a_file_are_named(string? first, string? second, string key, string allowed)
    {
        JsonObject root = JsonNode.Parse(EnvTesting.Write(EnvTesting.Make("RandomMdp-v0", 2)))!.AsObject();
        string?[] given = [first, second];
        for (int i = 0; i < given.Length; i++)
        {
            if (given[i] is { } task) root["agents"]![i]!["task"] = JsonNode.Parse(task);
        }
        ValidationError error = Assert.Single(Assert.Throws<InvalidInputException>(() => EnvTesting.Read(root.ToJsonString())).Errors);
        Assert.Equal(key, error.KeyPath);
        Assert.Contains(allowed, error.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void Tasks_stay_when_only_steps_are_used_and_are_shown()
    {
        FiniteMdp mdp = GridWorld.Create(2, new GridWorldOptions { Width = 3, Height = 3 });
        Assert.Same(mdp.Tasks, EpisodicEnvironment.Of(mdp).Tasks);
        Assert.Equal(
            """{"names":["goalRow","goalColumn"],"values":[[-1,-1],[0,1]],"isPlace":true}""".Replace("[0,1]", Row(mdp.Tasks!.Values[1]),
                StringComparison.Ordinal),
            EnvironmentFacts.Json(mdp)["tasks"]!.ToJsonString());
        Assert.Contains(EnvironmentFacts.Words(mdp), fact => fact.Name == "tasks"
            && fact.Value.Contains("goalRow", StringComparison.Ordinal));
        Assert.False(EnvironmentFacts.Json(RandomMdp.Create(2)).ContainsKey("tasks"));

        static string Row(double[] row) => $"[{string.Join(',', row)}]";
    }

    [Fact]
    public void What_is_no_task_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new AgentTasks([], [[]]));
        Assert.Throws<ArgumentException>(() => new AgentTasks(["a"], [[1], [1, 2]]));
        Assert.Throws<ArgumentException>(() => new AgentTasks(["a"], [[double.NaN]]));
        Assert.Throws<ArgumentException>(() => new AgentTasks(["a"], [[1]], [[1, 2]]));
        FiniteMdp mdp = RandomMdp.Create(2);
        Assert.Throws<ArgumentException>(() =>
            new FiniteMdp("x", 0.9, mdp.Initial, mdp.Agents) { Tasks = new AgentTasks(["a"], [[1]]) });
    }
}
