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

    /// <summary>How it is drawn; null (the default) for the way of its kind: a map, a table of states, or numbers.</summary>
    public EnvironmentDrawing? Drawing { get; init; }

    /// <summary>By which options the agents differ; null (the default) where nothing is said of it.</summary>
    public AgentDifferences? Differences { get; init; }

    /// <summary>
    /// Reads and checks every option for a number of agents, and returns what builds the instance. Faults are noted through the reader
    /// (<see cref="OptionReader.Reject"/>, <see cref="OptionReader.Errors"/>); the builder is called only when there were none. It must
    /// not call <see cref="OptionReader.Finish"/>, must read the same keys whatever their values, and what it leaves in
    /// <see cref="OptionReader.Resolved"/> must read back to the same instance.
    /// </summary>
    public required Func<OptionReader, int, Func<FederatedEnvironment>> Configure { get; init; }

    /// <summary>The type of the options record; null for an environment that reads its options by hand.</summary>
    public Type? OptionsType { get; init; }

    /// <summary>Reads options into a record, which is checked and built from. For <see cref="Configure"/>.</summary>
    /// <typeparam name="TOptions">The options record; a new one has the defaults.</typeparam>
    /// <param name="create">Makes the environment of checked options for N agents.</param>
    /// <param name="check">Notes what is wrong with options together, through the reader; null where each option's own range says all.</param>
    public static Func<OptionReader, int, Func<FederatedEnvironment>> Reading<TOptions>(
        Func<TOptions, int, FederatedEnvironment> create, Action<TOptions, OptionReader, int>? check = null)
        where TOptions : class, new()
    {
        ArgumentNullException.ThrowIfNull(create);
        return (reader, agents) =>
        {
            TOptions options = OptionRecord.Read(reader, new TOptions());
            check?.Invoke(options, reader, agents);
            return () => create(options, agents);
        };
    }

    /// <summary>Makes an instance from a program.</summary>
    /// <param name="agents">N, 1 to <see cref="MaximumAgents"/>.</param>
    /// <param name="options">An options record of <see cref="OptionsType"/>.</param>
    /// <exception cref="InvalidInputException">The options or the number of agents are not allowed; all errors at once, as for a file.</exception>
    public FederatedEnvironment Create(int agents, object options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(agents);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(agents, MaximumAgents);
        JsonObject? resolved = null;
        Func<FederatedEnvironment> build = OptionRecord.Check(options, reader =>
        {
            Func<FederatedEnvironment> configured = Configure(reader, agents);
            resolved = reader.Resolved;
            return configured;
        });
        return new ConfiguredEnvironment(this, agents, resolved!, build).Create();
    }

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
public sealed record ConfiguredEnvironment(EnvironmentDefinition Definition, int Agents, JsonObject ResolvedOptions, Func<FederatedEnvironment> Build)
{
    /// <summary>Makes the instance, which remembers where it came from.</summary>
    public FederatedEnvironment Create()
    {
        FederatedEnvironment environment = Build();
        environment.Origin = new EnvironmentOrigin(Definition.Id, Agents, (JsonObject)ResolvedOptions.DeepClone());
        return environment;
    }
}

/// <summary>The registered environment and the options that an instance was made with.</summary>
/// <param name="Id">The registered environment.</param>
/// <param name="Agents">N.</param>
/// <param name="Options">All options, defaults written out.</param>
public sealed record EnvironmentOrigin(string Id, int Agents, JsonObject Options);

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
