using System.Globalization;
using FedPG.Envs;
using FedPG.Envs.Options;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Evaluation;
using FedPG.Policies;
using FedPG.Policies.Observations;

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
        DefineStepped("sampled", "batches of \"trajectories\" episodes", (options, context) =>
        {
            int horizon = options.Integer("horizon", 50, 1, MostHorizon, "K, the length that the episodes of a batch are cut at");
            int trajectories = options.Integer("trajectories", 32, 1, 1_000_000, "B, episodes that are played for one local step");
            double exploration = ReadExploration(options);
            NeedDiscount(options, context);
            return _ => setup => new SteppedQBatchOracle(setup, horizon, trajectories, exploration);
        }),
    ];

    /// <summary>Q-learning along a chain.</summary>
    public static IReadOnlyList<OracleDefinition> QChain { get; } =
    [
        Define("chain", "one transition a local step, along an endless chain", (options, _) =>
        {
            double exploration = ReadExploration(options);
            return _ => setup => new QChainOracle(setup, exploration);
        }),
        DefineStepped("chain", "one transition a local step, along an endless chain of episodes", (options, context) =>
        {
            double exploration = ReadExploration(options);
            NeedDiscount(options, context);
            return _ => setup => new SteppedQOracle(setup, exploration);
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
        DefineStepped("chain", "one transition a local step, along an endless chain of episodes", (options, context) =>
        {
            NeedDiscount(options, context);
            if (context is { Environment: SteppedEnvironment { Discount: < 1 } environment, Policy: ObservationStateValues values } && ReturnErrorEvaluator.LargestDiscount(environment, values) is var largest && environment.Discount > largest)
            {
                options.Reject("estimator", string.Create(CultureInfo.InvariantCulture,
                    $"is judged by whole returns, for which episodes are too long at the discount {environment.Discount} of {environment.Name}; at most {largest} is allowed there"));
            }
            return _ => setup => new SteppedTdOracle(setup);
        }),
    ];

    /// <summary>What an algorithm needs that learns values of a kind by some of these oracles.</summary>
    public static AlgorithmNeeds Needs(string kind, IReadOnlyList<OracleDefinition> estimators) =>
        new() { PolicyKinds = [kind], Estimators = [.. estimators.Select(estimator => estimator.Name).Distinct()] };

    /// <summary>Draw numbers have 16 bits, with four samples a draw.</summary>
    private const int MostSamples = 4 * Envs.Streams.StreamKey.MaximumDraw;

    /// <summary>Every step of an episode has a draw of its own, beside that of its seed.</summary>
    private const int MostHorizon = Envs.Streams.StreamKey.MaximumDraw - 1;

    private static double ReadExploration(OptionReader options) =>
        options.Number("exploration", 1, NumberRange.UnitInterval, "the probability that an action is uniform, else greedy");

    private static void NeedDiscount(OptionReader options, OracleContext context)
    {
        if (context is { Environment: SteppedEnvironment { Discount: >= 1 } environment, Policy: not null })
            options.Reject("estimator", $"learns what endless sums are worth, and needs a discount below 1; that of {environment.Name} is 1");
    }

    private static OracleDefinition DefineStepped(
        string name, string summary, Func<OptionReader, OracleContext, Func<SteppedEnvironment, Func<OracleSetup, IOracle>>> configure) =>
        OracleDefinition.For<SteppedEnvironment>(name, summary, (options, context) =>
        {
            options.Accept(OtherKeys);
            return configure(options, context);
        });

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
