using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Exploration;

/// <summary><c>RiverSwim-v0</c>: little for staying on the near bank, much for swimming against the current to the far end.</summary>
public static class RiverSwim
{
    private const int Actions = 2;

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new()
    {
        Id = "RiverSwim-v0",
        Summary = "A chain of states against a current: a small reward at hand, a large one far away (Strehl and Littman 2008).",
        Text = EnvironmentText.Beside(typeof(RiverSwim)),
        Differences = new(["differ"], ["differ"], ["heterogeneity"], ["agentSeed"]),
        OptionsType = typeof(RiverSwimOptions),
        Configure = EnvironmentDefinition.Reading<RiverSwimOptions>(
            (options, agents) => Build(options, agents),
            (options, reader, agents) =>
            {
                long rows = (long)options.States * Actions * agents;
                SizeLimits.Check(reader, "states", rows, rows * 3);
            },
            (options, reader) =>
                options with { Heterogeneity = AgentSpread.DefaultDegree(reader, AgentSpread.DifferKey, AgentSpread.SeedKey) }),
    };

    /// <summary>Makes the environment.</summary>
    /// <param name="agents">N, at least 1.</param>
    /// <param name="options">Its options; null for the defaults.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors are named at once.</exception>
    public static FiniteMdp Create(int agents, RiverSwimOptions? options = null) => (FiniteMdp)Definition.Create(agents, options);

    private static FiniteMdp Build(RiverSwimOptions options, int count)
    {
        (int states, double lambda) = (options.States, options.Heterogeneity!.Value);
        Numbers numbers = options.Variant == RiverSwimVariant.Osband ? Numbers.OsbandEtAl : Numbers.StrehlLittman;
        bool byRewards = options.Differ == RiverSwimDifference.Rewards;
        double[]? places = AgentSpread.Places(options.AgentSeed, count);
        IEnumerable<int> all = Enumerable.Range(0, count);
        // What each agent's chances against the current are multiplied by, and how far its two rewards are exchanged, 0 to 1. By rewards
        // two kinds of agents alternate, unless places between them are drawn.
        double[] strengths = [.. all.Select(i => byRewards ? 1 : AgentSpread.Move(1, lambda, places, i))];
        double[]? between = options.AgentSeed is null ? null : places;
        double[] swaps = [.. all.Select(i => byRewards ? lambda * (between?[i] ?? i % 2) : 0)];

        var tables = new TablePool();
        double unit = options.Normalised ? numbers.Far : 1;
        AgentMdp[] agents = [.. all.Select(Agent)];
        double[] initial = new double[states];
        if (numbers.StartsInside && states > 2) initial[1] = initial[2] = 0.5;
        else initial[0] = 1;
        return new FiniteMdp(Definition.Id, options.Discount, initial, agents)
        {
            Tasks = AgentTasks.Of((lambda > 0 && !byRewards, "strength", strengths), (lambda > 0 && byRewards, "swap", swaps)),
            Parameters = new Dictionary<string, double[]> { ["strength"] = strengths, ["swap"] = swaps },
        };

        AgentMdp Agent(int i)
        {
            double near = (numbers.Near + (swaps[i] * (numbers.Far - numbers.Near))) / unit;
            double far = (numbers.Far + (swaps[i] * (numbers.Near - numbers.Far))) / unit;
            return OutcomeTable.Agent(
                $"agent-{i}", states, Actions, (s, a) => numbers.Outcomes(s, a, states, strengths[i], near, far), tables);
        }
    }

    /// <summary>A river's numbers.</summary>
    /// <param name="Right">The chance to go right from an inner state.</param>
    /// <param name="Left">The chance to be swept left from one.</param>
    /// <param name="First">The chance to leave the first state.</param>
    /// <param name="Last">The chance to hold the last state.</param>
    /// <param name="Near">The reward of left in the first state.</param>
    /// <param name="Far">The reward in the last state.</param>
    /// <param name="FarWhenHeld">Whether the last state pays only when it is held, not whenever right is tried.</param>
    /// <param name="StartsInside">Whether episodes start in states 1 and 2.</param>
    private sealed record Numbers(
        double Right, double Left, double First, double Last, double Near, double Far, bool FarWhenHeld, bool StartsInside)
    {
        public static readonly Numbers StrehlLittman = new(0.3, 0.1, 0.3, 0.3, 5, 10_000, FarWhenHeld: true, StartsInside: true);
        public static readonly Numbers OsbandEtAl = new(0.35, 0.05, 0.6, 0.6, 0.005, 1, FarWhenHeld: false, StartsInside: false);

        public IEnumerable<PaidTransition> Outcomes(int state, int action, int states, double strength, double near, double far)
        {
            if (action == 0) return [new PaidTransition(Math.Max(state - 1, 0), 1, state == 0 ? near : 0)];
            if (state == 0) return [new PaidTransition(1, strength * First, 0), new PaidTransition(0, 1 - (strength * First), 0)];
            if (state == states - 1)
            {
                double held = strength * Last;
                return [new PaidTransition(state, held, far), new PaidTransition(state - 1, 1 - held, FarWhenHeld ? 0 : far)];
            }
            double right = strength * Right, stay = 1 - Right - Left;
            double left = 1 - right - stay;
            return [new PaidTransition(state + 1, right, 0), new PaidTransition(state, stay, 0), new PaidTransition(state - 1, left, 0)];
        }
    }
}
