using FedPG.Federation.Agents;

namespace FedPG.Cluster.Server;

/// <summary>What becomes of a round when a site is missing.</summary>
internal enum MissingSite
{
    /// <summary>It waits for the site.</summary>
    Wait,

    /// <summary>It goes on without the site's agents: means are over those that are there.</summary>
    Skip,

    /// <summary>The run ends.</summary>
    Fail,
}

/// <summary>Which agents are at which site.</summary>
/// <param name="OfAgent">The site of each agent, [N].</param>
/// <param name="Missing">What becomes of a round when one is missing.</param>
internal sealed record Sites(IReadOnlyList<string> OfAgent, MissingSite Missing)
{
    /// <summary>The sites, in the order of their first agents.</summary>
    public IReadOnlyList<string> Names => [.. OfAgent.Distinct()];
}

/// <summary>A site is missing, and the round is not to wait for it.</summary>
/// <param name="site">The site.</param>
internal sealed class SiteMissingException(string site) : Exception($"site {site} is missing")
{
    /// <summary>The same for the user.</summary>
    public AgentFailureException ToFailure() => new($"{Message}, and --missing-site is fail");
}
