using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Envs;

/// <summary>
/// An environment that was made for N agents: one set of dynamics, or one an agent, and rewards of their own. What more is known depends on
/// the kind: a finite MDP lists its states. Immutable and safe to share between threads.
/// </summary>
public abstract class FederatedEnvironment
{
    private const int ShownAgents = 12;

    /// <summary>Creates the base.</summary>
    /// <param name="name">A name for logs.</param>
    /// <param name="discount">gamma in [0, 1].</param>
    /// <param name="agentNames">At least one agent.</param>
    /// <exception cref="ArgumentException">There are no agents.</exception>
    protected FederatedEnvironment(string name, double discount, IReadOnlyList<string> agentNames)
    {
        ArgumentNullException.ThrowIfNull(agentNames);
        if (agentNames.Count == 0) throw new ArgumentException("at least one agent is needed", nameof(agentNames));
        (Name, Discount, AgentNames) = (name, discount, agentNames);
    }

    /// <summary>A name for logs.</summary>
    public string Name { get; }

    /// <summary>The discount factor gamma.</summary>
    public double Discount { get; }

    /// <summary>What the agents are called in logs and files, [N].</summary>
    public IReadOnlyList<string> AgentNames { get; }

    /// <summary>What the agents may differ in, by name, each [N]; empty where nothing is known of it.</summary>
    /// <exception cref="ArgumentException">A parameter is not [N].</exception>
    public IReadOnlyDictionary<string, double[]> Parameters
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value.Values.All(values => values.Length == AgentNames.Count)
                ? value
                : throw new ArgumentException($"a parameter has not {AgentNames.Count} values", nameof(value));
        }
    } = new Dictionary<string, double[]>();

    /// <summary>What tells the agents' tasks apart; null (the default) where there is no task.</summary>
    /// <exception cref="ArgumentException">There is not one task an agent.</exception>
    public AgentTasks? Tasks
    {
        get;
        init => field = value is null || value.Values.Count == AgentNames.Count
            ? value
            : throw new ArgumentException($"there are {value.Values.Count} tasks for {AgentNames.Count} agents", nameof(value));
    }

    /// <summary>
    /// What the undiscounted return of an episode that terminated must be above for the episode to have succeeded, minus infinity where
    /// every terminated one has; null (the default) where nothing is said of success. Its definition says it.
    /// </summary>
    public double? SuccessAbove { get; internal set; }

    /// <summary>The registered environment and the options that it was made with; null where it was made by hand.</summary>
    internal EnvironmentOrigin? Origin { get; set; }

    /// <summary>How large it is, in words: <c>25 states</c>.</summary>
    public abstract string Size { get; }

    /// <summary>An interval that holds every reward; the regret 1 - r needs [0, 1].</summary>
    public abstract NumberRange RewardRange { get; }

    /// <summary>
    /// An interval that holds what every single step pays; <see cref="RewardRange"/> unless that is the range of expectations.
    /// </summary>
    public virtual NumberRange StepRewardRange => RewardRange;

    /// <summary>
    /// Whether all agents move by the same dynamics, as Proposition 1 and Theorem 2 need; null (the default) where that is not known.
    /// </summary>
    public virtual bool? AgentsShareDynamics => null;

    /// <summary>The environment as text, one string a row; empty (the default) where there is no map.</summary>
    public virtual IReadOnlyList<string> Map => [];

    /// <summary>
    /// Makes a new environment that one agent steps through, by the agent's index; null (the default) where it cannot be stepped.
    /// </summary>
    public virtual Func<int, IEnvironment>? Stepping => null;

    /// <summary>
    /// The same with the steps that its author wrote, where something else was made of them: where a table was listed from steps. Null (the
    /// default) where there are no others.
    /// </summary>
    public Func<int, IEnvironment>? OwnSteps { get; init; }

    /// <summary>
    /// The steps after which an episode is truncated, as the environment itself says; null (the default) where it says nothing.
    /// </summary>
    public virtual int? StepLimit => null;

    /// <summary>
    /// The most steps that random actions can be taken for with numbers that stay within double precision, 1 or more; null (the default)
    /// where there is no such bound. <c>env check</c> keeps it.
    /// </summary>
    public virtual int? RandomSteps => null;

    /// <summary>How it is drawn where its definition does not say: its numbers as bars, unless its kind knows better.</summary>
    public virtual EnvironmentDrawing Drawing => NumbersDrawing.Instance;

    /// <summary>
    /// The rewards outside an interval, where rewards are known one by one; none (the default) where their range is all that is known.
    /// </summary>
    /// <param name="range">The interval.</param>
    internal virtual IEnumerable<KnownReward> RewardsOutside(NumberRange range) => [];

    /// <summary>What <c>env info</c> shows of the instance beside its options, agents and discount.</summary>
    public virtual JsonObject Facts() => Parameters.Count == 0 ? [] : new JsonObject { ["parameters"] = ParametersJson() };

    /// <summary><see cref="Parameters"/> of the first agents.</summary>
    protected JsonObject ParametersJson() =>
        new([.. Parameters.Select(p => KeyValuePair.Create(
            p.Key, (JsonNode?)new JsonArray([.. p.Value.Take(ShownAgents).Select(v => (JsonNode)v)])))]);
}

/// <summary>A reward that is known.</summary>
/// <param name="Key">Where it stands in a finite-MDP file: <c>agents[0].rewards[2][1]</c>.</param>
/// <param name="Reward">The number.</param>
internal readonly record struct KnownReward(string Key, double Reward);
