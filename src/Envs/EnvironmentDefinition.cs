using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs.BuiltIn;

namespace FedPG.Envs;

/// <summary>
/// What there is to know about one kind of environment: its documentation under fixed headings, and how to make an instance of it.
/// A plug-in adds its own by handing a definition to <see cref="EnvironmentRegistry.Register(EnvironmentDefinition)"/>. Immutable.
/// </summary>
public sealed record EnvironmentDefinition
{
    /// <summary>The most agents any environment takes.</summary>
    public const int AgentLimit = 100_000;

    /// <summary>The name in experiment files and on the command line, with its version: <c>GridWorld-v0</c>.</summary>
    public required string Id { get; init; }

    /// <summary>One line for lists.</summary>
    public required string Summary { get; init; }

    /// <summary>Heading "Description": what happens in the environment.</summary>
    public required string Description { get; init; }

    /// <summary>Heading "Action space": each action's number and meaning.</summary>
    public required string ActionSpace { get; init; }

    /// <summary>Heading "Observation space": the states and how they are numbered.</summary>
    public required string ObservationSpace { get; init; }

    /// <summary>Heading "Starting state": the start distribution.</summary>
    public required string StartingState { get; init; }

    /// <summary>Heading "Rewards": what is paid, where and when.</summary>
    public required string Rewards { get; init; }

    /// <summary>Heading "Episode end": which states are terminal.</summary>
    public required string EpisodeEnd { get; init; }

    /// <summary>Heading "Heterogeneity": how the agents differ, and what the option <c>heterogeneity</c> does.</summary>
    public required string Heterogeneity { get; init; }

    /// <summary>Heading "Version history".</summary>
    public required string VersionHistory { get; init; }

    /// <summary>Heading "Source": where the rules come from.</summary>
    public required string Source { get; init; }

    /// <summary>The most agents this environment takes, 1 to <see cref="AgentLimit"/> (the default).</summary>
    public int MaximumAgents { get; init; } = AgentLimit;

    /// <summary>
    /// The steps after which an episode is truncated, 1 or more; null (the default) for no limit. Where states can be listed it holds for stepping only:
    /// there an expectation runs over the gradient's horizon, or over all time.
    /// </summary>
    public int? StepLimit { get; init; }

    /// <summary>By which options the agents differ; null (the default) where nothing is said of it.</summary>
    public AgentDifferences? Differences { get; init; }

    /// <summary>
    /// Reads and checks every option for a number of agents, and returns what builds the instance. Faults are noted through the reader
    /// (<see cref="OptionReader.Reject"/>, <see cref="OptionReader.Errors"/>); the builder is called only when there were none. It must
    /// not call <see cref="OptionReader.Finish"/>, must read the same keys whatever their values, and what it leaves in
    /// <see cref="OptionReader.Resolved"/> must read back to the same instance.
    /// </summary>
    public required Func<OptionReader, int, Func<FederatedEnvironment>> Configure { get; init; }

    /// <summary>Heading "Arguments": the options in the order they are read, with defaults, what is allowed and what they mean.</summary>
    public IReadOnlyList<OptionInfo> Arguments()
    {
        var reader = OptionReader.Empty();
        _ = Configure(reader, 1);
        return reader.Described;
    }

    /// <summary>The documentation in its fixed order, without the arguments, which belong before "Heterogeneity".</summary>
    public IReadOnlyList<(string Heading, string Text)> Headings() =>
    [
        ("Description", Description),
        ("Action space", ActionSpace),
        ("Observation space", ObservationSpace),
        ("Starting state", StartingState),
        ("Rewards", Rewards),
        ("Episode end", EpisodeEnd),
        ("Heterogeneity", Heterogeneity),
        ("Version history", VersionHistory),
        ("Source", Source),
    ];
}

/// <summary>An environment whose options were read without a fault.</summary>
/// <param name="Definition">What kind it is.</param>
/// <param name="Agents">The number of agents N.</param>
/// <param name="ResolvedOptions">All options with their defaults written out; null where another option makes one meaningless.</param>
/// <param name="Build">Makes the instance; equal options give equal numbers.</param>
public sealed record ConfiguredEnvironment(EnvironmentDefinition Definition, int Agents, JsonObject ResolvedOptions, Func<FederatedEnvironment> Build);

/// <summary>Where the parts of an environment stand in the user's input, so that faults point at them.</summary>
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
