using FedPG.Core.Options;

namespace FedPG.Envs.ToyText;

/// <summary>What the heterogeneity of a cliff walk acts on.</summary>
public enum CliffWalkingDifference
{
    /// <summary>How often agents slip.</summary>
    Slip,

    /// <summary>What the cliff costs them.</summary>
    Penalty,
}

/// <summary>The options of <c>CliffWalking-v1</c>. What is null counts as not given.</summary>
public record CliffWalkingOptions
{
    /// <summary>Whether steps slip; false by default.</summary>
    [Option("Whether steps slip.")]
    public bool Slippery { get; init; }

    /// <summary>gamma in [0, 1), 0.99 by default.</summary>
    [Option("gamma.", Minimum = 0, Maximum = 1, OpenMaximum = true)]
    public double Discount { get; init; } = 0.99;

    /// <summary>What heterogeneity acts on; null (the default) for <see cref="CliffWalkingDifference.Slip"/>.</summary>
    [Option("What heterogeneity acts on: how often agents slip, or what the cliff costs them.", Default = CliffWalkingDifference.Slip)]
    public CliffWalkingDifference? Differ { get; init; }

    /// <summary>lambda in [0, 1]; null (the default) for 1 where something says how agents differ, and else 0.</summary>
    [Option("lambda: how far the agents lie apart. When not given, 1 where differ or agentSeed is, and else 0.",
        Minimum = 0, Maximum = 1, Default = 0)]
    public double? Heterogeneity { get; init; }

    /// <summary>What agents are drawn from; null (the default) for evenly spaced ones.</summary>
    [Option(AgentSpread.SeedMeaning, Minimum = 0)]
    public long? AgentSeed { get; init; }
}

/// <summary>The options of <c>CliffWalkingSlippery-v1</c>, where steps slip by default.</summary>
public sealed record CliffWalkingSlipperyOptions : CliffWalkingOptions
{
    /// <summary>Creates the defaults.</summary>
    public CliffWalkingSlipperyOptions() => Slippery = true;
}
