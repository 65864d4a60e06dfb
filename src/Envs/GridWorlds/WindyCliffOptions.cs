using FedPG.Core.Options;

namespace FedPG.Envs.GridWorlds;

/// <summary>The options of <c>WindyCliff-v0</c>. What is null counts as not given.</summary>
public sealed record WindyCliffOptions
{
    private const string WindMeaning = "The agents' winds w: uniform: drawn on (0, 1) from agentSeed; even: evenly spaced from 0 to 1; "
        + "a number: the same for all; a list: one an agent at most, cyclically.";

    private const string FirstMeaning = "The number of the first agent among those that can be drawn: "
        + "agents that are to be held out begin behind those that are trained.";

    /// <summary>The columns, 3 to 100; 4 by default.</summary>
    [Option("The columns; the cliff has two fewer.", Minimum = 3, Maximum = 100)]
    public int Width { get; init; } = 4;

    /// <summary>The rows, 2 to 100; 4 by default.</summary>
    [Option("The rows, the one with the cliff included.", Minimum = 2, Maximum = 100)]
    public int Height { get; init; } = 4;

    /// <summary>The agents' winds, each in [0, 1]; <see cref="AgentWinds.Uniform"/> by default.</summary>
    [Option(WindMeaning, Minimum = 0, Maximum = 1)]
    public AgentWinds Wind { get; init; } = AgentWinds.Uniform;

    /// <summary>The seed of what is drawn; null (the default) for 0.</summary>
    [Option("The seed of winds and rewards that are drawn.", Minimum = 0, Default = 0)]
    public long? AgentSeed { get; init; }

    /// <summary>The number of the first agent among those that can be drawn, 0 to 1,000,000,000; null (the default) for 0.</summary>
    [Option(FirstMeaning,
        Minimum = 0, Maximum = 1_000_000_000, Default = 0)]
    public int? FirstAgent { get; init; }

    /// <summary>Whether rewards are mapped from [-100, 100] to [0, 1]; false by default.</summary>
    [Option("Whether rewards are mapped from [-100, 100] to [0, 1].")]
    public bool Scaled { get; init; }

    /// <summary>gamma in [0, 1), 0.95 by default.</summary>
    [Option("gamma; 0.95 as in the paper.", Minimum = 0, Maximum = 1, OpenMaximum = true)]
    public double Discount { get; init; } = 0.95;

    /// <summary>lambda in [0, 1], 1 by default.</summary>
    [Option("lambda: how far the agents' winds lie from 1/2, and their rewards from their centre.", Minimum = 0, Maximum = 1)]
    public double Heterogeneity { get; init; } = 1;

    /// <summary>What the goal pays, in [-100, 100]; 100 by default.</summary>
    [Option("What the goal pays.", Minimum = -100, Maximum = 100)]
    public PerAgentNumbers GoalReward { get; init; } = 100;

    /// <summary>What the cliff pays, in [-100, 100]; -100 by default.</summary>
    [Option("What the cliff pays.", Minimum = -100, Maximum = 100)]
    public PerAgentNumbers CliffReward { get; init; } = -100;
}
