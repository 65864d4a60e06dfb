using FedPG.Envs;
using FedPG.Policies;

namespace FedPG.Federation.Estimators;

/// <summary>What the options of an estimator are read for.</summary>
/// <param name="Objective">How rewards become costs.</param>
/// <param name="Environment">The environment; null when it had errors itself, so that only the options can be checked.</param>
/// <param name="Policy">An instance of the policy; null for the same reason.</param>
public sealed record EstimatorContext(Objective Objective, FederatedEnvironment? Environment, Policy? Policy)
{
    /// <summary>What agents descend along.</summary>
    public GradientDirection Direction { get; init; }

    /// <summary>The algorithm that is defined by its direction and knows no other; null where the file decides.</summary>
    public string? DirectionOf { get; init; }

    /// <summary>Whether the natural direction is asked for, in the place of the gradient.</summary>
    internal bool Natural => Direction == GradientDirection.Natural;

    /// <summary>What a message about a natural direction that cannot be had says of the way out.</summary>
    internal string PlainInstead => DirectionOf is null
        ? "allowed there: \"plain\""
        : $"federation.algorithm \"{DirectionOf}\", which knows no other, cannot be had there";
}
