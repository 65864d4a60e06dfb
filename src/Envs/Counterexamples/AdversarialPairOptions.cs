using FedPG.Core.Options;

namespace FedPG.Envs.Counterexamples;

/// <summary>Where the episodes of <c>AdversarialPair-v0</c> start.</summary>
public enum AdversarialPairStart
{
    /// <summary>By the probabilities of the authors' episodes.</summary>
    Weighted,

    /// <summary>In all states alike, as in the objective that the authors report.</summary>
    Uniform,
}

/// <summary>The options of <c>AdversarialPair-v0</c>. What is null counts as not given.</summary>
public sealed record AdversarialPairOptions
{
    internal const string SeedMeaning =
        "Draws each agent's place between the two kinds uniformly from this seed, and rewards that are drawn; "
        + "without it the kinds alternate (and rewards are drawn from 0).";

    /// <summary>Where episodes start; as the authors' episodes by default.</summary>
    [Option("Where episodes start.")]
    public AdversarialPairStart Start { get; init; }

    /// <summary>gamma in [0, 1), 0.99 by default.</summary>
    [Option("gamma; 0.99 as in the authors' program.", Minimum = 0, Maximum = 1, OpenMaximum = true)]
    public double Discount { get; init; } = 0.99;

    /// <summary>lambda in [0, 1], 1 by default.</summary>
    [Option("lambda: how far the agents' kernels lie apart.", Minimum = 0, Maximum = 1)]
    public double Heterogeneity { get; init; } = 1;

    /// <summary>What state 1 pays, in [0, 1]; 1 by default.</summary>
    [Option("What state 1 pays.", Minimum = 0, Maximum = 1)]
    public PerAgentNumbers UpperReward { get; init; } = 1;

    /// <summary>What state 2 pays, in [0, 1]; 1 by default.</summary>
    [Option("What state 2 pays.", Minimum = 0, Maximum = 1)]
    public PerAgentNumbers LowerReward { get; init; } = 1;

    /// <summary>What agents are drawn from; null (the default) for kinds that alternate.</summary>
    [Option(SeedMeaning, Minimum = 0)]
    public long? AgentSeed { get; init; }
}
