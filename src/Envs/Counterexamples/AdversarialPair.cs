using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Counterexamples;

/// <summary><c>AdversarialPair-v0</c>: the pair of MDPs by which Labbi et al. (2025) try federated policy gradients under heterogeneous dynamics.</summary>
public static class AdversarialPair
{
    private const int States = 7, Actions = 4, Fork = 0, Upper = 1, Lower = 2, UpperDraw = 1, LowerDraw = 2;

    /// <summary>Where the actions of states 3 to 6 lead for both kinds of agents: the probabilities of the states 0 to 6.</summary>
    private static readonly double[][][] Common =
    [
        [[0, 0, 0, 0.8, 0.2, 0, 0], [0, 0, 0, 0.7, 0.2, 0.1, 0], [0, 0, 0, 0.2, 0.8, 0, 0], [0, 0, 0, 0.9, 0.1, 0, 0]],
        [[0, 0, 0, 0.6, 0.2, 0.2, 0], [0, 0, 0, 0.5, 0.2, 0.2, 0.1], [0, 0, 0, 0.6, 0.2, 0.1, 0.1], [0, 0, 0, 0.1, 0, 0.9, 0]],
        [[0, 0, 0, 0.1, 0.4, 0.5, 0], [0, 0, 0, 0, 0.5, 0.4, 0.1], [0, 0, 0, 0.4, 0, 0.3, 0.3], [0, 0, 0, 0, 0.1, 0.1, 0.8]],
        [[0, 0, 0, 0.5, 0.3, 0, 0.2], [0, 0, 0, 0, 0.1, 0.8, 0.1], [0, 0, 0, 0.2, 0.2, 0.2, 0.4], [0.9, 0, 0, 0, 0, 0, 0.1]],
    ];

    /// <summary>R(s, a) of the authors' pair.</summary>
    private static readonly double[] Rewards =
    [
        0, 0, 0, 0,
        1, 1, 1, 1,
        1, 1, 1, 1,
        0.1, 0.2, 0, 0,
        0.05, 0.05, 0.1, 0,
        0.1, 0.1, 0, 0,
        0.1, 0.2, 0.05, 0,
    ];

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new()
    {
        Id = "AdversarialPair-v0",
        Summary = "Labbi et al.'s pair of MDPs with opposite kernels: 7 states, 4 actions, and no deterministic policy is good for both.",
        Description = "States 1 and 2 are absorbing and pay 1 for ever; the only way to them leads through the fork, state 0. There, actions 2 and 3 take an even agent to state 1 and actions 0 and 1 leave it where it is; "
            + "actions 0 and 1 take an odd agent to state 2, and 2 and 3 leave it where it is. In states 3 to 6 all agents move alike, with small rewards on the way to state 6, whose action 3 leads to the fork with probability 0.9. "
            + "A policy that is certain of itself at the fork is left waiting there, unpaid, with one half of the agents.",
        ActionSpace = "4 actions, 0 to 3, with a meaning of their own in each state.",
        ObservationSpace = "7 states: 0 the fork, 1 and 2 the two goals, 3 to 6 the way.",
        StartingState = "With \"start\": \"weighted\", states 0 to 6 with probabilities 0.05, 0.05, 0.05, 0.3, 0.3, 0.2 and 0.05, as the authors' episodes; with \"uniform\", all alike, as the objective that they report.",
        Rewards = "1 in states 1 and 2 (upperReward and lowerReward), 0 at the fork, from 0 to 0.2 in the others, in the state where the action is taken; the same for all agents by default.",
        EpisodeEnd = "None; the goals are absorbing and go on paying.",
        Heterogeneity = "Of transitions: an agent moves by Pbar + lambda (P_i - Pbar), with P_i the first kernel for even and the second for odd agents and Pbar the mean of both; lambda = 1, the default, is the authors' pair, and at 0 all agents are alike. With agentSeed agents are drawn: instead of being of one kind, "
            + "agent i has P_i = (1 - t_i) P + t_i P' of the even kernel P and the odd one P', t_i uniform on (0, 1). Of rewards: a list or a range for upperReward or lowerReward gives agents their own, which lambda pulls towards the list's mean or the range's middle.",
        Differences = new(["upperReward", "lowerReward"], ["agentSeed"], ["heterogeneity"], ["agentSeed", "upperReward", "lowerReward"]),
        VersionHistory = "v0: as the class Challengin_MDP of the authors' program at its commit 12f6f01.",
        Source = "Labbi et al., On Global Convergence Rates for Federated Policy Gradient under Heterogeneous Environment (2025), arXiv 2505.23459; numbers from the authors' program, github.com/Labbi-Safwan/FedPolicy-gradient, synthetic_env/Env.py.",
        OptionsType = typeof(AdversarialPairOptions),
        Configure = EnvironmentDefinition.Reading<AdversarialPairOptions>(
            (options, agents) => Build(options, agents),
            (options, reader, agents) =>
            {
                options.UpperReward.RequireFit(reader, "upperReward", agents);
                options.LowerReward.RequireFit(reader, "lowerReward", agents);
            }),
    };

    /// <summary>Makes the environment.</summary>
    /// <param name="agents">N, at least 1.</param>
    /// <param name="options">Its options; null for the defaults.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors are named at once.</exception>
    public static FiniteMdp Create(int agents, AdversarialPairOptions? options = null) => (FiniteMdp)Definition.Create(agents, options);

    private static FiniteMdp Build(AdversarialPairOptions options, int count)
    {
        (double lambda, long? seed) = (options.Heterogeneity, options.AgentSeed);
        double[] uppers = options.UpperReward.At(count, lambda, i => AgentSpread.Draw(seed ?? 0, i, UpperDraw));
        double[] lowers = options.LowerReward.At(count, lambda, i => AgentSpread.Draw(seed ?? 0, i, LowerDraw));
        // How likely an agent's own way out of the fork works, and the other kind's: 1 and 0 for the pair itself.
        double own = 0.5 + (lambda / 2), others = 0.5 - (lambda / 2);
        TransitionKernel even = Kernel(others, own), odd = lambda == 0 ? even : Kernel(own, others);
        AgentMdp[] agents = [.. uppers.Select((_, i) => new AgentMdp($"agent-{i}", RewardsOf(i), KernelOf(i)))];
        double[] initial = options.Start == AdversarialPairStart.Uniform
            ? [.. Enumerable.Repeat(1.0 / States, States)]
            : [0.05, 0.05, 0.05, 0.3, 0.3, 0.2, 0.05];
        return new FiniteMdp(Definition.Id, options.Discount, initial, agents)
        {
            Parameters = new Dictionary<string, double[]>
            {
                ["upperReward"] = uppers,
                ["lowerReward"] = lowers,
                ["toLower"] = [.. agents.Select(agent => agent.Kernel.Expectation(Fork, [0, 0, 1, 0, 0, 0, 0]))],
            },
        };

        TransitionKernel KernelOf(int agent)
        {
            if (seed is not { } drawn || lambda == 0) return agent % 2 == 0 ? even : odd;
            double toLower = AgentSpread.Move(0.5, lambda, [AgentSpread.Draw(drawn, agent)], 0);
            return Kernel(toLower, 1 - toLower);
        }

        double[] RewardsOf(int agent)
        {
            double[] rewards = [.. Rewards];
            rewards.AsSpan(Upper * Actions, Actions).Fill(uppers[agent]);
            rewards.AsSpan(Lower * Actions, Actions).Fill(lowers[agent]);
            return rewards;
        }
    }

    /// <param name="toLower">How likely actions 0 and 1 lead from the fork to state 2.</param>
    /// <param name="toUpper">How likely actions 2 and 3 lead from it to state 1.</param>
    private static TransitionKernel Kernel(double toLower, double toUpper) => TransitionKernel.Create(States, Actions, (s, a) => s switch
    {
        Fork when a < 2 => [(Lower, toLower), (Fork, 1 - toLower)],
        Fork => [(Upper, toUpper), (Fork, 1 - toUpper)],
        Upper or Lower => [(s, 1)],
        _ => Common[s - 3][a].Select((p, next) => (next, p)),
    });
}
