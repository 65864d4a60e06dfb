namespace FedPG.Envs.Tabular.Files;

/// <summary>
/// A model as PRISM and Storm list it: choices of each state, labels and reward structures. Being built; not thread-safe.
/// </summary>
/// <param name="states">S.</param>
internal sealed class ExplicitModel(int states)
{
    /// <summary>What can be done in each state, [S]: the outcomes of each choice.</summary>
    public List<PaidTransition[]>[] Choices { get; } = [.. Enumerable.Range(0, states).Select(_ => new List<PaidTransition[]>())];

    /// <summary>The states of each label.</summary>
    public Dictionary<string, List<int>> Labels { get; } = new(StringComparer.Ordinal);

    /// <summary>The reward structures.</summary>
    public List<RewardStructure> Rewards { get; } = [];

    /// <summary>A reward structure; what it does not list pays 0.</summary>
    /// <param name="Name">Its name.</param>
    internal sealed record RewardStructure(string Name)
    {
        /// <summary>Of states, paid by every choice there.</summary>
        public Dictionary<int, double> States { get; } = [];

        /// <summary>Of choices.</summary>
        public Dictionary<(int State, int Choice), double> Choices { get; } = [];

        /// <summary>Of single transitions.</summary>
        public Dictionary<(int State, int Choice, int Next), double> Transitions { get; } = [];

        /// <summary>What a transition pays.</summary>
        public double Of(int state, int choice, int next) =>
            States.GetValueOrDefault(state) + Choices.GetValueOrDefault((state, choice))
                + Transitions.GetValueOrDefault((state, choice, next));
    }

    /// <summary>
    /// The finite MDP, with one agent a reward structure. A state with fewer choices than the most repeats its first one in the places of
    /// those that are missing; one without choices stays where it is and pays nothing.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">What the file does not say.</param>
    /// <param name="errors">Where errors are noted.</param>
    /// <returns>The MDP; null where there was an error.</returns>
    public FiniteMdp? ToMdp(string name, ModelFileOptions options, ErrorCollector errors)
    {
        RewardStructure[] used = [.. Rewards.Where(structure => options.Rewards is null || structure.Name == options.Rewards)];
        if (options.Rewards is { } wanted && used.Length == 0)
            errors.Add("rewards", wanted, $"is no reward structure; there are {Few(Rewards.Select(structure => structure.Name))}");
        bool[]? goal = null;
        if (options.Goal is { } label)
        {
            goal = new bool[states];
            if (Labels.TryGetValue(label, out List<int>? reached)) foreach (int s in reached) goal[s] = true;
            else errors.Add("goal", label, $"is no label; there are {Few(Labels.Keys)}");
        }
        if (options.Goal is null && options.Rewards is null && used.Length == 0)
            errors.Add("", null, $"has no reward structure: give the option goal, one of the labels {Few(Labels.Keys)}");
        if (errors.Count > 0) return null;
        int actions = Math.Max(1, Choices.Max(choices => choices.Count));
        if (used.Length == 0) used = [new RewardStructure(options.Goal!)];
        var pool = new TablePool();
        double sign = options.Costs ? -1 : 1;
        AgentMdp[] agents =
            [.. used.Select(structure => OutcomeTable.Agent(structure.Name, states, actions, (s, a) => Outcomes(structure, s, a), pool))];
        return new FiniteMdp(name, options.Discount, Initial(), agents);

        IEnumerable<PaidTransition> Outcomes(RewardStructure structure, int s, int a)
        {
            if (Choices[s].Count == 0 || goal?[s] == true) return OutcomeTable.Absorbing(s);
            int choice = a < Choices[s].Count ? a : 0;
            return Choices[s][choice].Select(o =>
                o with { Reward = (sign * structure.Of(s, choice, o.Next)) + (goal?[o.Next] == true ? 1 : 0) });
        }
    }

    private double[] Initial()
    {
        double[] initial = new double[states];
        List<int> starts = Labels.GetValueOrDefault("init") is { Count: > 0 } given ? given : [0];
        foreach (int s in starts) initial[s] += 1.0 / starts.Count;
        return initial;
    }

    private static string Few(IEnumerable<string> names) => names.Any() ? string.Join(", ", names.Take(20)) : "none";
}
