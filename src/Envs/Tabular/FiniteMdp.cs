using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Envs.Tabular;

/// <summary>One agent's view of a finite MDP: its own rewards, and the kernel it moves by.</summary>
/// <param name="Name">What the agent is called in logs and files.</param>
/// <param name="Rewards">R_i(s, a), [S, A] row by row; where the reward hangs on what happens, its expectation.</param>
/// <param name="Kernel">The agent's transition probabilities; the same object for all agents that share dynamics.</param>
public sealed record AgentMdp(string Name, double[] Rewards, TransitionKernel Kernel)
{
    /// <summary>
    /// What single transitions pay, where that depends on what happens; null where each pays R_i(s, a). Steps and episodes are paid this.
    /// The exact layer, training's sampler and files know R_i alone, which has the same mean.
    /// </summary>
    public TransitionRewards? RewardsByTransition { get; init; }
}

/// <summary>
/// N finite Markov decision processes M_i = (S, A, R_i, P_i, gamma) over the same states and actions with one start distribution rho
/// (paper, section II). In the paper's setting P_i is one shared kernel and only the rewards differ. A terminal state is an absorbing
/// state with reward 0. Immutable and safe to share between threads.
/// </summary>
public sealed class FiniteMdp : FederatedEnvironment
{
    /// <summary>Creates the MDPs.</summary>
    /// <param name="name">A name for logs.</param>
    /// <param name="discount">gamma in [0, 1).</param>
    /// <param name="initial">rho, [S], sums to one.</param>
    /// <param name="agents">At least one agent, all over the same S and A.</param>
    /// <param name="grid">Where each state lies on a grid, where there is one.</param>
    /// <exception cref="ArgumentException">Sizes disagree, a number is not finite or out of range, or there are no agents.</exception>
    public FiniteMdp(string name, double discount, double[] initial, IReadOnlyList<AgentMdp> agents, GridLayout? grid = null)
        : base(name, discount, [.. (agents ?? throw new ArgumentNullException(nameof(agents))).Select(a => a.Name)])
    {
        ArgumentNullException.ThrowIfNull(initial);
        if (!(discount >= 0 && discount < 1)) throw new ArgumentException($"discount {discount} is not in [0, 1)", nameof(discount));
        (Initial, Agents, Grid) = (initial, agents, grid);
        (States, Actions) = (agents[0].Kernel.States, agents[0].Kernel.Actions);
        if (initial.Length != States || Math.Abs(initial.Sum() - 1) > TransitionKernel.SumTolerance || initial.Any(p => !(p >= 0)))
            throw new ArgumentException($"the start distribution must be {States} probabilities that sum to one", nameof(initial));
        foreach (AgentMdp agent in agents)
        {
            if (agent.Kernel.States != States || agent.Kernel.Actions != Actions)
            {
                throw new ArgumentException(
                    $"agent {agent.Name} has {agent.Kernel.States} states and {agent.Kernel.Actions} actions, "
                    + $"others {States} and {Actions}",
                    nameof(agents));
            }
            if (agent.Rewards.Length != States * Actions || !agent.Rewards.All(double.IsFinite))
                throw new ArgumentException($"agent {agent.Name} needs {States * Actions} finite rewards", nameof(agents));
            if (agent.RewardsByTransition?.ErrorBeside(agent.Kernel, agent.Rewards) is { } fault)
            {
                throw new ArgumentException(
                    $"the rewards of agent {agent.Name}'s transitions do not fit its table: {fault}", nameof(agents));
            }
        }
        SharesKernel = agents.All(a => ReferenceEquals(a.Kernel, agents[0].Kernel));
        Terminal = [.. Enumerable.Range(0, States).Select(IsTerminal)];
        HasTerminalStates = Terminal.Contains(true);
    }

    /// <summary>The environment as a finite MDP; null where it is of another kind.</summary>
    /// <param name="environment">The environment; null where it is not known.</param>
    public static FiniteMdp? Find(FederatedEnvironment? environment) => environment as FiniteMdp;

    /// <summary>The number of states S.</summary>
    public int States { get; }

    /// <summary>The number of actions A.</summary>
    public int Actions { get; }

    /// <summary>The start distribution rho, [S].</summary>
    public double[] Initial { get; }

    /// <summary>The N agents.</summary>
    public IReadOnlyList<AgentMdp> Agents { get; }

    /// <summary>Whether all agents move by one kernel, as Proposition 1 and Theorem 2 need.</summary>
    public bool SharesKernel { get; }

    /// <summary>Which states are terminal (absorbing with reward 0 for every agent), [S].</summary>
    public IReadOnlyList<bool> Terminal { get; }

    /// <summary>Whether any state is terminal.</summary>
    public bool HasTerminalStates { get; }

    /// <summary>Where the states lie on a grid; null for an MDP without geometry.</summary>
    public GridLayout? Grid { get; }

    /// <inheritdoc/>
    public override string Size => $"{States} states";

    /// <inheritdoc/>
    public override NumberRange RewardRange => new(Agents.Min(a => a.Rewards.Min()), Agents.Max(a => a.Rewards.Max()));

    /// <inheritdoc/>
    public override EnvironmentDrawing Drawing => Grid is null ? TableDrawing.Instance : GridDrawing.Instance;

    /// <summary>
    /// An interval that holds what every step pays: wider than <see cref="RewardRange"/>, which is that of the expectations, where rewards
    /// depend on what happens.
    /// </summary>
    public override NumberRange StepRewardRange
    {
        get
        {
            (double least, double most) = (RewardRange.Minimum, RewardRange.Maximum);
            IEnumerable<TransitionRewards> all = Agents.Select(a => a.RewardsByTransition).OfType<TransitionRewards>();
            foreach (TransitionRewards paid in all.Distinct<TransitionRewards>(ReferenceEqualityComparer.Instance))
            {
                (double lowest, double highest) = paid.Range();
                (least, most) = (Math.Min(least, lowest), Math.Max(most, highest));
            }
            return new NumberRange(least, most);
        }
    }

    /// <inheritdoc/>
    public override bool? AgentsShareDynamics => SharesKernel;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Map => Grid?.Map ?? [];

    /// <summary>
    /// Steps drawn from the table: the index of the state is observed, a transition pays its own reward, and entering a terminal state ends
    /// the episode.
    /// </summary>
    public override Func<int, IEnvironment> Stepping => MdpEnvironment.MakerFor(this);

    /// <inheritdoc/>
    internal override IEnumerable<KnownReward> RewardsOutside(NumberRange range)
    {
        for (int i = 0; i < Agents.Count; i++)
        {
            double[] rewards = Agents[i].Rewards;
            for (int k = 0; k < rewards.Length; k++)
            {
                if (!range.Contains(rewards[k]))
                    yield return new KnownReward($"agents[{i}].rewards[{k / Actions}][{k % Actions}]", rewards[k]);
            }
        }
    }

    /// <inheritdoc/>
    public override JsonObject Facts()
    {
        var facts = new JsonObject
        {
            ["states"] = States,
            ["actions"] = Actions,
            ["agents"] = Agents.Count,
            ["discount"] = Discount,
            ["sharesKernel"] = SharesKernel,
            ["startStates"] = StatesWhere(s => Initial[s] > 0),
            ["terminalStates"] = StatesWhere(s => Terminal[s]),
            ["map"] = Grid is null ? null : new JsonArray([.. Grid.Map.Select(line => (JsonNode)line)]),
        };
        foreach ((string key, JsonNode? value) in base.Facts()) facts[key] = value?.DeepClone();
        return facts;
    }

    /// <summary>The average MDP of Proposition 1: the shared kernel with the mean of the agents' rewards.</summary>
    /// <exception cref="InvalidOperationException">The agents' kernels differ, so there is no average MDP.</exception>
    public AgentMdp AverageAgent()
    {
        if (!SharesKernel) throw new InvalidOperationException("agents with different kernels have no average MDP");
        double[] mean = new double[States * Actions];
        foreach (AgentMdp agent in Agents)
        {
            for (int k = 0; k < mean.Length; k++) mean[k] += agent.Rewards[k];
        }
        for (int k = 0; k < mean.Length; k++) mean[k] /= Agents.Count;
        return new AgentMdp("average", mean, Agents[0].Kernel);
    }

    private JsonArray StatesWhere(Func<int, bool> condition) => [.. Enumerable.Range(0, States).Where(condition).Select(s => (JsonNode)s)];

    private bool IsTerminal(int state)
    {
        foreach (AgentMdp agent in Agents)
        {
            if (!agent.Kernel.IsAbsorbing(state)) return false;
            for (int a = 0; a < Actions; a++)
            {
                if (agent.Rewards[(state * Actions) + a] != 0) return false;
            }
        }
        return true;
    }
}
