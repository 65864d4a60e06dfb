using FedPG.Core.Options;

namespace FedPG.Envs.Random;

/// <summary>What the heterogeneity of <c>Garnet-v0</c> acts on.</summary>
public enum GarnetDifference
{
    /// <summary>Rewards.</summary>
    Rewards,

    /// <summary>Transitions.</summary>
    Kernels,

    /// <summary>Rewards and transitions.</summary>
    Both,
}

/// <summary>The options of <c>Garnet-v0</c>. What is null counts as not given.</summary>
public sealed record GarnetOptions
{
    /// <summary>S, 1 to 100,000; 50 by default.</summary>
    [Option("The number of states S.", Minimum = 1, Maximum = 100_000)]
    public int States { get; init; } = 50;

    /// <summary>A, 1 to 10,000; 4 by default.</summary>
    [Option("The number of actions A.", Minimum = 1, Maximum = 10_000)]
    public int Actions { get; init; } = 4;

    /// <summary>How many distinct successors a state and action has, 1 to 100,000; 5 by default.</summary>
    [Option("How many distinct successors a state and action has.", Minimum = 1, Maximum = 100_000)]
    public int Branching { get; init; } = 5;

    /// <summary>The share of pairs (s, a) that pay, in [0, 1]; 0.1 by default.</summary>
    [Option("The share of pairs (s, a) that pay.", Minimum = 0, Maximum = 1)]
    public double Density { get; init; } = 0.1;

    /// <summary>The seed of the draw, 0 by default.</summary>
    [Option("The seed of the draw.", Minimum = 0)]
    public long Seed { get; init; }

    /// <summary>gamma in [0, 1), 0.99 by default.</summary>
    [Option("gamma.", Minimum = 0, Maximum = 1, OpenMaximum = true)]
    public double Discount { get; init; } = 0.99;

    /// <summary>What heterogeneity acts on; null (the default) for <see cref="GarnetDifference.Rewards"/>.</summary>
    [Option("What heterogeneity acts on.", Default = GarnetDifference.Rewards)]
    public GarnetDifference? Differ { get; init; }

    /// <summary>lambda in [0, 1]; null (the default) for 1 where something says how agents differ, and else 0.</summary>
    [Option("lambda: how far the agents lie apart. When not given, 1 where differ or firstAgent is, and else 0.",
        Minimum = 0, Maximum = 1, Default = 0)]
    public double? Heterogeneity { get; init; }

    /// <summary>The number of the first agent, 0 to 1,000,000,000; null (the default) for 0.</summary>
    [Option("The number of the first agent.", Minimum = 0, Maximum = 1_000_000_000, Default = 0)]
    public int? FirstAgent { get; init; }
}
