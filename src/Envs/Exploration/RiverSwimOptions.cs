using FedPG.Core.Options;

namespace FedPG.Envs.Exploration;

/// <summary>Whose numbers <c>RiverSwim-v0</c> has.</summary>
public enum RiverSwimVariant
{
    /// <summary>Those of Strehl and Littman (2008).</summary>
    StrehlLittman,

    /// <summary>Those of Osband, Russo and Van Roy (2013).</summary>
    Osband,
}

/// <summary>What the heterogeneity of <c>RiverSwim-v0</c> acts on.</summary>
public enum RiverSwimDifference
{
    /// <summary>How strong the current is.</summary>
    Current,

    /// <summary>Which end pays.</summary>
    Rewards,
}

/// <summary>The options of <c>RiverSwim-v0</c>. What is null counts as not given.</summary>
public sealed record RiverSwimOptions
{
    /// <summary>The length of the river, 2 to 10,000; 6 by default.</summary>
    [Option("The length of the river.", Minimum = 2, Maximum = 10_000)]
    public int States { get; init; } = 6;

    /// <summary>Whose numbers; those of Strehl and Littman by default.</summary>
    [Option("Whose numbers.")]
    public RiverSwimVariant Variant { get; init; }

    /// <summary>Whether rewards are divided by the largest; false by default.</summary>
    [Option("Whether rewards are divided by the largest.")]
    public bool Normalised { get; init; }

    /// <summary>gamma in [0, 1), 0.99 by default.</summary>
    [Option("gamma.", Minimum = 0, Maximum = 1, OpenMaximum = true)]
    public double Discount { get; init; } = 0.99;

    /// <summary>What heterogeneity acts on; null (the default) for <see cref="RiverSwimDifference.Current"/>.</summary>
    [Option("What heterogeneity acts on: how strong the current is, or which end pays.", Default = RiverSwimDifference.Current)]
    public RiverSwimDifference? Differ { get; init; }

    /// <summary>lambda in [0, 1]; null (the default) for 1 where something says how agents differ, and else 0.</summary>
    [Option("lambda: how far the agents lie apart. When not given, 1 where differ or agentSeed is, and else 0.",
        Minimum = 0, Maximum = 1, Default = 0)]
    public double? Heterogeneity { get; init; }

    /// <summary>What agents are drawn from; null (the default) for evenly spaced ones.</summary>
    [Option(AgentSpread.SeedMeaning, Minimum = 0)]
    public long? AgentSeed { get; init; }
}
