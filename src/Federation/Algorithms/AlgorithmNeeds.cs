using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Tabular;
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
    /// Whether <see cref="PolicyKinds"/> holds in tabular environments only: an episodic one then takes all kinds that policy gradients train there.
    /// </summary>
    public bool AnyPolicyWhereEpisodic { get; init; }

    /// <summary>The estimators it works with; null for any.</summary>
    public IReadOnlyCollection<string>? Estimators { get; init; }

    /// <summary>Whether the environment's states must be listed.</summary>
    public bool TabularStates { get; init; }

    /// <summary>Whether it takes several steps on one batch, which the estimator must offer (<see cref="EstimatorDefinition.OffersBatches"/>).</summary>
    public bool Batches { get; init; }

    /// <summary>Whether all agents must have the same transition kernel.</summary>
    public bool SharedKernel { get; init; }

    /// <summary>The kinds of policies it works with in an environment, the default first; null for all that policy gradients train.</summary>
    /// <param name="environment">The environment; null where it had faults itself.</param>
    public IReadOnlyCollection<string>? KindsIn(FederatedEnvironment? environment) =>
        AnyPolicyWhereEpisodic && environment is EpisodicEnvironment ? null : PolicyKinds;

    /// <summary>What of an experiment does not fit: the key, its value and what is allowed.</summary>
    /// <param name="algorithm">The algorithm's name, for messages.</param>
    /// <param name="environment">The environment.</param>
    /// <param name="policyKind">The kind of policy.</param>
    /// <param name="estimator">The estimator.</param>
    public IEnumerable<(string Key, string Value, string Allowed)> ErrorsOf(
        string algorithm, FederatedEnvironment environment, string policyKind, string estimator)
    {
        ArgumentNullException.ThrowIfNull(environment);
        const string key = "federation.algorithm";
        string name = Quoted([algorithm]);
        if (TabularStates && environment is not FiniteMdp)
            yield return (key, name, $"needs an environment whose states are listed, which {environment.Name} is not");
        else if (SharedKernel && environment is FiniteMdp { SharesKernel: false })
            yield return (key, name, $"needs one transition kernel for all agents; those of {environment.Name} have their own");
        if (KindsIn(environment) is { } kinds && !kinds.Contains(policyKind))
            yield return ("policy.kind", Quoted([policyKind]), $"does not serve federation.algorithm {name}; allowed there: {Quoted(kinds)}");
        if (Estimators is not null && !Estimators.Contains(estimator))
            yield return ("gradient.estimator", Quoted([estimator]), $"does not serve federation.algorithm {name}; allowed there: {Quoted(Estimators)}");
    }

    private static string Quoted(IEnumerable<string> words) => string.Join(" | ", words.Select(word => $"\"{word}\""));
}
