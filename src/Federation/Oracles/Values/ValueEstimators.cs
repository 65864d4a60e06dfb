using FedPG.Envs;
using FedPG.Envs.Options;
using FedPG.Federation.Algorithms;
using FedPG.Policies;

namespace FedPG.Federation.Oracles.Values;

/// <summary>How the oracles of values are read from the gradient section: the estimators of <c>qavg</c>, <c>fedq</c> and <c>fedtd</c>.</summary>
internal static class ValueEstimators
{
    /// <summary>The Bellman operator, exact or from samples of a generator.</summary>
    public static IReadOnlyList<OracleDefinition> Bellman { get; } =
    [
        Define("sampled", "next states drawn for every pair, \"trajectories\" of them", (options, context) =>
        {
            RequireTable(options, context);
            int samples = options.Integer("trajectories", 32, 1, MostSamples, "next states drawn for every state and action, for one local step");
            return _ => setup => new BellmanOracle(setup, samples);
        }),
        Define("exact", "the exact Bellman operator", (options, context) =>
        {
            RequireTable(options, context);
            return _ => setup => new BellmanOracle(setup, samples: 0);
        }),
    ];

    /// <summary>Q-learning along a chain.</summary>
    public static IReadOnlyList<OracleDefinition> QChain { get; } =
    [
        Define("chain", "one transition a local step, along an endless chain", (options, _) =>
        {
            double exploration = options.Number("exploration", 1, NumberRange.UnitInterval, "the probability that a chain's action is uniform, else greedy");
            return _ => setup => new QChainOracle(setup, exploration);
        }),
    ];

    /// <summary>TD(0), along a chain or in expectation.</summary>
    public static IReadOnlyList<OracleDefinition> Td { get; } =
    [
        Define("chain", "one transition a local step, along an endless chain", (options, context) =>
        {
            _ = Points(options, context);
            return _ => setup => new TdChainOracle(setup);
        }),
        Define("exact", "the expectation at the stationary distribution", (options, context) =>
        {
            TdFixedPoint[]? points = Points(options, context);
            return _ => setup => new TdMeanOracle(setup, points!);
        }),
    ];

    /// <summary>What an algorithm needs that learns values of a kind by some of these oracles.</summary>
    public static AlgorithmNeeds Needs(string kind, IReadOnlyList<OracleDefinition> estimators) =>
        new() { PolicyKinds = [kind], Estimators = [.. estimators.Select(estimator => estimator.Name)], ListedStates = true };

    /// <summary>Draw numbers have 16 bits, with four samples a draw.</summary>
    private const int MostSamples = 4 * Envs.Streams.StreamKey.MaximumDraw;

    private static OracleDefinition Define(
        string name, string summary, Func<OptionReader, OracleContext, Func<FiniteMdp, Func<OracleSetup, IOracle>>> configure) =>
        OracleDefinition.For<FiniteMdp>(name, summary, (options, context) =>
        {
            // Keys of other estimators are known and not used, so that one file can be run with other algorithms.
            options.Accept(OtherKeys);
            return configure(options, context);
        });

    private static void RequireTable(OptionReader options, OracleContext context)
    {
        if (context.Policy is ActionValues { Features.IsTable: false })
            options.Reject("estimator", "updates a table of all states and actions: policy.features must be \"one-hot\" (or choose federation.algorithm \"fedq\")");
    }

    /// <summary>Every agent's fixed point; null, with a fault each, where one has none.</summary>
    private static TdFixedPoint[]? Points(OptionReader options, OracleContext context)
    {
        if (context is not { Environment: FiniteMdp mdp, Policy: StateValues values }) return null;
        var points = new List<TdFixedPoint>();
        foreach (AgentMdp agent in mdp.Agents)
        {
            (TdFixedPoint? point, string? fault) = TdFixedPoint.Of(mdp, agent, context.Objective.Costs(agent), values);
            if (point is not null) points.Add(point);
            if (fault is null) continue;
            options.Reject("estimator", $"cannot learn state values here: {mdp.Name}, agent {agent.Name}, {fault}");
            return null;
        }
        return [.. points];
    }

    private static string[] OtherKeys { get; } =
        ["horizon", "trajectories", "baseline", "baselineValue", "damping", "solverIterations", "exploration"];
}
