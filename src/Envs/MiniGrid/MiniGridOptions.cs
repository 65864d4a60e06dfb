using FedPG.Core.Options;
using FedPG.Envs.Episodic;

namespace FedPG.Envs.MiniGrid;

/// <summary>The options of every MiniGrid environment.</summary>
public record MiniGridOptions : EpisodicOptions
{
    /// <summary>The word for the image, the direction and the number of the mission.</summary>
    internal const string SeesAll = "all";

    /// <summary>The word for the image alone.</summary>
    internal const string SeesImage = "image";

    /// <summary>The word for the image alone, each of its numbers one-hot.</summary>
    internal const string SeesOneHot = "one-hot";

    /// <summary>What is seen: <c>all</c> (the default), <c>image</c>, or <c>one-hot</c>.</summary>
    [Option("What is seen: the image, the direction and the number of the mission; the image alone; or the image with one-hot objects, "
        + "colours and states, 20 numbers a cell.", Words = [SeesAll, SeesImage, SeesOneHot])]
    public string Observation { get; init; } = SeesAll;

    /// <summary>The probability that an action is replaced by a random one; 0 by default, as in the original.</summary>
    [Option("The probability that an action is replaced by one drawn uniformly from all; 0 in the original.", Minimum = 0, Maximum = 1)]
    [AgentNumber(SpreadLow = 0, SpreadHigh = 0.2)]
    public AgentNumbers Slip { get; init; } = AgentNumbers.Default(0);

    /// <summary>What the reward of success is multiplied by; 1 by default, as in the original.</summary>
    [Option("What the reward of success is multiplied by; 1 in the original.", Minimum = 0, Maximum = 1)]
    [AgentNumber(IsGoal = true, SpreadLow = 0.5, SpreadHigh = 1)]
    public AgentNumbers Prize { get; init; } = AgentNumbers.Default(1);

    /// <summary>
    /// The sizes of the maps, one for all or one an agent, from what the environment allows to 25; null (the default) for that of the id.
    /// </summary>
    [Option("The sizes of the agents' maps, one for all or one an agent, where the id has a size (of its rooms, where it has rooms); when "
        + "not given, that of the id.", Minimum = 3, Maximum = MiniGridKind.LargestSize)]
    public int[]? Sizes { get; init; }

    /// <summary>How many layouts an agent has; null (the default) for a new one at each reset, as in the original.</summary>
    [Option("How many layouts an agent has, each equally likely at a reset; when not given, a new one is drawn at each reset, as in the "
        + "original.", Minimum = 1, Maximum = 1_000_000)]
    public int? Layouts { get; init; }

    /// <summary>The seed of the agents' layouts, 0 to 2^53; null (the default) for 0.</summary>
    [Option("The seed that layouts are drawn by, each agent's its own; needs layouts.", Minimum = 0)]
    public long? LayoutSeed { get; init; }

    /// <summary>The agents' missions; null (the default) for a random one at each reset, as in the original.</summary>
    [Option("The agents' missions, one for all or one an agent: layouts are drawn until the mission is the agent's; when not given, any.")]
    public AgentWords? Missions { get; init; }

    /// <summary>The steps after which an episode is cut off; null (the default) for those of the original.</summary>
    [Option("The steps after which an episode is cut off, which the reward is measured by; when not given, those of the original.",
        Minimum = 1, Maximum = 1_000_000)]
    public int? MaxSteps { get; init; }
}

/// <summary>The options of <c>MiniGrid-v0</c>, whose agents may have different tasks.</summary>
public sealed record MiniGridMixOptions : MiniGridOptions
{
    /// <summary>The agents' tasks, assigned cyclically where they are fewer than the agents.</summary>
    [Option("The agents' tasks, ids without MiniGrid- and -v0, assigned cyclically where they are fewer than the agents.")]
    public AgentWords Tasks { get; init; } = ["Empty-8x8", "DoorKey-5x5", "LavaGapS5", "SimpleCrossingS9N1"];
}
