using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Episodic;

/// <summary>
/// What the two short ways of registering an environment have in common: <see cref="EpisodicDefinition"/>, which reads its options one by
/// one, and <see cref="EpisodicDefinition{TOptions}"/>, which has an options record. Only a name and a summary are needed, all else has a
/// default. Immutable.
/// </summary>
public abstract record EpisodicDefinitionBase
{
    private const string OwnSpaces = "As \"This instance\" below says.";

    private static readonly Dictionary<string, string> ReservedKeys = new()
    {
        ["discount"] = "EpisodicDefinition.Discount is its default",
        ["heterogeneity"] = "AgentParameters.Number reads what it acts on",
        ["spread"] = "AgentParameters.Number has it as an argument",
        ["agentSeed"] = "AgentParameters.Number reads what is drawn by it",
    };

    /// <summary>The name with its version: <c>Walk-v0</c>.</summary>
    public required string Id { get; init; }

    /// <summary>One line for lists.</summary>
    public required string Summary { get; init; }

    /// <summary>An interval that holds every reward (the default says nothing); the objective <c>regret</c> needs [0, 1].</summary>
    public NumberRange RewardRange { get; init; } = NumberRange.Any;

    /// <summary>The steps after which an episode is truncated; null for no limit.</summary>
    public int? StepLimit { get; init; }

    /// <summary>
    /// What the undiscounted return of an episode that terminated must be above for the episode to have succeeded; null (the default) where
    /// nothing is said of success (<see cref="EnvironmentDefinition.SuccessAbove"/>).
    /// </summary>
    public double? SuccessAbove { get; init; }

    /// <summary>
    /// How it is drawn; null (the default) for its numbers as bars, and for a map or a table where its states can be listed.
    /// </summary>
    public EnvironmentDrawing? Drawing { get; init; }

    /// <summary>The most agents this environment takes.</summary>
    public int MaximumAgents { get; init; } = EnvironmentDefinition.AgentLimit;

    /// <summary>Heading "Description"; the summary when not given.</summary>
    public string? Description { get; init; }

    /// <summary>Heading "Action space"; refers to the instance when not given.</summary>
    public string? ActionSpace { get; init; }

    /// <summary>Heading "Observation space"; refers to the instance when not given.</summary>
    public string? ObservationSpace { get; init; }

    /// <summary>Heading "Starting state".</summary>
    public string? StartingState { get; init; }

    /// <summary>Heading "Rewards"; the range when not given.</summary>
    public string? Rewards { get; init; }

    /// <summary>Heading "Episode end"; the limit of steps when not given.</summary>
    public string? EpisodeEnd { get; init; }

    /// <summary>Heading "Heterogeneity"; the rule of <see cref="AgentParameters"/> when not given.</summary>
    public string? Heterogeneity { get; init; }

    /// <summary>Heading "Version history".</summary>
    public string? VersionHistory { get; init; }

    /// <summary>Heading "Source".</summary>
    public string? Source { get; init; }

    /// <summary>How numbers differ between agents, in the words of the documentation.</summary>
    internal static string HeterogeneityRule =>
        "Each number that may differ between agents is one number for all, a list of one an agent, or drawn. With lambda = heterogeneity "
        + "above 0, every number that has a range in spread is drawn for each agent: agent i gets v + lambda (u_i - v), with v the number "
        + "itself and u_i uniform on the range, a function of agentSeed and i. Of a list, agent i gets vbar + lambda "
        + "(v_i - vbar), with vbar "
        + "the list's mean. When not given, lambda is 1 where a list, a spread or an agentSeed is, and else 0, the "
        + "original environment for "
        + "everyone; the default spread holds where no list is given, for numbers that are not given.";

    /// <summary>Which numbers make rewards or goals, and which make dynamics; null where nothing is said of it.</summary>
    private protected abstract (IReadOnlyList<string> Rewards, IReadOnlyList<string> Kernels)? DifferingKeys { get; }

    /// <summary>The type of the options record; null where there is none.</summary>
    private protected virtual Type? OptionsType => null;

    /// <summary>The full definition.</summary>
    /// <exception cref="ArgumentException">What makes the environments is null, or the default discount is not in [0, 1].</exception>
    public EnvironmentDefinition ToDefinition()
    {
        RequireUsable();
        return new EnvironmentDefinition
        {
            Id = Id,
            Summary = Summary,
            StepLimit = StepLimit,
            SuccessAbove = SuccessAbove,
            MaximumAgents = MaximumAgents,
            Drawing = Drawing,
            Description = Description ?? Summary,
            ActionSpace = ActionSpace ?? OwnSpaces,
            ObservationSpace = ObservationSpace ?? OwnSpaces,
            StartingState = StartingState ?? "Follows from the seed of the reset.",
            Rewards = Rewards ?? $"Every reward is {RewardRange}.",
            EpisodeEnd = EpisodeEnd
                ?? $"Where the environment says so{(StepLimit is null ? "." : $", and after {StepLimit} steps (truncated).")}",
            Heterogeneity = Heterogeneity ?? HeterogeneityRule,
            Differences = DifferingKeys is var (rewards, kernels)
                ? new AgentDifferences(rewards, kernels, ["heterogeneity"], ["spread", "agentSeed"])
                : null,
            VersionHistory = VersionHistory ?? $"{Version()}: first version.",
            Source = Source ?? "The plug-in that registers it.",
            OptionsType = OptionsType,
            Configure = Configure,
        };
    }

    /// <summary>Notes what is wrong with the definition itself.</summary>
    /// <exception cref="ArgumentException">It cannot be used.</exception>
    private protected abstract void RequireUsable();

    /// <summary>Reads the environment's own options, and then the discount.</summary>
    /// <returns>What the environment is made of.</returns>
    private protected abstract EpisodicParts ReadOptions(AgentParameters parameters);

    /// <summary>Reads the discount, after which the environment reads no options of its own any more.</summary>
    private protected static double ReadDiscount(OptionReader reader, double defaultValue)
    {
        reader.Reserved = null;
        OptionProperty option = EpisodicOptions.Common(nameof(EpisodicOptions.Discount));
        return reader.Number(option.Key, defaultValue, option.Attribute.Range, option.Attribute.Meaning);
    }

    private Func<FederatedEnvironment> Configure(OptionReader reader, int agents)
    {
        var parameters = new AgentParameters(reader, agents);
        reader.Reserved = ReservedKeys;
        EpisodicParts parts = ReadOptions(parameters);
        (Func<int, IEnvironment>? create, double discount) = (parts.Create, parts.Discount);
        if (create is null) throw Unusable("Make returned null; what makes an agent's environment is needed");
        IReadOnlyDictionary<string, double[]> values = parameters.Finish();
        string[] names = [.. Enumerable.Range(0, agents).Select(i => $"agent-{i}")];
        return () => Made(create, 0) is ITabularEnvironment
            ? TabularListing.ToMdp(Id, discount, names, agent => (ITabularEnvironment)create(agent), values, Tasks())
            : new EpisodicEnvironment(
                Id, discount, names, agent => Made(create, agent), parts.RewardRange?.Invoke() ?? RewardRange,
                parts.StepLimit?.Invoke() ?? StepLimit, values)
            {
                Tasks = Tasks(),
            };

        AgentTasks? Tasks() => parts.Tasks?.Invoke() ?? parameters.Tasks();
    }

    /// <summary>An agent's environment, looked at before anything relies on it.</summary>
    private IEnvironment Made(Func<int, IEnvironment> create, int agent)
    {
        IEnvironment? made = create(agent);
        string? missing = made is null ? "Make made no environment (null)"
            : made.ObservationSpace is null ? "its ObservationSpace is null"
            : made.ActionSpace is null ? "its ActionSpace is null" : null;
        return missing is null ? made! : throw Unusable($"{missing}; an environment with two spaces is needed");
    }

    private InvalidInputException Unusable(string why) => new(new ValidationError(Id, "", null, why));

    /// <summary>What an environment is made of, once its options are read.</summary>
    /// <param name="Create">What makes the environment of an agent.</param>
    /// <param name="Discount">gamma.</param>
    /// <param name="StepLimit">The limit of steps that follows from the options; null where they do not change it.</param>
    /// <param name="Tasks">What tells the agents' tasks apart; null where nothing is said of it.</param>
    /// <param name="RewardRange">The interval of rewards that follows from the options; null where they do not change it.</param>
    private protected sealed record EpisodicParts(
        Func<int, IEnvironment>? Create, double Discount, Func<int?>? StepLimit = null, Func<AgentTasks?>? Tasks = null,
        Func<NumberRange?>? RewardRange = null);

    /// <summary>What follows the last "-v" of the id.</summary>
    private string Version()
    {
        int at = Id.LastIndexOf("-v", StringComparison.Ordinal);
        return at < 0 ? "v0" : Id[(at + 1)..];
    }
}
