using FedPG.Core.Options;

namespace FedPG.Envs.Random;

/// <summary>The instances of <c>QuasiRandomMdp-v0</c>.</summary>
public enum QuasiRandomInstance
{
    /// <summary>Every agent's regrets are its own.</summary>
    [Word("W")]
    W,

    /// <summary>Even and odd agents differ mildly.</summary>
    [Word("M")]
    M,

    /// <summary>Even and odd agents differ strongly.</summary>
    [Word("X")]
    X,

    /// <summary>Even and odd agents differ strongly, and have kernels of their own.</summary>
    [Word("D")]
    D,
}

/// <summary>The options of <c>QuasiRandomMdp-v0</c>. What is null counts as not given.</summary>
public sealed record QuasiRandomMdpOptions
{
    private const string KernelMeaning =
        "kappa: how far the agents' kernels lie apart; 1 for D and 0 for the others when not given.";

    private const string SeedMeaning = "Draws the agents uniformly from this seed, whatever their number; "
        + "without it even and odd agents alternate, and those of W follow each other.";

    /// <summary>Which one; W by default.</summary>
    [Option("Which one.")]
    public QuasiRandomInstance Instance { get; init; }

    /// <summary>gamma in [0, 1); null (the default) for 0.9 of W and 0.8 of the others.</summary>
    [Option("gamma; 0.9 for W and 0.8 for the others when not given.", Minimum = 0, Maximum = 1, OpenMaximum = true, Default = 0.9)]
    public double? Discount { get; init; }

    /// <summary>lambda in [0, 1], 1 by default.</summary>
    [Option("lambda: how far the agents' rewards lie apart.", Minimum = 0, Maximum = 1)]
    public double Heterogeneity { get; init; } = 1;

    /// <summary>kappa in [0, 1]; null (the default) for 1 of D and 0 of the others.</summary>
    [Option(KernelMeaning, Minimum = 0, Maximum = 1, Default = 0)]
    public double? KernelHeterogeneity { get; init; }

    /// <summary>What agents are drawn from; null (the default) for agents that follow each other.</summary>
    [Option(SeedMeaning, Minimum = 0)]
    public long? AgentSeed { get; init; }
}
