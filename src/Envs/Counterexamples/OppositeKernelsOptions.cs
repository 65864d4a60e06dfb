using FedPG.Core.Options;

namespace FedPG.Envs.Counterexamples;

/// <summary>The options of <c>OppositeKernels-v0</c>. What is null counts as not given.</summary>
public sealed record OppositeKernelsOptions
{
    /// <summary>gamma in [0, 1), 0.9 by default.</summary>
    [Option("gamma.", Minimum = 0, Maximum = 1, OpenMaximum = true)]
    public double Discount { get; init; } = 0.9;

    /// <summary>How likely action 1 takes an odd agent to the goal, in (0, 1]; 0.4 by default.</summary>
    [Option("How likely action 1 takes an odd agent to the goal; 1 makes the pair symmetric.",
        Minimum = 0, Maximum = 1, OpenMinimum = true)]
    public double Q { get; init; } = 0.4;

    /// <summary>lambda in [0, 1], 1 by default.</summary>
    [Option("lambda: how far the agents' kernels lie apart.", Minimum = 0, Maximum = 1)]
    public double Heterogeneity { get; init; } = 1;

    /// <summary>What the goal pays, in [0, 1]; 1 by default.</summary>
    [Option("What the goal pays.", Minimum = 0, Maximum = 1)]
    public PerAgentNumbers GoalReward { get; init; } = 1;

    /// <summary>What agents are drawn from; null (the default) for kinds that alternate.</summary>
    [Option(AdversarialPairOptions.SeedMeaning, Minimum = 0)]
    public long? AgentSeed { get; init; }
}
