using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Random;

/// <summary><c>Garnet-v0</c>: sparse random MDPs of a given size, branching and density of rewards.</summary>
public static class Garnet
{
    private const string Rewards = "rewards", Kernels = "kernels", Both = "both";

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new()
    {
        Id = "Garnet-v0",
        Summary = "Garnet problems: random MDPs with few successors a state and few places that pay.",
        Description = "For every state and action branching distinct successors are drawn, each set equally likely, and their probabilities are the pieces into which branching - 1 uniform points cut the unit interval. Equal options and seed give the same numbers on any machine.",
        ActionSpace = "actions actions (4), without meaning.",
        ObservationSpace = "states states (50), without geometry.",
        StartingState = "Uniform over all states.",
        Rewards = "A share density of the pairs (s, a) pays, an amount uniform on [0, 1]; the others pay nothing.",
        EpisodeEnd = "None.",
        Heterogeneity = "With \"differ\": \"rewards\" agent i is paid (1 - lambda) R + lambda R_i, with \"kernels\" it moves by (1 - lambda) P + lambda P_i, with \"both\" both; R_i and P_i are drawn like R and P, each from a stream of its own. At lambda = 0 "
            + "all agents have the original problem. Agents are numbers firstAgent and on of an endless row, so that those held out for a test can follow those that are trained.",
        Differences = new(["differ"], ["differ"], ["heterogeneity"], ["seed", "firstAgent"]),
        VersionHistory = "v0: first version.",
        Source = "Archibald, McKinnon and Thomas, On the generation of Markov decision processes, Journal of the Operational Research Society 46 (1995); sparse rewards as in Bhatnagar, Sutton, Ghavamzadeh and Lee, Natural actor-critic algorithms, Automatica 45 (2009), and later uses.",
        Configure = (reader, agents) =>
        {
            int states = reader.Integer("states", 50, 1, 100_000, "The number of states S.");
            int actions = reader.Integer("actions", 4, 1, 10_000, "The number of actions A.");
            int branching = reader.Integer("branching", 5, 1, 100_000, "How many distinct successors a state and action has.");
            double density = reader.Number("density", 0.1, NumberRange.UnitInterval, "The share of pairs (s, a) that pay.");
            long seed = reader.Seed("seed", 0, "The seed of the draw.");
            double discount = reader.Number("discount", 0.99, new NumberRange(0, 1, OpenMaximum: true), "gamma.");
            string differ = reader.Choice(AgentSpread.DifferKey, Rewards, [Rewards, Kernels, Both], "What heterogeneity acts on.");
            double lambda = AgentSpread.ReadDegree(reader, "lambda: how far the agents lie apart.", AgentSpread.DifferKey, "firstAgent");
            int first = reader.Integer("firstAgent", 0, 0, 1_000_000_000, "The number of the first agent.");
            var tables = new RandomTables(states, actions, branching, seed);
            bool rewards = differ != Kernels && density > 0, kernels = differ != Rewards && states > 1;
            if (lambda > 0 && !rewards && !kernels)
            {
                if (differ == Kernels) reader.Reject("states", "must be at least 2 for agents to differ in transitions at a heterogeneity above 0");
                else reader.Reject("density", "must be greater than 0 for agents to differ in rewards at a heterogeneity above 0");
            }
            tables.CheckSize(reader, differ != Rewards && lambda > 0, agents);
            return () => Build(agents, tables, density, discount, differ, lambda, first);
        },
    };

    private static FiniteMdp Build(int count, RandomTables tables, double density, double discount, string differ, double lambda, int first)
    {
        TransitionKernel shared = tables.SharedKernel();
        // Number 0 of the endless row is what all have in common; the agents follow it.
        double[] common = tables.Rewards(0, density);
        var kernels = new TablePool();
        kernels.Unify(shared);
        AgentMdp[] agents = [.. Enumerable.Range(0, count).Select(i => new AgentMdp(
            $"agent-{i}", RewardsOf(1 + first + i), kernels.Unify(tables.KernelOf(shared, 1 + first + i, differ == Rewards ? 0 : lambda))))];
        double[] initial = new double[tables.States];
        Array.Fill(initial, 1.0 / tables.States);
        return new FiniteMdp(Definition.Id, discount, initial, agents);

        double[] RewardsOf(int number)
        {
            if (differ == Kernels || lambda == 0) return [.. common];
            double[] own = tables.Rewards(number, density);
            return lambda == 1 ? own : [.. common.Zip(own, (c, o) => c + (lambda * (o - c)))];
        }
    }
}
