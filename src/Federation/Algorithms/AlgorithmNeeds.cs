using FedPG.Federation.Estimators;

namespace FedPG.Federation.Algorithms;

/// <summary>What an algorithm cannot do without.</summary>
public sealed record AlgorithmNeeds
{
    /// <summary>No needs.</summary>
    public static AlgorithmNeeds Nothing { get; } = new();

    /// <summary>The needs of an algorithm that learns values: one kind of them, by estimators of its own.</summary>
    /// <param name="kind">The kind of values, a value of <c>policy.kind</c>.</param>
    /// <param name="estimators">Its estimators.</param>
    internal static AlgorithmNeeds Values(string kind, IReadOnlyList<EstimatorDefinition> estimators) =>
        new() { PolicyKinds = [kind], Estimators = [.. estimators.Select(estimator => estimator.Name).Distinct()] };

    /// <summary>The kinds of policies it works with, the default first; null for all that policy gradients train.</summary>
    public IReadOnlyCollection<string>? PolicyKinds { get; init; }

    /// <summary>
    /// Whether <see cref="PolicyKinds"/> holds in tabular environments only: an episodic one then
    /// takes all kinds that policy gradients train there.
    /// </summary>
    public bool AnyPolicyWhereEpisodic { get; init; }

    /// <summary>The estimators it works with; null for any.</summary>
    public IReadOnlyCollection<string>? Estimators { get; init; }

    /// <summary>Whether the environment's states must be listed.</summary>
    public bool TabularStates { get; init; }

    /// <summary>
    /// Whether it takes several steps on one batch, which the estimator must offer (<see cref="EstimatorDefinition.OffersBatches"/>).
    /// </summary>
    public bool Batches { get; init; }

    /// <summary>Whether all agents must have the same transition kernel.</summary>
    public bool SharedKernel { get; init; }

    /// <summary>The needs of an algorithm that learns values.</summary>
    /// <param name="kind">The kind of values.</param>
    /// <param name="estimators">The estimators it works with.</param>
    public static AlgorithmNeeds OfValues(string kind, IReadOnlyList<EstimatorDefinition> estimators) =>
        new() { PolicyKinds = [kind], Estimators = [.. estimators.Select(estimator => estimator.Name).Distinct()] };
}
