using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Random;

/// <summary><c>RandomMdp-v0</c>: transition probabilities and rewards drawn at random.</summary>
public static class RandomMdp
{
    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new()
    {
        Id = "RandomMdp-v0",
        Summary = "A small MDP whose transition probabilities and rewards are drawn at random.",
        Description = "Every row P(.|s,a) is uniform on the simplex over all states, or over some of them drawn for it: a number of distinct ones (branching), or each "
            + "with a chance (successorChance), at least one; with \"rows\": \"normalised\" its numbers are uniform on (0, 1) and then divided by their sum. Equal options and instance give the same numbers on any machine.",
        ActionSpace = "actions actions (4), without meaning.",
        ObservationSpace = "states states (5), without geometry.",
        StartingState = "Uniform over all states.",
        Rewards = "Each agent's R_i(s, a) is uniform on [0, 1], or one such R for all (rewards shared); an agent's draw does not depend on how many agents there are.",
        EpisodeEnd = "None.",
        Heterogeneity = "Of rewards: r_i becomes rbar + lambda (r_i - rbar), with rbar the mean over agents, so the average MDP does not depend "
            + "on lambda. Of transitions, with kernels own: agent i moves by (1 - lambda) P + lambda P_i, with P shared and P_i drawn like it. The agents are numbers firstAgent and on of an endless row: "
            + "agents held out for a test are the same instance with a larger firstAgent (Jin et al. 2022 train on 5 kernels and test on 20: rewards shared, kernels own, rows normalised, 5 actions; their public code has successorChance 0.2).",
        Differences = new(["rewards"], ["kernels"], ["heterogeneity"], ["instance", "firstAgent"]),
        VersionHistory = "v0: first version.",
        Source = "This project; branching as in the Garnet problems of Archibald, McKinnon and Thomas, \"On the generation of Markov decision "
            + "processes\", Journal of the Operational Research Society 46 (1995).",
        OptionsType = typeof(RandomMdpOptions),
        Configure = EnvironmentDefinition.Reading<RandomMdpOptions>((options, agents) => Build(options, agents), Check),
    };

    /// <summary>Makes the environment.</summary>
    /// <param name="agents">N, at least 1.</param>
    /// <param name="options">Its options; null for the defaults.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors are named at once.</exception>
    public static FiniteMdp Create(int agents, RandomMdpOptions? options = null) => (FiniteMdp)Definition.Create(agents, options);

    private static void Check(RandomMdpOptions options, OptionReader reader, int agents)
    {
        bool ownKernels = options.Kernels == Sharing.Own, ownRewards = options.Rewards == Sharing.Own;
        // Of one state there is but one kernel.
        AgentSpread.RequireDifference(
            reader, ownRewards || (ownKernels && options.States > 1), agents,
            "\"rewards\": \"own\", or \"kernels\": \"own\" with at least 2 states");
        if (!ownKernels && !ownRewards)
            reader.RejectUnused("is used where agents differ: with \"rewards\": \"own\" or \"kernels\": \"own\"", "firstAgent");
        TablesOf(options).CheckSize(reader, ownKernels && options.Heterogeneity > 0, agents);
    }

    private static FiniteMdp Build(RandomMdpOptions options, int count)
    {
        RandomTables tables = TablesOf(options);
        (double lambda, int first, bool ownRewards) = (options.Heterogeneity!.Value, options.FirstAgent!.Value, options.Rewards == Sharing.Own);
        TransitionKernel shared = tables.SharedKernel();
        double[][] rewards = [.. Enumerable.Range(0, count).Select(i => tables.Rewards(ownRewards ? first + i : 0))];
        if (ownRewards) RewardHeterogeneity.Scale(rewards, lambda);
        // With one state, or a lambda that rounds away, own kernels are the shared one.
        var kernels = new TablePool();
        kernels.Unify(shared);
        double apart = options.Kernels == Sharing.Own ? lambda : 0;
        AgentMdp[] agents =
            [.. rewards.Select((r, i) => new AgentMdp($"agent-{i}", r, kernels.Unify(tables.KernelOf(shared, first + i, apart))))];
        double[] initial = new double[options.States];
        Array.Fill(initial, 1.0 / options.States);
        return new FiniteMdp(Definition.Id, options.Discount, initial, agents);
    }

    private static RandomTables TablesOf(RandomMdpOptions options) =>
        new(options.States, options.Actions, options.Branching, options.Instance, options.Rows == RowDraw.Normalised)
        {
            SuccessorChance = options.SuccessorChance,
        };
}
