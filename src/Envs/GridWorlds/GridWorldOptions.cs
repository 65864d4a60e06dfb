using FedPG.Core.Options;

namespace FedPG.Envs.GridWorlds;

/// <summary>The options of <c>GridWorld-v0</c>. What is null counts as not given.</summary>
public sealed record GridWorldOptions
{
    private const string MapMeaning = $"The map, in letters: {GridWorldSettings.Legend}. "
        + "Cells G go to the agents in reading order, cyclically; those that no agent gets are floor.";

    private const string GoalsMeaning =
        "The agents' goals, at most one an agent, assigned cyclically when a list is shorter than the agents are many. "
        + "boundary: agent i has boundary cell "
        + "number floor(i P / N) of the P, walking clockwise from the top-left corner; spread: each goal as many steps as possible from "
        + "the nearest one before; random: each agent's drawn uniformly, by agentSeed, from the free cells that can be reached. "
        + "Not together with goals in the map.";

    private const string OwnEndMeaning = "With continuing false: an agent's episode ends in its own goal cell only, "
        + "so the agents' kernels differ as far as heterogeneity says.";

    private const string DegreeMeaning = "lambda: rewards become rbar + lambda (r_i - rbar), with rbar their mean over agents; "
        + "slips, winds and ends in one's own goal likewise.";

    /// <summary>The map; null (the default) for an empty one.</summary>
    [Option(MapMeaning)]
    public GridRows? Map { get; init; }

    /// <summary>The columns of an empty map, 1 to 1,000; null (the default) for 10.</summary>
    [Option("The columns of an empty map.", Minimum = 1, Maximum = GridMap.MaximumSide, Default = 10)]
    public int? Width { get; init; }

    /// <summary>The rows of an empty map, 1 to 1,000; null (the default) for 10.</summary>
    [Option("The rows of an empty map.", Minimum = 1, Maximum = GridMap.MaximumSide, Default = 10)]
    public int? Height { get; init; }

    /// <summary>The probability that the action is replaced by one of the four, drawn uniformly; in [0, 1], 0.1 by default.</summary>
    [Option("The probability that the action is replaced by one of the four, drawn uniformly.", Minimum = 0, Maximum = 1)]
    public PerAgentNumbers Slip { get; init; } = 0.1;

    /// <summary>The agents' goals; null (the default) for <see cref="GridGoals.Boundary"/>, or for those of the map.</summary>
    [Option(GoalsMeaning, Default = GridGoals.BoundaryWord)]
    public GridGoals? Goals { get; init; }

    /// <summary>Whether nothing ends; true by default.</summary>
    [Option("true: nothing ends. false: an action taken in any agent's goal cell ends the episode for all.")]
    public bool Continuing { get; init; } = true;

    /// <summary>Where episodes end: whether an agent's own goal alone ends its episodes. False by default.</summary>
    [Option(OwnEndMeaning)]
    public bool TerminateOwnGoalOnly { get; init; }

    /// <summary>gamma in [0, 1), 0.95 by default.</summary>
    [Option("gamma.", Minimum = 0, Maximum = 1, OpenMaximum = true)]
    public double Discount { get; init; } = 0.95;

    /// <summary>lambda in [0, 1]; null (the default) for 1.</summary>
    [Option(DegreeMeaning,
        Minimum = 0, Maximum = 1, Default = 1)]
    public double? Heterogeneity { get; init; }

    /// <summary>The probability that a gust takes the agent one cell down instead; in [0, 1], 0 by default.</summary>
    [Option("The probability that a gust takes the agent one cell down in the place of its move.", Minimum = 0, Maximum = 1)]
    public PerAgentNumbers Wind { get; init; } = 0;

    /// <summary>The seed of goals, slips and winds that are drawn; null (the default) for 0.</summary>
    [Option("The seed of goals, slips and winds that are drawn; agent i's do not depend on how many agents there are.",
        Minimum = 0, Default = 0)]
    public long? AgentSeed { get; init; }
}
