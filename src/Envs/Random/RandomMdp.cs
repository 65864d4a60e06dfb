using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Random;

/// <summary><c>RandomMdp-v0</c>: transition probabilities and rewards drawn at random.</summary>
public static class RandomMdp
{
    private const string Shared = "shared", Own = "own", Simplex = "simplex", Normalised = "normalised";

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
        Configure = (reader, agents) =>
        {
            Options options = Options.Read(reader, agents);
            return () => Build(options);
        },
    };

    private static FiniteMdp Build(Options options)
    {
        (int states, int actions) = (options.States, options.Actions);
        RandomTables tables = options.Tables;
        TransitionKernel shared = tables.SharedKernel();
        double[][] rewards = [.. Enumerable.Range(0, options.Agents).Select(i => tables.Rewards(options.OwnRewards ? options.FirstAgent + i : 0))];
        if (options.OwnRewards) RewardHeterogeneity.Scale(rewards, options.Heterogeneity);
        // With one state, or a lambda that rounds away, own kernels are the shared one.
        var kernels = new TablePool();
        kernels.Unify(shared);
        double lambda = options.OwnKernels ? options.Heterogeneity : 0;
        AgentMdp[] agents = [.. rewards.Select((r, i) => new AgentMdp($"agent-{i}", r, kernels.Unify(tables.KernelOf(shared, options.FirstAgent + i, lambda))))];
        double[] initial = new double[states];
        Array.Fill(initial, 1.0 / states);
        return new FiniteMdp(Definition.Id, options.Discount, initial, agents);
    }

    private sealed record Options(
        int Agents, double Discount, bool OwnKernels, bool OwnRewards, int FirstAgent, double Heterogeneity, RandomTables Tables)
    {
        public int States => Tables.States;

        public int Actions => Tables.Actions;

        public static Options Read(OptionReader reader, int agents)
        {
            int states = reader.Integer("states", 5, 1, 100_000, "The number of states S.");
            int actions = reader.Integer("actions", 4, 1, 10_000, "The number of actions A.");
            double discount = reader.Number("discount", 0.9, new NumberRange(0, 1, OpenMaximum: true), "gamma.");
            long instance = reader.Seed("instance", 0, "The seed of the draw.");
            int branching = reader.Integer("branching", 0, 0, 100_000, "How many distinct successors a state and action has; 0 means all states.");
            double chance = reader.Number("successorChance", 1, new NumberRange(0, 1, OpenMinimum: true), "The chance of a state to be a successor of a state and action, where branching is 0; at least one is.");
            bool ownKernels = reader.Choice("kernels", Shared, [Shared, Own], "Whether the agents share one kernel.") == Own;
            double heterogeneity = reader.Number("heterogeneity", 1, NumberRange.UnitInterval, "lambda: how far the agents lie apart, in rewards and own kernels.");
            bool ownRewards = reader.Choice("rewards", Own, [Shared, Own], "Whether each agent has rewards of its own.") == Own;
            bool normalised = reader.Choice("rows", Simplex, [Simplex, Normalised], "How a row's probabilities are drawn.") == Normalised;
            int first = reader.Integer("firstAgent", 0, 0, 1_000_000_000, "The number of the first agent; agents held out for a test begin behind those that are trained.");
            var options = new Options(agents, discount, ownKernels, ownRewards, first, heterogeneity, new RandomTables(states, actions, branching, instance, normalised) { SuccessorChance = chance });
            // Of one state there is but one kernel.
            AgentSpread.RequireDifference(reader, ownRewards || (ownKernels && states > 1), agents, "\"rewards\": \"own\", or \"kernels\": \"own\" with at least 2 states");
            if (!ownKernels && !ownRewards)
            {
                if (reader.Has("firstAgent")) reader.Reject("firstAgent", "is used where agents differ: with \"rewards\": \"own\" or \"kernels\": \"own\"");
                reader.Resolved["firstAgent"] = null;
            }
            options.Tables.CheckSize(reader, ownKernels && heterogeneity > 0, agents);
            return options;
        }
    }
}
