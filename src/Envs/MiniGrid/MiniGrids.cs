using FedPG.Core.Options;
using FedPG.Envs.Episodic;
using FedPG.Envs.MiniGrid.Tasks;

namespace FedPG.Envs.MiniGrid;

/// <summary>
/// The MiniGrid family (Farama Foundation): rooms, doors, keys and lava, seen through a window of 7 x 7 cells in front of the agent. One
/// environment an id of the original, and <c>MiniGrid-v0</c>, whose agents may have different tasks.
/// </summary>
public static class MiniGrids
{
    /// <summary>The id of the environment whose agents may have different tasks.</summary>
    public const string MixId = "MiniGrid-v0";

    private const string Actions = "0 turn left, 1 turn right, 2 forward, 3 pick up, 4 drop, 5 toggle (a door, a box), 6 done";

    private const string Seen = "Dict of image, direction and mission, 149 numbers. Image: Box of whole numbers [7, 7, 3], "
        + "[column][row][object, colour, state]: the cells in front of the agent, turned so that it looks up, itself in the middle of the "
        + "last row, where what it carries is shown. Objects: 0 unseen, 1 empty, 2 wall, 3 floor, 4 door, 5 key, 6 ball, 7 box, 8 goal, "
        + "9 lava; colours: 0 red, 1 green, 2 blue, 3 purple, 4 yellow, 5 grey; states of doors: 0 open, 1 closed, 2 locked. Direction: "
        + "0 right, 1 down, 2 left, 3 up. Mission: its number. With observation \"image\" the image alone. ";

    private const string Hidden = "Walls and closed doors hide what is behind them.";
    private const string Source = "Maxime Chevalier-Boisvert and others, \"Minigrid & Miniworld\", NeurIPS 2023; "
        + "Farama-Foundation/Minigrid 3.1.0, whose traces the dynamics and images are tested against, number by number.";

    private const string Differ = "Agents may have maps of different sizes, layouts of their own and missions of their own. "
        + "The numbers slip and prize differ by lambda: ";

    /// <summary>The environments, in the order of documentation.</summary>
    public static IReadOnlyList<EnvironmentDefinition> Definitions { get; } = [Mix(), .. MiniGridKinds.All.Select(Define)];

    /// <summary>Makes an environment.</summary>
    /// <param name="id">Its id, <c>MiniGrid-DoorKey-5x5-v0</c>, or without prefix and version, <c>DoorKey-5x5</c>.</param>
    /// <param name="agents">N, 1 or more.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="ArgumentException">There is no such environment.</exception>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors at once, as for a file.</exception>
    public static EpisodicEnvironment Create(string id, int agents, MiniGridOptions? options = null)
    {
        string full = MiniGridKind.Find(id)?.Id ?? id;
        EnvironmentDefinition definition = Definitions.FirstOrDefault(known => known.Id == full)
            ?? throw new ArgumentException($"{id} is not one of {string.Join(", ", Definitions.Select(known => known.Id))}", nameof(id));
        return (EpisodicEnvironment)definition.Create(agents, options);
    }

    private static EnvironmentDefinition Define(MiniGridKind kind)
    {
        MiniGridTask task = kind.CreateTask();
        return new EpisodicDefinition<MiniGridOptions>
        {
            Id = kind.Id,
            Drawing = MiniGridDrawing.Instance,
            Summary = $"MiniGrid: {kind.Family.Summary}.",
            Description = $"MiniGrid's {kind.Name}: {kind.Family.Summary}, on a map of {task.Width} x {task.Height} cells. Dynamics, "
                + "observations and rewards are the original's to the last number; layouts have the original's distribution.",
            ActionSpace = task.Actions == 3
                ? "Discrete(3): 0 turn left, 1 turn right, 2 forward."
                : $"Discrete(7): {Actions}.",
            ObservationSpace = Seen + (task.SeesThroughWalls ? "Walls hide nothing here." : Hidden) + MissionsOf(task),
            StartingState = kind.Family.Start,
            Rewards = task.Punishes
                ? "1 - 0.9 steps / max steps at the goal; -1 for a collision; else 0."
                : "1 - 0.9 steps / max steps for success, else 0.",
            EpisodeEnd = $"{kind.Family.End} Truncated after {task.MaxSteps} steps.",
            Heterogeneity = Differ + EpisodicDefinitionBase.HeterogeneityRule,
            VersionHistory = $"{kind.Id[(kind.Id.LastIndexOf('-') + 1)..]}: as the original's.",
            Source = Source,
            RewardRange = new NumberRange(task.Punishes ? -1 : 0, 1),
            StepLimit = task.MaxSteps,
            SuccessAbove = 0,
            Check = (options, reader, agents) => MiniGridSetup.Check(options, reader, agents, kind),
            LimitOf = (options, agents) => new MiniGridSetup(options, agents, kind).StepLimit,
            TasksOf = (options, agents) => new MiniGridSetup(options, agents, kind).Tasks,
            Make = (options, agent) => new MiniGridSetup(options, agent + 1, kind).Create(agent),
        }.ToDefinition();
    }

    private static EnvironmentDefinition Mix() => new EpisodicDefinition<MiniGridMixOptions>
    {
        Id = MixId,
        Drawing = MiniGridDrawing.Instance,
        Summary = "MiniGrid with a task of its own for each agent.",
        Description = "Each agent has one of MiniGrid's tasks, of any size; all see and act alike. The option tasks names them.",
        ActionSpace = $"Discrete(7): {Actions}. In Dynamic-Obstacles actions from 3 on turn left, as in the original.",
        ObservationSpace = Seen + "Whether walls hide something is the task's. The missions of the tasks that agents have are numbered one "
            + "after another.",
        StartingState = "The task's.",
        Rewards = "The task's: 1 - 0.9 steps / max steps for success, else 0; -1 for a collision in Dynamic-Obstacles.",
        EpisodeEnd = "The task's, and truncated after its limit of steps.",
        Heterogeneity = "Agents have the tasks that the option tasks names. " + Differ + EpisodicDefinitionBase.HeterogeneityRule,
        VersionHistory = "v0: first version.",
        Source = Source,
        RewardRange = new NumberRange(-1, 1),
        SuccessAbove = 0,
        Check = MiniGridSetup.Check,
        LimitOf = (options, agents) => new MiniGridSetup(options, agents).StepLimit,
        TasksOf = (options, agents) => new MiniGridSetup(options, agents).Tasks,
        Make = (options, agent) => new MiniGridSetup(options, agent + 1).Create(agent),
    }.ToDefinition();

    private static string MissionsOf(MiniGridTask task)
    {
        const int shown = 6;
        IReadOnlyList<string> missions = task.Missions;
        string some = string.Join(", ", missions.Take(shown).Select((mission, k) => $"{k} \"{mission}\""));
        return missions.Count switch
        {
            1 => $" The mission is always 0, \"{missions[0]}\".",
            <= shown => $" Missions: {some}.",
            _ => $" {missions.Count} missions: {some}, and so on to {missions.Count - 1} \"{missions[^1]}\".",
        };
    }
}
