using FedPG.Core.Options;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Estimators;
using FedPG.Policies;

namespace FedPG.Tests.Experiments.Training;

/// <summary>Options of a policy of some kind, without options of its own.</summary>
internal sealed record AnyPolicy(string Name) : PolicyOptions
{
    public override string Kind => Name;
}

internal sealed record AnyGradient : GradientOptions
{
    public override string Estimator => "gpomdp";

    [Option("steps a trajectory")]
    public int Horizon { get; init; } = 5;

    [Option("trajectories a batch")]
    public int Trajectories { get; init; } = 3;

    [Option("what returns are compared with")]
    public string Baseline { get; init; } = "leave-one-out";
}

internal sealed record AnyAlgorithm : AlgorithmOptions
{
    public AnyAlgorithm() => LocalStepSize = 0.5;

    public override string Algorithm => "fast-fedpg";
}

internal sealed record ExactGradient : GradientOptions
{
    public override string Estimator => "exact";
}
