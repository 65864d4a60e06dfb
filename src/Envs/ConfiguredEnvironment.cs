using System.Text.Json.Nodes;

namespace FedPG.Envs;

/// <summary>An environment whose options were read without an error.</summary>
/// <param name="Definition">What kind it is.</param>
/// <param name="Agents">The number of agents N.</param>
/// <param name="ResolvedOptions">All options with their defaults written out; null where another option makes one meaningless.</param>
/// <param name="Build">Makes the environment, which remembers its origin; equal options give equal numbers.</param>
public sealed record ConfiguredEnvironment(
    EnvironmentDefinition Definition, int Agents, JsonObject ResolvedOptions, Func<FederatedEnvironment> Build);

/// <summary>The registered environment and the options that an environment was made with.</summary>
/// <param name="Id">The registered environment.</param>
/// <param name="Agents">N.</param>
/// <param name="Options">All options, defaults written out.</param>
internal sealed record EnvironmentOrigin(string Id, int Agents, JsonObject Options);

/// <summary>Where the parts of an environment stand in the user's input, so that errors point at them.</summary>
/// <param name="Id">The key path of the id.</param>
/// <param name="Agents">The key path of the number of agents.</param>
/// <param name="Options">The key path of the options object; empty when the options are the root.</param>
public readonly record struct EnvironmentKeys(string Id, string Agents, string Options)
{
    /// <summary>An experiment file: <c>environment.id</c>, <c>environment.agents</c>, <c>environment.options</c>.</summary>
    public static EnvironmentKeys Experiment => new("environment.id", "environment.agents", "environment.options");

    /// <summary>The command line, where <c>--set</c> names an option without any prefix.</summary>
    public static EnvironmentKeys CommandLine => new("ID", "agents", "");
}
