using FedPG.Core.Options;

namespace FedPG.Envs.Tabular;

/// <summary>From environments that list their states to the finite MDP they make together.</summary>
internal static class TabularListing
{
    private const long MaxRows = 1L << 22;

    /// <summary>Lists the states of N agents' environments.</summary>
    /// <param name="name">The environment, for logs and messages.</param>
    /// <param name="discount">gamma in [0, 1).</param>
    /// <param name="agentNames">At least one agent.</param>
    /// <param name="create">Makes an agent's environment.</param>
    /// <param name="parameters">What the agents may differ in, by name, each [N]; null where nothing is known of it.</param>
    /// <param name="tasks">What tells the agents' tasks apart; null where nothing does.</param>
    /// <exception cref="InvalidInputException">The list is faulty; says where.</exception>
    public static FiniteMdp ToMdp(
        string name, double discount, IReadOnlyList<string> agentNames, Func<int, ITabularEnvironment> create,
        IReadOnlyDictionary<string, double[]>? parameters = null, AgentTasks? tasks = null)
    {
        ArgumentNullException.ThrowIfNull(agentNames);
        ArgumentNullException.ThrowIfNull(create);
        try
        {
            var tables = new TablePool();
            if (!(discount >= 0 && discount < 1))
                throw new ArgumentException($"the discount is {discount}, and must be below 1 where states are listed");
            ITabularEnvironment first = create(0);
            (int states, int actions) = Sizes(first);
            double[] initial = Starts(first, states);
            AgentMdp[] agents = [.. agentNames.Select((agent, i) => List(agent, i == 0 ? first : create(i), i, states, actions, tables))];
            for (int i = 1; i < agents.Length; i++)
            {
                if (!Starts(create(i), states).AsSpan().SequenceEqual(initial))
                {
                    throw new ArgumentException(
                        $"agent {i} starts in other states than agent 0; "
                        + "agents differ in rewards and transitions, not in where they start");
                }
            }
            return new FiniteMdp(name, discount, initial, agents)
            {
                OwnSteps = create,
                Parameters = parameters ?? new Dictionary<string, double[]>(),
                Tasks = tasks,
            };
        }
        catch (ArgumentException e)
        {
            string reason = e.Message.Split(" (Parameter")[0];
            throw new InvalidInputException(new ValidationError(name, "", null, $"the list of its states is faulty: {reason}"));
        }
    }

    private static (int States, int Actions) Sizes(ITabularEnvironment environment)
    {
        (Space observations, Space moves) = (environment.ObservationSpace, environment.ActionSpace);
        if (observations is not Discrete { Count: int states } || moves is not Discrete { Count: int actions })
        {
            throw new ArgumentException(
                "listed states need discrete observations, the numbers of the states, and discrete actions; "
                + $"these are {observations} and {moves}");
        }
        long rows = (long)states * actions;
        if (rows > MaxRows)
            throw new ArgumentException($"{states} states and {actions} actions are {rows} rows; at most {MaxRows} are allowed");
        return (states, actions);
    }

    private static double[] Starts(ITabularEnvironment environment, int states)
    {
        double[] initial = new double[states];
        IEnumerable<(int, double)> starts = environment.Starts() ?? throw new ArgumentException("Starts gives null; a list is needed");
        foreach ((int state, double probability) in starts)
        {
            if (state < 0 || state >= states || !(probability >= 0))
                throw new ArgumentException($"the start ({state}, {probability}) is out of range");
            initial[state] += probability;
        }
        double sum = initial.Sum();
        return Math.Abs(sum - 1) <= TransitionKernel.SumTolerance
            ? initial
            : throw new ArgumentException($"the probabilities of starts sum to {sum}, not 1");
    }

    /// <summary>Outcomes of a state and action: several to a state are added up, but nobody lists so many.</summary>
    private static int MaxOutcomes(int states) => 10_000 + (100 * states);

    private static AgentMdp List(string agent, ITabularEnvironment environment, int index, int states, int actions, TablePool tables)
    {
        if (Sizes(environment) != (states, actions)) throw new ArgumentException($"agent {index} has other states or actions than agent 0");
        var outcomes = new TabularOutcome[states * actions][];
        bool[] ends = new bool[states];
        for (int row = 0; row < outcomes.Length; row++)
        {
            int most = MaxOutcomes(states);
            IEnumerable<TabularOutcome> given = environment.Outcomes(row / actions, row % actions)
                ?? throw new ArgumentException($"state {row / actions}, action {row % actions}: Outcomes gives null; a list is needed");
            outcomes[row] = [.. given.Take(most + 1)];
            if (outcomes[row].Length > most)
            {
                throw new ArgumentException(
                    $"state {row / actions}, action {row % actions}: Outcomes gives more than {most} outcomes; does it end?");
            }
            foreach (TabularOutcome outcome in Possible(outcomes[row], states)) ends[outcome.Next] |= outcome.Terminated;
        }
        // What a terminal state itself leads to does not count: nothing is earned there.
        for (int row = 0; row < outcomes.Length; row++)
        {
            if (ends[row / actions]) continue;
            foreach (TabularOutcome outcome in Possible(outcomes[row], states).Where(o => ends[o.Next] && !o.Terminated))
            {
                throw new ArgumentException(
                    $"state {outcome.Next} is reached both with an end and without one "
                    + $"(from state {row / actions} by action {row % actions}); give the end a state of its own");
            }
        }
        return OutcomeTable.Agent(agent, states, actions, (state, action) => ends[state]
            ? OutcomeTable.Absorbing(state)
            : outcomes[(state * actions) + action].Select(o => new PaidTransition(o.Next, o.Probability, o.Reward)), tables);
    }

    private static IEnumerable<TabularOutcome> Possible(TabularOutcome[] outcomes, int states) =>
        outcomes.Where(o => o.Next >= 0 && o.Next < states && o.Probability > 0);
}
