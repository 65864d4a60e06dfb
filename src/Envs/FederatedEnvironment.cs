using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs;

/// <summary>
/// An environment that was made for N agents: one set of dynamics, or one an agent, and rewards of their own. What more is known depends on the
/// kind: a <see cref="FiniteMdp"/> lists its states. Immutable and safe to share between threads.
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
            field = value.Values.All(values => values.Length == AgentNames.Count) ? value : throw new ArgumentException($"a parameter has not {AgentNames.Count} values", nameof(value));
        }
    } = new Dictionary<string, double[]>();

    /// <summary>What tells the agents' tasks apart, for policies that are told; null (the default) where nothing is said of it.</summary>
    /// <exception cref="ArgumentException">There are not as many tasks as agents.</exception>
    public AgentTasks? Tasks
    {
        get;
        init => field = value is null || value.Agents == AgentNames.Count
            ? value
            : throw new ArgumentException($"{value.Agents} tasks for {AgentNames.Count} agents", nameof(value));
    }

    /// <summary>The registered environment and the options that it was made with; null where it was made by hand.</summary>
    public EnvironmentOrigin? Origin { get; internal set; }

    /// <summary>How large it is, in words: <c>25 states</c>.</summary>
    public abstract string Size { get; }

    /// <summary>An interval that holds every reward; the regret 1 - r needs [0, 1].</summary>
    public abstract NumberRange RewardRange { get; }

    /// <summary>
    /// The most steps that random actions can be taken for with numbers that stay within double precision, 1 or more; null (the default) where there is no
    /// such bound. <c>env check</c> keeps it.
    /// </summary>
    public virtual int? RandomSteps => null;

    /// <summary>How it is drawn where its definition does not say: its numbers as bars, unless its kind knows better.</summary>
    public virtual EnvironmentDrawing Drawing => NumbersDrawing.Instance;

    /// <summary>What <c>env info</c> shows of the instance beside its options, agents and discount.</summary>
    public virtual JsonObject Facts() => Parameters.Count == 0 ? [] : new JsonObject { ["parameters"] = ParametersJson() };

    /// <summary><see cref="Parameters"/> of the first agents.</summary>
    protected JsonObject ParametersJson() =>
        new([.. Parameters.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)new JsonArray([.. p.Value.Take(ShownAgents).Select(v => (JsonNode)v)])))]);
}
