using FedPG.Core.Options;
using FedPG.Federation.Estimators;

namespace FedPG.Federation.Algorithms;

/// <summary>What is known of an algorithm before it runs. A plug-in's algorithm that claims nothing here still runs wherever its needs are met.</summary>
[Flags]
public enum AlgorithmTraits
{
    /// <summary>Nothing is claimed.</summary>
    None = 0,

    /// <summary>It works in rounds in which only some agents take part: it sends and asks by round, and leaves the state of the others alone.</summary>
    PartialParticipation = 1,

    /// <summary>It works when agents take different numbers of local steps.</summary>
    OwnLocalSteps = 2,

    /// <summary>With identical agents, exact gradients, H = 1 and default options of its own it computes what <c>centralized</c> does.</summary>
    EqualsCentralized = 4,

    /// <summary>Agents follow the estimator's gradients and a server averages, so that its round trips, bytes and trajectories compare with Fast-FedPG's.</summary>
    ServerPolicyGradient = 8,
}

/// <summary>What an algorithm cannot do without.</summary>
public sealed record AlgorithmNeeds
{
    /// <summary>No needs.</summary>
    public static AlgorithmNeeds Nothing { get; } = new();

    /// <summary>The needs of an algorithm that learns values.</summary>
    /// <param name="kind">The kind of values.</param>
    /// <param name="estimators">The estimators it works with.</param>
    public static AlgorithmNeeds OfValues(string kind, IReadOnlyList<EstimatorDefinition> estimators) =>
        new() { PolicyKinds = [kind], Estimators = [.. estimators.Select(estimator => estimator.Name).Distinct()] };

    /// <summary>The kinds of policies it works with, the default first; null for all that policy gradients train.</summary>
    public IReadOnlyCollection<string>? PolicyKinds { get; init; }

    /// <summary>Whether <see cref="PolicyKinds"/> holds where states are listed only: an environment that is stepped then takes all kinds that policy gradients train there.</summary>
    public bool AnyPolicyWhereEpisodic { get; init; }

    /// <summary>The estimators it works with; null for any.</summary>
    public IReadOnlyCollection<string>? Estimators { get; init; }

    /// <summary>Whether the environment's states must be listed.</summary>
    public bool TabularStates { get; init; }

    /// <summary>Whether it takes several steps on one batch, which the estimator must offer (<see cref="EstimatorDefinition.OffersBatches"/>).</summary>
    public bool Batches { get; init; }

    /// <summary>Whether all agents must have the same transition kernel.</summary>
    public bool SharedKernel { get; init; }
}

/// <summary>One algorithm: its name and how its own options, beside the common ones, are read.</summary>
/// <param name="Name">The value of <c>federation.algorithm</c>.</param>
/// <param name="Summary">One line for lists.</param>
/// <param name="Configure">
/// Reads the options of the federation section and returns what makes the algorithm. It is also called with an empty section and default options, to learn
/// its keys, which every experiment then knows: one file runs with any algorithm.
/// </param>
public sealed record AlgorithmDefinition(string Name, string Summary, Func<OptionReader, FederationOptions, Func<Algorithm>> Configure)
{
    /// <summary>What is known of it.</summary>
    public AlgorithmTraits Traits { get; init; }

    /// <summary>What it cannot do without.</summary>
    public AlgorithmNeeds Needs { get; init; } = AlgorithmNeeds.Nothing;

    /// <summary>Its own oracles in the place of the estimators of gradients, the default first; null where it descends along gradients.</summary>
    public IReadOnlyList<EstimatorDefinition>? OwnEstimators { get; init; }

    /// <summary>The one <c>gradient.direction</c> that it is defined by for a kind of policy; null where the file decides.</summary>
    public Func<string, string?>? DirectionOf { get; init; }

    /// <summary>Whether all of some traits are claimed.</summary>
    public bool Has(AlgorithmTraits traits) => (Traits & traits) == traits;
}
