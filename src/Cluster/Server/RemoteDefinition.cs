using System.Text.Json.Nodes;
using FedPG.Cluster.Wire;
using FedPG.Envs;

namespace FedPG.Cluster.Server;

/// <summary>
/// The definition of an environment that is at a site and nowhere else: experiments that name it can be read, and nobody can step it here.
/// </summary>
internal static class RemoteDefinition
{
    private const string AtSite = "known to the site alone";

    /// <summary>The definition. Options were checked and resolved by the site.</summary>
    public static EnvironmentDefinition Of(string id, SiteCard card)
    {
        var options = (JsonObject)JsonNode.Parse(card.Options)!;
        return new EnvironmentDefinition
        {
            Id = id,
            Summary = "an environment of a site",
            Description = AtSite,
            ActionSpace = card.Actions.ToSpace().ToString()!,
            ObservationSpace = card.Observations.ToSpace().ToString()!,
            StartingState = AtSite,
            Rewards = AtSite,
            EpisodeEnd = AtSite,
            Heterogeneity = AtSite,
            VersionHistory = AtSite,
            Source = AtSite,
            StepLimit = card.StepLimit,
            MaximumAgents = card.Agents.Length,
            Configure = (reader, _) =>
            {
                reader.Accept(options.Select(o => o.Key));
                foreach ((string key, JsonNode? value) in options) reader.Resolved[key] = value?.DeepClone();
                return card.ToEnvironment;
            },
        };
    }
}
