using FedPG.Core.Options;

namespace FedPG.Envs.GridWorlds;

/// <summary>What the heterogeneity of <c>FourRooms-v0</c> acts on where there is one goal.</summary>
public enum FourRoomsDifference
{
    /// <summary>How often steps fail.</summary>
    Failure,

    /// <summary>Where goals lie.</summary>
    Goals,
}

/// <summary>The options of <c>FourRooms-v0</c>. What is null counts as not given.</summary>
public sealed record FourRoomsOptions
{
    /// <summary>How often a step goes elsewhere than meant, in [0, 0.75]; 1/3 by default.</summary>
    [Option("How often a step goes elsewhere than meant; 0.75 is a random walk.", Minimum = 0,
        Maximum = FourRoomsSettings.MaxFailure)]
    public double FailProbability { get; init; } = 1.0 / 3;

    /// <summary>Where episodes start; (4, 1) by default.</summary>
    [Option("Where episodes start.")]
    public StartCell Start { get; init; } = (4, 1);

    /// <summary>The goal, or the goals of the agents, at most one an agent, cyclically; (8, 9) by default.</summary>
    [Option("The goal, or the goals of the agents, at most one an agent, cyclically.")]
    public GridCells Goal { get; init; } = (8, 9);

    /// <summary>gamma in [0, 1), 0.99 by default.</summary>
    [Option("gamma.", Minimum = 0, Maximum = 1, OpenMaximum = true)]
    public double Discount { get; init; } = 0.99;

    /// <summary>
    /// What heterogeneity acts on; null (the default) for <see cref="FourRoomsDifference.Failure"/>, or for a list of goals.
    /// </summary>
    [Option("What heterogeneity acts on where there is one goal: how often steps fail, or where goals lie.",
        Default = FourRoomsDifference.Failure)]
    public FourRoomsDifference? Differ { get; init; }

    /// <summary>lambda in [0, 1]; null (the default) for 1 where something says how agents differ, and else 0.</summary>
    [Option("lambda: how far the agents lie apart. When not given, 1 where goal is a list, or differ or agentSeed is, and else 0.",
        Minimum = 0, Maximum = 1, Default = 0)]
    public double? Heterogeneity { get; init; }

    /// <summary>What agents are drawn from; null (the default) for evenly spaced ones.</summary>
    [Option(AgentSpread.SeedMeaning, Minimum = 0)]
    public long? AgentSeed { get; init; }
}
