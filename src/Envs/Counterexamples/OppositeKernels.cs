using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Counterexamples;

/// <summary>
/// <c>OppositeKernels-v0</c>: two kinds of agents for whom opposite actions lead to the goal, so that the best common policy is random.
/// </summary>
public static class OppositeKernels
{
    private const int Start = 0, Goal = 1, GoalDraw = 1;

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new()
    {
        Id = "OppositeKernels-v0",
        Summary = "Two states and opposite dynamics: the best common policy has to be random.",
        Text = EnvironmentText.Beside(typeof(OppositeKernels)),
        Differences = new(["goalReward"], ["q", "agentSeed"], ["heterogeneity"], ["agentSeed", "goalReward"]),
        OptionsType = typeof(OppositeKernelsOptions),
        Configure = EnvironmentDefinition.Reading<OppositeKernelsOptions>(
            (options, agents) => Build(options, agents),
            (options, reader, agents) => options.GoalReward.RequireFit(reader, "goalReward", agents)),
    };

    /// <summary>Makes the environment.</summary>
    /// <param name="agents">N, at least 1.</param>
    /// <param name="options">Its options; null for the defaults.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors are named at once.</exception>
    public static FiniteMdp Create(int agents, OppositeKernelsOptions? options = null) => (FiniteMdp)Definition.Create(agents, options);

    private static FiniteMdp Build(OppositeKernelsOptions options, int count)
    {
        (double q, double lambda, long? seed) = (options.Q, options.Heterogeneity, options.AgentSeed);
        double[] goals = options.GoalReward.At(count, lambda, i => AgentSpread.Draw(seed ?? 0, i, GoalDraw));
        var kernels = new TablePool();
        // The probabilities of reaching the goal by action 0 and 1, with the agent's share of the odd kind; the mean agent is half of each.
        AgentMdp[] agents = [.. goals.Select((_, i) =>
        {
            double odd = seed is { } drawn ? AgentSpread.Draw(drawn, i) : i % 2;
            return Agent(i, Mix(0.5, 1 - odd, lambda), Mix(0.5 * q, odd * q, lambda));
        })];
        return new FiniteMdp(Definition.Id, options.Discount, [1, 0], agents)
        {
            Tasks = lambda == 0 ? null : AgentTasks.Of(
                (true, "byFirst", agents.Select(agent => agent.Kernel.Expectation(0, [0, 1]))),
                (options.GoalReward.IsOwn, "goalReward", goals)),
            Parameters = new Dictionary<string, double[]>
            {
                ["goalReward"] = goals,
                ["byFirst"] = [.. agents.Select(agent => agent.Kernel.Expectation(0, [0, 1]))],
                ["bySecond"] = [.. agents.Select(agent => agent.Kernel.Expectation(1, [0, 1]))],
            },
        };

        AgentMdp Agent(int index, double byFirst, double bySecond) =>
            new($"agent-{index}", [0, 0, goals[index], goals[index]], kernels.Unify(Kernel(byFirst, bySecond)));
    }

    private static double Mix(double mean, double own, double lambda) => lambda == 1 ? own : mean + (lambda * (own - mean));

    private static TransitionKernel Kernel(double byFirst, double bySecond) => TransitionKernel.Create(2, 2, (s, a) =>
    {
        double reach = a == 0 ? byFirst : bySecond;
        return s == Goal ? [(Goal, 1)] : [(Goal, reach), (Start, 1 - reach)];
    });
}
