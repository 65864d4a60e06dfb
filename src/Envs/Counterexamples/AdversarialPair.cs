using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Counterexamples;

/// <summary>
/// <c>AdversarialPair-v0</c>: the pair of MDPs by which Labbi et al. (2025) try federated policy gradients under heterogeneous dynamics.
/// </summary>
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
        Text = EnvironmentText.Beside(typeof(AdversarialPair)),
        Differences = new(["upperReward", "lowerReward"], ["agentSeed"], ["heterogeneity"], ["agentSeed", "upperReward", "lowerReward"]),
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
            Tasks = lambda == 0 ? null : AgentTasks.Of(
                (true, "toLower", agents.Select(ToLower)),
                (options.UpperReward.IsOwn, "upperReward", uppers),
                (options.LowerReward.IsOwn, "lowerReward", lowers)),
            Parameters = new Dictionary<string, double[]>
            {
                ["upperReward"] = uppers,
                ["lowerReward"] = lowers,
                ["toLower"] = [.. agents.Select(ToLower)],
            },
        };

        static double ToLower(AgentMdp agent) => agent.Kernel.Expectation(Fork, [0, 0, 1, 0, 0, 0, 0]);

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
