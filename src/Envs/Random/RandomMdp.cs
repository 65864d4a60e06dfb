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
        Text = EnvironmentText.Beside(typeof(RandomMdp)),
        Differences = new(["rewards"], ["kernels"], ["heterogeneity"], ["instance", "firstAgent"]),
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
        (double lambda, int first) = (options.Heterogeneity!.Value, options.FirstAgent!.Value);
        bool ownRewards = options.Rewards == Sharing.Own;
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
