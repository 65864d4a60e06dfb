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
    public static SpaceForm Of(Space space) => space switch
    {
        Discrete discrete => new([discrete.Count], true, [], []),
        MultiDiscrete several => new([.. several.Counts], false, [], []),
        Box box => new([], false, [.. box.Low], [.. box.High]),
        _ => throw new NotSupportedException($"a space {space} cannot be told of"),
    };

    public Space ToSpace() => Low.Length > 0 ? new Box(Low, High) : Single ? new Discrete(Counts[0]) : new MultiDiscrete(Counts);
}
