using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FedPG.Core;
using FedPG.Core.Options;

namespace FedPG.Envs;

/// <summary>
/// What there is to know about one kind of environment: its documentation under fixed headings, and how to make an instance of it.
/// A plug-in adds its own by handing a definition to <see cref="Catalog{T}.Register"/>. Immutable.
/// </summary>
public sealed partial record EnvironmentDefinition : ICatalogEntry
{
    /// <summary>The most agents any environment takes.</summary>
    public const int AgentLimit = 100_000;

    /// <summary>The name in experiment files and on the command line, with its version: <c>GridWorld-v0</c>.</summary>
    public required string Id { get; init; }

    /// <inheritdoc/>
    string ICatalogEntry.Name => Id;

    /// <summary>One line for lists.</summary>
    public required string Summary { get; init; }

    /// <summary>
    /// The documentation in a file of its own, for each heading that is not given below; null (the default) where all nine are. Registering
    /// a definition that has neither is refused.
    /// </summary>
    public EnvironmentText? Text { get; init; }

    /// <summary>Heading "Description": what happens in the environment.</summary>
    public string Description { get => field ?? Section("Description"); init; }

    /// <summary>Heading "Action space": each action's number and meaning.</summary>
    public string ActionSpace { get => field ?? Section("Action space"); init; }

    /// <summary>Heading "Observation space": the states and how they are numbered.</summary>
    public string ObservationSpace { get => field ?? Section("Observation space"); init; }

    /// <summary>Heading "Starting state": the start distribution.</summary>
    public string StartingState { get => field ?? Section("Starting state"); init; }

    /// <summary>Heading "Rewards": what is paid, where and when.</summary>
    public string Rewards { get => field ?? Section("Rewards"); init; }

    /// <summary>Heading "Episode end": which states are terminal.</summary>
    public string EpisodeEnd { get => field ?? Section("Episode end"); init; }

    /// <summary>Heading "Heterogeneity": how the agents differ, and what the option <c>heterogeneity</c> does.</summary>
    public string Heterogeneity { get => field ?? Section("Heterogeneity"); init; }

    /// <summary>Heading "Version history".</summary>
    public string VersionHistory { get => field ?? Section("Version history"); init; }

    /// <summary>Heading "Source": where the rules come from.</summary>
    public string Source { get => field ?? Section("Source"); init; }

    /// <summary>The most agents this environment takes, 1 to <see cref="AgentLimit"/> (the default).</summary>
    public int MaximumAgents { get; init; } = AgentLimit;

    /// <summary>
    /// The steps after which an episode is truncated, 1 or more; null (the default) for no limit. Where states can be listed it holds for
    /// stepping only: there an expectation runs over the gradient's horizon, or over all time.
    /// </summary>
    public int? StepLimit { get; init; }

    /// <summary>
    /// What the undiscounted return of an episode that terminated must be above for the episode to have succeeded: 0 where only success
    /// pays, minus infinity where only success ends an episode. Null (the default) where nothing is said of success.
    /// </summary>
    public double? SuccessAbove { get; init; }

    /// <summary>
    /// Whether nothing can be made of it without options, as where the options say what it is; false by default. Its id then needs no
    /// version.
    /// </summary>
    public bool NeedsOptions { get; init; }

    /// <summary>
    /// The options that are folders; none by default. What is relative in an experiment's file is relative to that file, and a folder that
    /// is not given is the file's own.
    /// </summary>
    public IReadOnlyList<string> FolderKeys { get; init; } = [];

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
    /// <param name="check">Notes what is wrong with options together, through the reader; null where each option's own range says
    /// all.</param>
    /// <param name="defaults">Changes defaults that depend on what is given; null where none does.</param>
    public static Func<OptionReader, int, Func<FederatedEnvironment>> Reading<TOptions>(
        Func<TOptions, int, FederatedEnvironment> create, Action<TOptions, OptionReader, int>? check = null,
        Func<TOptions, OptionReader, TOptions>? defaults = null)
        where TOptions : class, new()
    {
        ArgumentNullException.ThrowIfNull(create);
        return Reading<TOptions, TOptions>(
            (options, reader, agents) =>
            {
                check?.Invoke(options, reader, agents);
                return options;
            },
            create, defaults);
    }

    /// <summary>The same where what is built from is settled while options are checked.</summary>
    /// <typeparam name="TOptions">The options record; a new one has the defaults.</typeparam>
    /// <typeparam name="TSettings">What is built from.</typeparam>
    /// <param name="settle">Notes what is wrong with options together; may return null where it noted an error.</param>
    /// <param name="create">Makes the environment for N agents.</param>
    /// <param name="defaults">Changes defaults that depend on what is given; null where none does.</param>
    public static Func<OptionReader, int, Func<FederatedEnvironment>> Reading<TOptions, TSettings>(
        Func<TOptions, OptionReader, int, TSettings?> settle, Func<TSettings, int, FederatedEnvironment> create,
        Func<TOptions, OptionReader, TOptions>? defaults = null)
        where TOptions : class, new()
        where TSettings : class
    {
        ArgumentNullException.ThrowIfNull(settle);
        ArgumentNullException.ThrowIfNull(create);
        return (reader, agents) =>
        {
            TOptions options = OptionRecord.Read(reader, defaults is null ? new TOptions() : defaults(new TOptions(), reader));
            TSettings? settings = settle(options, reader, agents);
            return () => create(settings ?? throw new InvalidOperationException("the options have errors"), agents);
        };
    }

    /// <summary>Makes an environment from a program.</summary>
    /// <param name="agents">N, 1 to <see cref="MaximumAgents"/>.</param>
    /// <param name="options">An options record of <see cref="OptionsType"/>; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are of another type.</exception>
    /// <exception cref="InvalidInputException">The options or the number of agents are not allowed; all errors at once, as for a
    /// file.</exception>
    public FederatedEnvironment Create(int agents, object? options = null)
    {
        if (options is not null && OptionsType?.IsInstanceOfType(options) != true)
        {
            string known = OptionsType?.Name ?? "no options record";
            throw new ArgumentException($"{Id} takes {known}, not {options.GetType().Name}", nameof(options));
        }
        options ??= OptionsType is null ? null : Activator.CreateInstance(OptionsType);
        JsonElement given = options is null ? default : JsonSerializer.SerializeToElement(OptionRecord.ToJson(options));
        var errors = new ValidationErrors(options?.GetType().Name ?? Id);
        ConfiguredEnvironment? configured = ReadOptions(agents, given, EnvironmentKeys.CommandLine, errors);
        errors.ThrowIfAny();
        return configured!.Build();
    }

    /// <summary>Reads and checks options.</summary>
    /// <param name="agents">The number of agents N.</param>
    /// <param name="options">The options object; undefined or null for all defaults.</param>
    /// <param name="keys">Where these stand in the user's input.</param>
    /// <param name="errors">Where every error is noted.</param>
    /// <returns>What builds the environment; null when anything was noted.</returns>
    public ConfiguredEnvironment? ReadOptions(int agents, JsonElement options, EnvironmentKeys keys, ValidationErrors errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        int before = errors.Items.Count;
        if (agents < 1 || agents > MaximumAgents)
            errors.Add(keys.Agents, agents.ToString(CultureInfo.InvariantCulture), $"must be a whole number from 1 to {MaximumAgents}");
        ValidationErrors found = errors.Another();
        var reader = new OptionReader(options, keys.Options, found);
        // With a number of agents that is not allowed the options are still read, so that their errors are reported together with it.
        Func<FederatedEnvironment> build = Configure(reader, Math.Clamp(agents, 1, MaximumAgents));
        reader.Finish();
        errors.AddRange(InOrder(found.Items, reader));
        if (errors.Items.Count > before) return null;
        JsonObject resolved = reader.Resolved;
        return new ConfiguredEnvironment(this, agents, resolved, () =>
        {
            FederatedEnvironment environment = build();
            environment.SuccessAbove = SuccessAbove;
            environment.Origin = new EnvironmentOrigin(Id, agents, (JsonObject)resolved.DeepClone());
            return environment;
        });
    }

    /// <summary>Options with the full paths of their <see cref="FolderKeys"/>.</summary>
    /// <param name="options">The options as they were given.</param>
    /// <param name="folder">What relative paths are relative to.</param>
    public JsonElement WithFolders(JsonElement options, string folder)
    {
        if (FolderKeys.Count == 0 || options.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined or JsonValueKind.Null))
            return options;
        JsonObject all = options.ValueKind == JsonValueKind.Object ? (JsonObject)JsonDocuments.NodeOf(options)! : [];
        foreach (string key in FolderKeys)
        {
            // What is no text, or no path, is refused where it is read.
            if (all[key] is null) all[key] = Path.GetFullPath(folder);
            else if (all[key]!.GetValueKind() == JsonValueKind.String && (string)all[key]! is { Length: > 0 } given
                && !given.Contains('\0', StringComparison.Ordinal))
                all[key] = Path.GetFullPath(given, Path.GetFullPath(folder));
        }
        return JsonSerializer.SerializeToElement(all);
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

    /// <summary>
    /// Errors in the order of the options, whether an option is wrong by itself or beside others; those with unknown keys follow.
    /// </summary>
    private static IEnumerable<ValidationError> InOrder(IReadOnlyList<ValidationError> errors, OptionReader reader)
    {
        string[] keys = [.. reader.Described.Select(option => reader.PathOf(option.Key))];
        return errors.OrderBy(error => Array.FindIndex(keys, key => IsWithin(error.KeyPath, key)) is >= 0 and int k ? k : keys.Length);

        static bool IsWithin(string path, string key) =>
            path.StartsWith(key, StringComparison.Ordinal) && (path.Length == key.Length || path[key.Length] is '.' or '[');
    }

    /// <inheritdoc/>
    void ICatalogEntry.RequireValid()
    {
        if (!NeedsOptions && !ValidId().IsMatch(Id))
            throw new ArgumentException("an id is a name and a version, such as Walk-v0, perhaps behind a namespace, as in Marsh/Walk-v0");
        if (MaximumAgents is < 1 or > AgentLimit) throw new ArgumentException($"{Id}: MaximumAgents must lie in 1 to {AgentLimit}");
        if (StepLimit < 1) throw new ArgumentException($"{Id}: StepLimit must be at least 1, or null");
        // A text of its own is read, and checked, when somebody asks for it.
        if (Text is null) _ = Headings();
    }

    /// <summary>
    /// A name and its version, with a namespace or not, as in Gymnasium; a project's name, which the template makes an id of, may hold
    /// spaces.
    /// </summary>
    [GeneratedRegex(@"^(?:[\w-]+/)?[\w.][\w.: -]*-v[0-9]+\z")]
    private static partial Regex ValidId();

    private string Section(string heading) => Text?[heading] ?? throw new ArgumentException($"{Id} does not say its \"{heading}\"");
}
