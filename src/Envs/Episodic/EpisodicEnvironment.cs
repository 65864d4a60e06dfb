using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Envs.Episodic;

/// <summary>
/// An environment that is known by its steps only, for N agents that may differ in rewards and dynamics: what training without a table runs
/// on. Immutable and safe to share between threads; what <see cref="Create"/> returns is not.
/// </summary>
public sealed class EpisodicEnvironment : FederatedEnvironment
{
    private readonly Func<int, IEnvironment> _create;

    /// <summary>Creates the instance.</summary>
    /// <param name="name">A name for logs.</param>
    /// <param name="discount">gamma in [0, 1].</param>
    /// <param name="agentNames">At least one agent.</param>
    /// <param name="create">Makes a new environment for the agent of an index; its spaces are the same for all agents.</param>
    /// <param name="rewardRange">An interval that holds every reward.</param>
    /// <param name="stepLimit">The steps after which an episode is truncated; null for no limit.</param>
    /// <param name="parameters">What the agents may differ in, by name, each [N]; null where nothing is known of it.</param>
    /// <exception cref="ArgumentException">There are no agents, the discount is not in [0, 1], or a parameter is not [N].</exception>
    public EpisodicEnvironment(
        string name, double discount, IReadOnlyList<string> agentNames, Func<int, IEnvironment> create, NumberRange rewardRange,
        int? stepLimit, IReadOnlyDictionary<string, double[]>? parameters = null)
        : base(name, discount, agentNames)
    {
        ArgumentNullException.ThrowIfNull(create);
        if (!(discount >= 0 && discount <= 1)) throw new ArgumentException($"discount {discount} is not in [0, 1]", nameof(discount));
        Parameters = parameters ?? new Dictionary<string, double[]>();
        if (stepLimit < 1) throw new ArgumentOutOfRangeException(nameof(stepLimit), stepLimit, "must be at least 1");
        (_create, RewardRange, StepLimit) = (create, rewardRange, stepLimit);
        IEnvironment first = create(0);
        (ObservationSpace, ActionSpace) = (first.ObservationSpace, first.ActionSpace);
    }

    /// <summary>The environment as one that is known by its episodes alone; null where it is of another kind.</summary>
    /// <param name="environment">The environment; null where it is not known.</param>
    public static EpisodicEnvironment? Find(FederatedEnvironment? environment) => environment as EpisodicEnvironment;

    /// <summary>Whether an environment can be stepped (<see cref="Of"/>).</summary>
    public static bool CanBe(FederatedEnvironment instance) => instance?.Stepping is not null;

    /// <summary>
    /// Any environment as one that is stepped. Of a finite MDP, the index of the state is observed, the transition drawn pays its own
    /// reward, and entering a terminal state ends the episode. Of a linear-quadratic problem, the state is observed, and an episode of a
    /// number of steps is truncated after them.
    /// </summary>
    /// <param name="instance">The environment.</param>
    /// <param name="stepLimit">The steps after which an episode is truncated, where the environment
    /// has no limit itself; null for no limit.</param>
    /// <exception cref="NotSupportedException">The environment is of a kind that cannot be stepped.</exception>
    public static EpisodicEnvironment Of(FederatedEnvironment instance, int? stepLimit = null)
    {
        ArgumentNullException.ThrowIfNull(instance);
        if (instance is EpisodicEnvironment stepped) return stepped;
        Func<int, IEnvironment> create = instance.Stepping ?? throw new NotSupportedException($"{instance.Name} cannot be stepped");
        return new EpisodicEnvironment(
            instance.Name, instance.Discount, instance.AgentNames, create, instance.StepRewardRange, instance.StepLimit ?? stepLimit)
        {
            Tasks = instance.Tasks,
            SuccessAbove = instance.SuccessAbove,
        };
    }

    /// <summary>
    /// What makes an agent's environment with the steps that its author wrote: where states were listed from steps, these and not those by
    /// the list.
    /// </summary>
    /// <param name="instance">The instance.</param>
    /// <exception cref="NotSupportedException">The instance is of a kind that cannot be stepped.</exception>
    public static Func<int, IEnvironment> MakerOf(FederatedEnvironment instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        return instance.OwnSteps ?? Of(instance).Create;
    }

    /// <summary>What observations look like.</summary>
    public Space ObservationSpace { get; }

    /// <summary>What actions look like.</summary>
    public Space ActionSpace { get; }

    /// <summary>The steps after which an episode is truncated; null for no limit.</summary>
    public override int? StepLimit { get; }

    /// <inheritdoc/>
    public override Func<int, IEnvironment> Stepping => _create;

    /// <inheritdoc/>
    public override NumberRange RewardRange { get; }

    /// <inheritdoc/>
    public override string Size => $"observations {ObservationSpace}, actions {ActionSpace}";

    /// <inheritdoc/>
    public override JsonObject Facts() => new()
    {
        ["observations"] = ObservationSpace.ToString(),
        ["actionSpace"] = ActionSpace.ToString(),
        ["rewards"] = RewardRange.ToString(),
        ["parameters"] = ParametersJson(),
    };

    /// <summary>A new environment for one agent, without the limit of steps, which is the caller's to keep.</summary>
    public IEnvironment Create(int agent) => _create(agent);

    /// <summary>
    /// The same for whoever has made room for the spaces of all agents: an environment with others would be seen and moved in parts.
    /// </summary>
    /// <exception cref="EnvironmentContractException">The agent's environment has other spaces than that of agent 0.</exception>
    public IEnvironment CreateAlike(int agent)
    {
        IEnvironment made = _create(agent);
        if (made.ObservationSpace.Equals(ObservationSpace) && made.ActionSpace.Equals(ActionSpace)) return made;
        throw new EnvironmentContractException(
            $"of agent {agent} has observations {made.ObservationSpace} and actions {made.ActionSpace}, "
            + $"that of agent 0 {ObservationSpace} and {ActionSpace}",
            "agents have the same spaces");
    }
}
