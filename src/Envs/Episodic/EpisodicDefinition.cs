using System.Globalization;
using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Episodic;

/// <summary>
/// The short way to register an environment that is known by its steps only: a name, and what makes an agent's environment. All else has a default.
/// <code>
/// registry.Register(new EpisodicDefinition
/// {
///     Id = "Walk-v0",
///     Summary = "A walk against the wind.",
///     StepLimit = 100,
///     RewardRange = new NumberRange(0, 1),
///     Make = parameters =>
///     {
///         AgentNumbers wind = parameters.Number("wind", 0.1, NumberRange.UnitInterval, "How hard it blows.");
///         return agent => new Walk(wind[agent]);
///     },
/// });
/// </code>
/// Options <c>discount</c> and, where there are numbers that may differ between agents, <c>heterogeneity</c>, <c>spread</c> and <c>agentSeed</c>
/// (<see cref="AgentParameters"/>) are added. Where the environment made is an <see cref="ITabularEnvironment"/>, the instance is a
/// <see cref="FiniteMdp"/>, with exact optima and gradients. Immutable.
/// </summary>
public sealed record EpisodicDefinition
{
    private const string OwnSpaces = "As \"This instance\" below says.";

    /// <summary>The name with its version: <c>Walk-v0</c>.</summary>
    public required string Id { get; init; }

    /// <summary>One line for lists.</summary>
    public required string Summary { get; init; }

    /// <summary>
    /// Reads the environment's own options, and returns what makes the environment of an agent, each time a new one that shares nothing that changes
    /// with others. It must read the same keys whatever their values. The agents' numbers can be used once an environment is made, not before.
    /// </summary>
    public required Func<AgentParameters, Func<int, IEnvironment>> Make { get; init; }

    /// <summary>An interval that holds every reward (the default says nothing); the objective <c>regret</c> needs [0, 1].</summary>
    public NumberRange RewardRange { get; init; } = NumberRange.Any;

    /// <summary>The steps after which an episode is truncated; null for no limit.</summary>
    public int? StepLimit { get; init; }

    /// <summary>The default of the option <c>discount</c>, in [0, 1].</summary>
    public double Discount { get; init; } = 0.99;

    /// <summary>How it is drawn; null (the default) for its numbers as bars, and where its states are listed for a map or a table.</summary>
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

    /// <summary>Which of the numbers that may differ between agents make rewards or goals, and which make dynamics; null (the default) where nothing is said of it.</summary>
    public (IReadOnlyList<string> Rewards, IReadOnlyList<string> Kernels)? Differing { get; init; }

    private static readonly Dictionary<string, string> ReservedKeys = new()
    {
        ["discount"] = "EpisodicDefinition.Discount is its default",
        [AgentParameters.HeterogeneityKey] = "AgentParameters.Number reads what it acts on",
        [AgentParameters.SpreadKey] = "AgentParameters.Number has it as an argument",
        [AgentParameters.SeedKey] = "AgentParameters.Number reads what is drawn by it",
    };

    /// <summary>How numbers differ between agents, in the words of the documentation.</summary>
    internal const string HeterogeneityRule = "Each number that may differ between agents is one number for all, a list of one an agent, or drawn. "
        + "With lambda = heterogeneity above 0, every number that has a range in spread is drawn for each agent: agent i gets v + lambda (u_i - v), with "
        + "v the number itself and u_i uniform on the range, a function of agentSeed and i. Of a list, agent i gets vbar + lambda (v_i - vbar), with vbar the list's "
        + "mean. When not given, lambda is 1 where a list, a spread or an agentSeed is, and else 0, the original environment for everyone; the default spread holds where no list is given, for numbers that are not given.";

    /// <summary>The full definition.</summary>
    /// <exception cref="ArgumentException"><see cref="Make"/> is null, or <see cref="Discount"/> is not in [0, 1].</exception>
    public EnvironmentDefinition ToDefinition()
    {
        if (Make is null) throw new ArgumentException($"{Id}: Make is null; it makes the environments, and is needed");
        return NumberRange.UnitInterval.Contains(Discount)
            ? Define()
            : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{Id}: Discount is {Discount}; it must be {NumberRange.UnitInterval}"));
    }

    private EnvironmentDefinition Define() => new()
    {
        Id = Id,
        Summary = Summary,
        StepLimit = StepLimit,
        MaximumAgents = MaximumAgents,
        Drawing = Drawing,
        Description = Description ?? Summary,
        ActionSpace = ActionSpace ?? OwnSpaces,
        ObservationSpace = ObservationSpace ?? OwnSpaces,
        StartingState = StartingState ?? "Follows from the seed of the reset.",
        Rewards = Rewards ?? $"Every reward is {RewardRange}.",
        EpisodeEnd = EpisodeEnd ?? (StepLimit is null ? "Where the environment says so." : $"Where the environment says so, and after {StepLimit} steps (truncated)."),
        Heterogeneity = Heterogeneity ?? HeterogeneityRule,
        Differences = Differing is var (rewards, kernels) ? new AgentDifferences(rewards, kernels, [AgentParameters.HeterogeneityKey], [AgentParameters.SpreadKey, AgentParameters.SeedKey]) : null,
        VersionHistory = VersionHistory ?? $"{Version()}: first version.",
        Source = Source ?? "The plug-in that registers it.",
        Configure = (reader, agents) =>
        {
            var parameters = new AgentParameters(reader, agents);
            reader.Reserved = ReservedKeys;
            Func<int, IEnvironment> create = Make(parameters) ?? throw Unusable("Make returned null; what makes an agent's environment is needed");
            reader.Reserved = null;
            double discount = reader.Number("discount", Discount, NumberRange.UnitInterval, "gamma.");
            IReadOnlyDictionary<string, double[]> values = parameters.Finish();
            string[] names = [.. Enumerable.Range(0, agents).Select(i => $"agent-{i}")];
            return () => Made(create, 0) is ITabularEnvironment
                ? TabularListing.ToMdp(Id, discount, names, agent => (ITabularEnvironment)create(agent), values)
                : new EpisodicEnvironment(Id, discount, names, agent => Made(create, agent), RewardRange, StepLimit, values);
        },
    };

    /// <summary>An agent's environment, looked at before anything relies on it.</summary>
    private IEnvironment Made(Func<int, IEnvironment> create, int agent)
    {
        IEnvironment? made = create(agent);
        string? missing = made is null ? "Make made no environment (null)" : made.ObservationSpace is null ? "its ObservationSpace is null" : made.ActionSpace is null ? "its ActionSpace is null" : null;
        return missing is null ? made! : throw Unusable($"{missing}; an environment with two spaces is needed");
    }

    private InvalidInputException Unusable(string why) => new(new ValidationError(Id, "", null, why));

    /// <summary>What follows the last "-v" of the id.</summary>
    private string Version()
    {
        int at = Id.LastIndexOf("-v", StringComparison.Ordinal);
        return at < 0 ? "v0" : Id[(at + 1)..];
    }
}
