using FedPG.Core.Options;

namespace FedPG.Envs.Exploration;

/// <summary>What the heterogeneity of <c>DeepSea-v0</c> acts on.</summary>
public enum DeepSeaDifference
{
    /// <summary>What actions mean.</summary>
    Meanings,

    /// <summary>What steps to the right cost.</summary>
    Costs,
}

/// <summary>The options of <c>DeepSea-v0</c>. What is null counts as not given.</summary>
public sealed record DeepSeaOptions
{
    private const string DegreeMeaning =
        "lambda: how likely an agent's meaning of a cell's actions is its own, or how far the agents' costs lie apart. "
        + "When not given, 1 where differ or agentSeed is, and else 0.";

    private const string SeedMeaning =
        "Draws each agent's place on the scale of costs uniformly, or its meanings, from this seed; "
        + "without it costs are evenly spaced, and meanings drawn from mappingSeed.";

    /// <summary>Rows, columns and steps, 1 to 1,000; 10 by default.</summary>
    [Option("N: rows, columns and steps.", Minimum = 1, Maximum = 1_000)]
    public int Size { get; init; } = 10;

    /// <summary>Whether steps to the right can fail; false by default.</summary>
    [Option("Whether steps to the right fail with probability 1/N.")]
    public bool Stochastic { get; init; }

    /// <summary>Whether what actions mean is drawn for each cell; true by default.</summary>
    [Option("Whether the meaning of the actions is drawn for each cell.")]
    public bool RandomActions { get; init; } = true;

    /// <summary>The seed of the meanings; null (the default) for 0.</summary>
    [Option("The seed of the meanings.", Minimum = 0, Default = 0)]
    public long? MappingSeed { get; init; }

    /// <summary>N times the cost of a step to the right, at least 0; 0.01 by default.</summary>
    [Option("N times the cost of a step to the right.", Minimum = 0)]
    public double MoveCost { get; init; } = 0.01;

    /// <summary>gamma in [0, 1), 0.99 by default.</summary>
    [Option("gamma.", Minimum = 0, Maximum = 1, OpenMaximum = true)]
    public double Discount { get; init; } = 0.99;

    /// <summary>lambda in [0, 1]; null (the default) for 1 where something says how agents differ, and else 0.</summary>
    [Option(DegreeMeaning, Minimum = 0, Maximum = 1, Default = 0)]
    public double? Heterogeneity { get; init; }

    /// <summary>What heterogeneity acts on; null (the default) for <see cref="DeepSeaDifference.Meanings"/>.</summary>
    [Option("What heterogeneity acts on: what actions mean, or what steps to the right cost.", Default = DeepSeaDifference.Meanings)]
    public DeepSeaDifference? Differ { get; init; }

    /// <summary>
    /// What agents are drawn from; null (the default) for evenly spaced costs, and meanings by <see cref="MappingSeed"/>.
    /// </summary>
    [Option(SeedMeaning, Minimum = 0)]
    public long? AgentSeed { get; init; }
}
