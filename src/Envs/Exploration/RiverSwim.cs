using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Exploration;

/// <summary><c>RiverSwim-v0</c>: little for staying on the near bank, much for swimming against the current to the far end.</summary>
public static class RiverSwim
{
    private const int Actions = 2;
    private const string Original = "strehl-littman", Osband = "osband", Current = "current", Rewards = "rewards";

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new()
    {
        Id = "RiverSwim-v0",
        Summary = "A chain of states against a current: a small reward at hand, a large one far away (Strehl and Littman 2008).",
        Description = "States lie in a row. Action left always goes one to the left (in the first state it stays). Action right fights the current: strehl-littman: from inner states it goes right, stays or is swept left with "
            + "0.3, 0.6, 0.1; from the first it goes right with 0.3 and else stays; in the last it stays with 0.3 and else is swept left. osband: 0.35, 0.6, 0.05 inside, 0.6 right from the first, 0.6 stay in the last.",
        ActionSpace = "2 actions: 0 left, 1 right.",
        ObservationSpace = "states states (6), 0 the leftmost.",
        StartingState = "strehl-littman: states 1 and 2 with probability 1/2 each (with fewer than 3 states, the first); osband: state 0.",
        Rewards = "strehl-littman: 5 for action left in the first state, 10000 for staying in the last with action right, an expectation of 3000. osband: 0.005 for left in the first, 1 for right in the last. "
            + "normalised divides all by the largest, so that they lie in [0, 1]; without it the first kind needs \"objective\": \"reward\".",
        EpisodeEnd = "None.",
        Heterogeneity = "Of transitions with \"differ\": \"current\": agent i's chances of going right (in the last state, of staying) are multiplied by 1 + lambda (t_i - 1) and the rest goes to the left move (in the first state, to staying), with t_i in [0, 1] its place among "
            + "the agents (evenly spaced, or drawn with agentSeed). Of rewards with \"differ\": \"rewards\": agent i is paid r + lambda t_i (r' - r), with r' the two rewards the other way round, and t_i 0 for even and 1 for odd agents, or drawn with agentSeed. At lambda = 0 all agents have the original environment.",
        Differences = new(["differ"], ["differ"], ["heterogeneity"], ["agentSeed"]),
        VersionHistory = "v0: first version.",
        Source = "Strehl and Littman, An analysis of model-based Interval Estimation for Markov Decision Processes, Journal of Computer and System Sciences 74 (2008); "
            + "the second set of numbers is that of Osband, Russo and Van Roy, (More) Efficient Reinforcement Learning via Posterior Sampling (2013).",
        Configure = (reader, agents) =>
        {
            int states = reader.Integer("states", 6, 2, 10_000, "The length of the river.");
            string variant = reader.Choice("variant", Original, [Original, Osband], "Whose numbers.");
            bool normalised = reader.Flag("normalised", false, "Whether rewards are divided by the largest.");
            double discount = reader.Number("discount", 0.99, new NumberRange(0, 1, OpenMaximum: true), "gamma.");
            string differ = reader.Choice(AgentSpread.DifferKey, Current, [Current, Rewards], "What heterogeneity acts on: how strong the current is, or which end pays.");
            double lambda = AgentSpread.ReadDegree(reader, "lambda: how far the agents lie apart.", AgentSpread.DifferKey, AgentSpread.SeedKey);
            double[]? places = AgentSpread.Read(reader, agents);
            // By rewards two kinds of agents alternate, unless places between them are drawn.
            double[] swaps = [.. Enumerable.Range(0, agents).Select(i => differ == Current ? 0 : lambda * (AgentSpread.IsDrawn(reader) && places is not null ? places[i] : i % 2))];
            double[] strengths = [.. Enumerable.Range(0, agents).Select(i => differ == Current ? AgentSpread.Move(1, lambda, places, i) : 1)];
            SizeLimits.Check(reader, "states", (long)states * Actions * agents, (long)states * Actions * 3 * agents);
            return () => Build(states, variant == Original ? Numbers.StrehlLittman : Numbers.OsbandEtAl, normalised, discount, strengths, swaps);
        },
    };

    /// <param name="states">The length of the river.</param>
    /// <param name="numbers">Its numbers.</param>
    /// <param name="normalised">Whether rewards are divided by the largest.</param>
    /// <param name="discount">gamma.</param>
    /// <param name="strengths">What each agent's chances against the current are multiplied by, [N].</param>
    /// <param name="swaps">How far each agent's two rewards are exchanged, 0 to 1, [N].</param>
    private static FiniteMdp Build(int states, Numbers numbers, bool normalised, double discount, double[] strengths, double[] swaps)
    {
        var tables = new TablePool();
        double unit = normalised ? numbers.Far : 1;
        AgentMdp[] agents = [.. Enumerable.Range(0, swaps.Length).Select(Agent)];
        double[] initial = new double[states];
        if (numbers.StartsInside && states > 2) initial[1] = initial[2] = 0.5;
        else initial[0] = 1;
        return new FiniteMdp(Definition.Id, discount, initial, agents) { Parameters = new Dictionary<string, double[]> { ["strength"] = strengths, ["swap"] = swaps } };

        AgentMdp Agent(int i)
        {
            double near = (numbers.Near + (swaps[i] * (numbers.Far - numbers.Near))) / unit, far = (numbers.Far + (swaps[i] * (numbers.Near - numbers.Far))) / unit;
            return OutcomeTable.Agent($"agent-{i}", states, Actions, (s, a) => numbers.Outcomes(s, a, states, strengths[i], near, far), tables);
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
    private sealed record Numbers(double Right, double Left, double First, double Last, double Near, double Far, bool FarWhenHeld, bool StartsInside)
    {
        public static readonly Numbers StrehlLittman = new(0.3, 0.1, 0.3, 0.3, 5, 10_000, FarWhenHeld: true, StartsInside: true);
        public static readonly Numbers OsbandEtAl = new(0.35, 0.05, 0.6, 0.6, 0.005, 1, FarWhenHeld: false, StartsInside: false);

        public IEnumerable<PaidTransition> Outcomes(int state, int action, int states, double strength, double near, double far)
        {
            if (action == 0) return [new PaidTransition(Math.Max(state - 1, 0), 1, state == 0 ? near : 0)];
            if (state == 0) return [new PaidTransition(1, strength * First, 0), new PaidTransition(0, 1 - (strength * First), 0)];
            if (state == states - 1) return [new PaidTransition(state, strength * Last, far), new PaidTransition(state - 1, 1 - (strength * Last), FarWhenHeld ? 0 : far)];
            double right = strength * Right, stay = 1 - Right - Left;
            return [new PaidTransition(state + 1, right, 0), new PaidTransition(state, stay, 0), new PaidTransition(state - 1, 1 - right - stay, 0)];
        }
    }
}
