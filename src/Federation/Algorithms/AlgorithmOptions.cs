using FedPG.Core.Options;
using FedPG.Core.Streams;

namespace FedPG.Federation.Algorithms;

/// <summary>The options of an algorithm: the <c>federation</c> section of an experiment.</summary>
public abstract record AlgorithmOptions
{
    /// <summary>The value of <c>federation.algorithm</c>.</summary>
    public abstract string Algorithm { get; }

    /// <summary>T, communication rounds, 0 to 10^8; 100 by default.</summary>
    [Option("T, communication rounds", Minimum = 0, Maximum = 100_000_000)]
    public int Rounds { get; init; } = 100;

    /// <summary>H, local steps a round, 1 or more; 10 by default.</summary>
    [Option("H, local steps a round", Minimum = 1, Maximum = StreamKey.MaximumLocalStep)]
    public int LocalSteps { get; init; } = 10;

    /// <summary>alpha_g in (0, 1]; 1 by default.</summary>
    [Option("alpha_g", Minimum = 0, Maximum = 1, OpenMinimum = true)]
    public double GlobalStepSize { get; init; } = 1;
}
