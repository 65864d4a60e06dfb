namespace FedPG.Federation.Algorithms;

/// <summary>
/// What is known of an algorithm before it runs. A plug-in's algorithm that claims nothing here still runs wherever its needs are met.
/// </summary>
[Flags]
public enum AlgorithmTraits
{
    /// <summary>Nothing is claimed.</summary>
    None = 0,

    /// <summary>
    /// It works in rounds in which only some agents take part: it sends and asks by round, and leaves the state of the others alone.
    /// </summary>
    PartialParticipation = 1,

    /// <summary>It works when agents take different numbers of local steps.</summary>
    OwnLocalSteps = 2,

    /// <summary>
    /// With identical agents, exact gradients, H = 1 and default options of its own it computes what <c>centralized</c> does.
    /// </summary>
    EqualsCentralized = 4,

    /// <summary>
    /// Agents follow the estimator's gradients and a server averages, so that its round trips,
    /// bytes and trajectories compare with Fast-FedPG's.
    /// </summary>
    ServerPolicyGradient = 8,
}
