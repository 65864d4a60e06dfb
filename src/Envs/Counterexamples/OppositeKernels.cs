using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Counterexamples;

/// <summary><c>OppositeKernels-v0</c>: two kinds of agents for whom opposite actions lead to the goal, so that the best common policy is random.</summary>
public static class OppositeKernels
{
    private const int Start = 0, Goal = 1, GoalDraw = 1;

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new()
    {
        Id = "OppositeKernels-v0",
        Summary = "Two states and opposite dynamics: the best common policy has to be random.",
        Description = "An agent waits in state 0 until it reaches the goal, state 1, and stays there. Even agents get there by action 0, with certainty; odd "
            + "agents by action 1, with probability q. Any other action changes nothing. A policy that takes one action for sure leaves half of the agents waiting for ever.",
        ActionSpace = "0 and 1.",
        ObservationSpace = "0: waiting, 1: at the goal.",
        StartingState = "State 0.",
        Rewards = "1 (goalReward) in the goal, 0 while waiting: the regret 1 - r counts the discounted time until the goal.",
        EpisodeEnd = "None; the goal is absorbing and goes on paying.",
        Heterogeneity = "Of transitions: an agent moves by Pbar + lambda (P_i - Pbar), with Pbar the mean of both kernels; at lambda = 0 all agents are alike. With agentSeed agents are drawn: "
            + "instead of being of one kind, agent i has P_i = (1 - t_i) P + t_i P' of the even kernel P and the odd one P', t_i uniform on (0, 1). Of rewards: a list or a range for goalReward gives agents their own, which lambda pulls towards the list's mean or the range's middle.",
        Differences = new(["goalReward"], ["q", "agentSeed"], ["heterogeneity"], ["agentSeed", "goalReward"]),
        VersionHistory = "v0: first version.",
        Source = "This project, after the idea of the pair of Labbi et al. (2025), which is AdversarialPair-v0.",
        OptionsType = typeof(OppositeKernelsOptions),
        Configure = EnvironmentDefinition.Reading<OppositeKernelsOptions>(
            (options, agents) => Build(options, agents),
            (options, reader, agents) => options.GoalReward.RequireFit(reader, "goalReward", agents)),
    };

    /// <summary>Makes the environment.</summary>
    /// <param name="agents">N, at least 1.</param>
    /// <param name="options">Its options; null for the defaults.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors are named at once.</exception>
    public static FiniteMdp Create(int agents, OppositeKernelsOptions? options = null) => (FiniteMdp)Definition.Create(agents, options);

    private static FiniteMdp Build(OppositeKernelsOptions options, int count)
    {
        (double q, double lambda, long? seed) = (options.Q, options.Heterogeneity, options.AgentSeed);
        double[] goals = options.GoalReward.At(count, lambda, i => AgentSpread.Draw(seed ?? 0, i, GoalDraw));
        var kernels = new TablePool();
        // The probabilities of reaching the goal by action 0 and 1, with the agent's share of the odd kind; the mean agent is half of each.
        AgentMdp[] agents = [.. goals.Select((_, i) =>
        {
            double odd = seed is { } drawn ? AgentSpread.Draw(drawn, i) : i % 2;
            return Agent(i, Mix(0.5, 1 - odd, lambda), Mix(0.5 * q, odd * q, lambda));
        })];
        return new FiniteMdp(Definition.Id, options.Discount, [1, 0], agents)
        {
            Parameters = new Dictionary<string, double[]>
            {
                ["goalReward"] = goals,
                ["byFirst"] = [.. agents.Select(agent => agent.Kernel.Expectation(0, [0, 1]))],
                ["bySecond"] = [.. agents.Select(agent => agent.Kernel.Expectation(1, [0, 1]))],
            },
        };

        AgentMdp Agent(int index, double byFirst, double bySecond) =>
            new($"agent-{index}", [0, 0, goals[index], goals[index]], kernels.Unify(Kernel(byFirst, bySecond)));
    }

    private static double Mix(double mean, double own, double lambda) => lambda == 1 ? own : mean + (lambda * (own - mean));

    private static TransitionKernel Kernel(double byFirst, double bySecond) => TransitionKernel.Create(2, 2, (s, a) =>
    {
        double reach = a == 0 ? byFirst : bySecond;
        return s == Goal ? [(Goal, 1)] : [(Goal, reach), (Start, 1 - reach)];
    });
}
