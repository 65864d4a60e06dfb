using FedPG.Envs.Options;
using FedPG.Envs.Streams;

namespace FedPG.Envs.Random;

/// <summary><c>RandomMdp-v0</c>: transition probabilities and rewards drawn at random.</summary>
public static class RandomMdp
{
    private const string Shared = "shared", Own = "own";

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new()
    {
        Id = "RandomMdp-v0",
        Summary = "A small MDP whose transition probabilities and rewards are drawn at random.",
        Description = "Every row P(.|s,a) is uniform on the simplex over all states, or over a few distinct successors drawn for it "
            + "(branching). Equal options and instance give the same numbers on any machine.",
        ActionSpace = "actions actions (4), without meaning.",
        ObservationSpace = "states states (5), without geometry.",
        StartingState = "Uniform over all states.",
        Rewards = "Each agent's R_i(s, a) is uniform on [0, 1]; an agent's draw does not depend on how many agents there are. "
            + "With rewards shared, all have the first agent's.",
        EpisodeEnd = "None.",
        Heterogeneity = "Of rewards: r_i becomes rbar + lambda (r_i - rbar), with rbar the mean over agents, so the average MDP does not depend "
            + "on lambda. Of transitions, with kernels own: agent i moves by (1 - lambda) P + lambda P_i, with P shared and P_i drawn like it.",
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
        TransitionKernel shared = DrawKernel(options, agent: 0, Sequence.SharedKernel);
        double[][] rewards = [.. Enumerable.Range(0, options.Agents).Select(i => DrawRewards(options, options.SharedRewards ? 0 : i))];
        RewardHeterogeneity.Scale(rewards, options.Heterogeneity);
        // With one state, or a lambda that rounds away, own kernels are the shared one.
        var kernels = new KernelPool();
        kernels.Unify(shared);
        AgentMdp[] agents = [.. rewards.Select((r, i) => new AgentMdp($"agent-{i}", r, kernels.Unify(KernelOf(options, shared, i))))];
        double[] initial = new double[states];
        Array.Fill(initial, 1.0 / states);
        return new FiniteMdp(Definition.Id, options.Discount, initial, agents);
    }

    private static TransitionKernel KernelOf(Options options, TransitionKernel shared, int agent)
    {
        double lambda = options.OwnKernels ? options.Heterogeneity : 0;
        if (lambda == 0) return shared;
        TransitionKernel own = DrawKernel(options, agent, Sequence.OwnKernel);
        if (lambda == 1) return own;
        return TransitionKernel.Create(options.States, options.Actions, (s, a) =>
            [.. Weighted(shared, (s * options.Actions) + a, 1 - lambda), .. Weighted(own, (s * options.Actions) + a, lambda)]);
    }

    private static (int Next, double Probability)[] Weighted(TransitionKernel kernel, int row, double weight)
    {
        ReadOnlySpan<int> next = kernel.Next(row);
        ReadOnlySpan<double> probabilities = kernel.Probabilities(row);
        var outcomes = new (int, double)[next.Length];
        for (int k = 0; k < outcomes.Length; k++) outcomes[k] = (next[k], weight * probabilities[k]);
        return outcomes;
    }

    private static TransitionKernel DrawKernel(Options options, int agent, Sequence sequence)
    {
        RandomSequence random = Stream(options, agent, sequence);
        return TransitionKernel.Create(options.States, options.Actions, (_, _) =>
        {
            int[] successors = Successors(random, options.States, options.Branching);
            // Exponential weights, normalised, are uniform on the simplex.
            var outcomes = new (int Next, double Weight)[successors.Length];
            double sum = 0;
            for (int k = 0; k < outcomes.Length; k++) sum += (outcomes[k] = (successors[k], -Math.Log(random.NextDouble()))).Weight;
            for (int k = 0; k < outcomes.Length; k++) outcomes[k].Weight /= sum;
            return outcomes;
        });
    }

    /// <summary>Distinct states, ascending, every set of them equally likely (Floyd's algorithm); all states for 0.</summary>
    private static int[] Successors(RandomSequence random, int states, int count)
    {
        if (count == 0 || count == states) return [.. Enumerable.Range(0, states)];
        var chosen = new SortedSet<int>();
        for (int last = states - count; last < states; last++)
        {
            if (!chosen.Add((int)(random.NextDouble() * (last + 1)))) chosen.Add(last);
        }
        return [.. chosen];
    }

    private static double[] DrawRewards(Options options, int agent)
    {
        RandomSequence random = Stream(options, agent, Sequence.Rewards);
        double[] rewards = new double[options.States * options.Actions];
        for (int k = 0; k < rewards.Length; k++) rewards[k] = random.NextDouble();
        return rewards;
    }

    private static RandomSequence Stream(Options options, int agent, Sequence sequence) =>
        new(new StreamKey(options.Instance, StreamPurpose.Environment, agent, Round: 0, LocalStep: 0), (int)sequence);

    /// <summary>What a sequence of random numbers is drawn for.</summary>
    private enum Sequence
    {
        SharedKernel,
        OwnKernel,
        Rewards,
    }

    private sealed record Options(
        int Agents, int States, int Actions, double Discount, long Instance, int Branching, bool OwnKernels, bool SharedRewards, double Heterogeneity)
    {
        public static Options Read(OptionReader reader, int agents)
        {
            var options = new Options(
                agents,
                reader.Integer("states", 5, 1, 100_000, "The number of states S."),
                reader.Integer("actions", 4, 1, 10_000, "The number of actions A."),
                reader.Number("discount", 0.9, new NumberRange(0, 1, OpenMaximum: true), "gamma."),
                reader.Long("instance", 0, 0, 1L << 53, "The seed of the draw."),
                reader.Integer("branching", 0, 0, 100_000, "How many distinct successors a state and action has; 0 means all states."),
                reader.Choice("kernels", Shared, [Shared, Own], "Whether the agents share one kernel.") == Own,
                reader.Choice("rewards", Own, [Shared, Own], "Whether the agents share one table of rewards, the first agent's.") == Shared,
                reader.Number("heterogeneity", 1, NumberRange.UnitInterval, "lambda: how far the agents lie apart, in rewards and own kernels."));
            if (options.Branching > options.States)
                reader.Reject("branching", $"must be at most the number of states, {options.States}");
            long rows = (long)options.States * options.Actions;
            long successors = options.Branching == 0 ? options.States : options.Branching;
            // A mixture of the shared and an agent's own kernel has the successors of both.
            long kernels = options.OwnKernels && options.Heterogeneity > 0 ? 1 + (2L * agents) : 1;
            SizeLimits.Check(reader, "states", rows * agents, rows * successors * kernels);
            return options;
        }
    }
}
