using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;

namespace FedPG.Cluster.Wire;

/// <summary>
/// What a site tells of its environment, so that policies can be made for it elsewhere: the form of observations and actions, and bounds.
/// Nothing of its dynamics, rewards or data.
/// </summary>
/// <param name="Name">The environment's name.</param>
/// <param name="Discount">gamma.</param>
/// <param name="Agents">The agents' names.</param>
/// <param name="Observations">What observations look like.</param>
/// <param name="Actions">What actions look like.</param>
/// <param name="LowestReward">The declared lower bound of rewards.</param>
/// <param name="HighestReward">The declared upper bound.</param>
/// <param name="StepLimit">The steps after which an episode is truncated; null for no limit.</param>
/// <param name="Options">The resolved options, as JSON.</param>
[GenerateSerializer, Immutable, Alias("fedpg.card")]
internal sealed record SiteCard(
    string Name, double Discount, string[] Agents, SpaceForm Observations, SpaceForm Actions, double LowestReward, double HighestReward,
    int? StepLimit, string Options)
{
    /// <summary>The card of an environment.</summary>
    public static SiteCard Of(EpisodicEnvironment environment, JsonObject options) => new(
        environment.Name, environment.Discount, [.. environment.AgentNames], SpaceForm.Of(environment.ObservationSpace),
        SpaceForm.Of(environment.ActionSpace),
        environment.RewardRange.Minimum, environment.RewardRange.Maximum, environment.StepLimit, options.ToJsonString());

    /// <summary>An environment of that form, which nobody can step.</summary>
    public EpisodicEnvironment ToEnvironment()
    {
        (Space observations, Space actions) = (Observations.ToSpace(), Actions.ToSpace());
        return new EpisodicEnvironment(Name, Discount, Agents, _ => new Absent(observations, actions),
            new NumberRange(LowestReward, HighestReward), StepLimit);
    }

    private sealed class Absent(Space observations, Space actions) : IEnvironment
    {
        private const string Why = "the environment is at its site, and nowhere else";

        public Space ObservationSpace => observations;

        public Space ActionSpace => actions;

        public void Reset(long seed, Span<double> observation) => throw new InvalidOperationException(Why);

        public StepResult Step(ReadOnlySpan<double> action, Span<double> observation) => throw new InvalidOperationException(Why);
    }
}

/// <summary>A space.</summary>
/// <param name="Counts">The numbers of values of a discrete or multi-discrete space; empty for a box.</param>
/// <param name="Single">Whether it is a discrete space of one number.</param>
/// <param name="Low">The lower bounds of a box.</param>
/// <param name="High">The upper bounds of a box.</param>
[GenerateSerializer, Immutable, Alias("fedpg.space")]
internal sealed record SpaceForm(int[] Counts, bool Single, double[] Low, double[] High)
{
    /// <summary>The shape of a box; empty for a list of numbers.</summary>
    [Id(4)]
    public int[] Shape { get; init; } = [];

    /// <summary>Whether the numbers of a box are whole.</summary>
    [Id(5)]
    public bool IsWhole { get; init; }

    /// <summary>The names of parts; empty where there are none.</summary>
    [Id(6)]
    public string[] Names { get; init; } = [];

    /// <summary>The parts, as many as names.</summary>
    [Id(7)]
    public SpaceForm[] Parts { get; init; } = [];

    public static SpaceForm Of(Space space) => space switch
    {
        Discrete discrete => new([discrete.Count], true, [], []),
        MultiDiscrete several => new([.. several.Counts], false, [], []),
        Box box => new([], false, [.. box.Low], [.. box.High])
        {
            Shape = box.Shape.Count == 1 ? [] : [.. box.Shape],
            IsWhole = box.IsWhole,
        },
        NamedSpaces named => new([], false, [], [])
        {
            Names = [.. named.Parts.Select(part => part.Name)],
            Parts = [.. named.Parts.Select(part => Of(part.Space))],
        },
        _ => throw new NotSupportedException($"a space {space} cannot be told of"),
    };

    public Space ToSpace() => Names.Length > 0 ? new NamedSpaces([.. Names.Zip(Parts, (name, part) => (name, part.ToSpace()))])
        : Low.Length > 0 ? new Box(Low, High, Shape.Length == 0 ? [Low.Length] : Shape) { IsWhole = IsWhole }
        : Single ? new Discrete(Counts[0]) : new MultiDiscrete(Counts);
}
