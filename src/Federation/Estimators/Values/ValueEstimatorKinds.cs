using System.Globalization;
using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs.Episodic;
using FedPG.Envs.Tabular;
using FedPG.Federation.Evaluation;
using FedPG.Policies.Episodic;
using FedPG.Policies.Tabular;

namespace FedPG.Federation.Estimators.Values;

/// <summary>How the oracles of values are read from the gradient section: the estimators of <c>qavg</c>, <c>fedq</c> and <c>fedtd</c>.</summary>
internal static class ValueEstimatorKinds
{
    /// <summary>The Bellman operator, exact or from samples of a generator.</summary>
    public static IReadOnlyList<EstimatorDefinition> Bellman { get; } =
    [
        Define("sampled", "next states drawn for every pair, \"trajectories\" of them", (options, context) =>
        {
            RequireTable(options, context);
            int samples = options.Integer("trajectories", 32, 1, MaxSamples, "next states drawn for every state and action, for one local step");
            return _ => setup => new BellmanEstimator(setup, samples);
        }),
        Define("exact", "the exact Bellman operator", (options, context) =>
        {
            RequireTable(options, context);
            return _ => setup => new BellmanEstimator(setup, samples: 0);
        }),
        DefineEpisodic("sampled", "batches of \"trajectories\" episodes", (options, context) =>
        {
            int horizon = options.Integer("horizon", 50, 1, MaxHorizon, "K, the length that the episodes of a batch are cut at");
            int trajectories = options.Integer("trajectories", 32, 1, 1_000_000, "B, episodes that are played for one local step");
            double exploration = ReadExploration(options);
            NeedDiscount(options, context);
            return _ => setup => new EpisodicQBatchEstimator(setup, horizon, trajectories, exploration);
        }),
    ];

    /// <summary>Q-learning along a chain.</summary>
    public static IReadOnlyList<EstimatorDefinition> QChain { get; } =
    [
        Define("chain", "one transition a local step, along an endless chain", (options, _) =>
        {
            double exploration = ReadExploration(options);
            return _ => setup => new QChainEstimator(setup, exploration);
        }),
        DefineEpisodic("chain", "one transition a local step, along an endless chain of episodes", (options, context) =>
        {
            double exploration = ReadExploration(options);
            NeedDiscount(options, context);
            return _ => setup => new EpisodicQEstimator(setup, exploration);
        }),
    ];

    /// <summary>TD(0), along a chain or in expectation.</summary>
    public static IReadOnlyList<EstimatorDefinition> Td { get; } =
    [
        Define("chain", "one transition a local step, along an endless chain", (options, context) =>
        {
            _ = Points(options, context);
            return _ => setup => new TdChainEstimator(setup);
        }),
        Define("exact", "the expectation at the stationary distribution", (options, context) =>
        {
            TdFixedPoint[]? points = Points(options, context);
            return _ => setup => new TdMeanEstimator(setup, points!);
        }),
        DefineEpisodic("chain", "one transition a local step, along an endless chain of episodes", (options, context) =>
        {
            NeedDiscount(options, context);
            if (context is { Environment: EpisodicEnvironment { Discount: < 1 } environment, Policy: ObservationStateValues values } && ReturnErrorEvaluator.LargestDiscount(environment, values) is var largest && environment.Discount > largest)
            {
                options.Reject("estimator", string.Create(CultureInfo.InvariantCulture,
                    $"is judged by whole returns, for which episodes are too long at the discount {environment.Discount} of {environment.Name}; at most {largest} is allowed there"));
            }
            return _ => setup => new EpisodicTdEstimator(setup);
        }),
    ];

    /// <summary>Draw numbers have 16 bits, with four samples a draw.</summary>
    private const int MaxSamples = 4 * StreamKey.MaximumDraw;

    /// <summary>Every step of an episode has a draw of its own, beside that of its seed.</summary>
    private const int MaxHorizon = StreamKey.MaximumDraw - 1;

    private static double ReadExploration(OptionReader options) =>
        options.Number("exploration", 1, NumberRange.UnitInterval, "the probability that an action is uniform, else greedy");

    private static void NeedDiscount(OptionReader options, EstimatorContext context)
    {
        if (context is { Environment: EpisodicEnvironment { Discount: >= 1 } environment, Policy: not null })
            options.Reject("estimator", $"learns what endless sums are worth, and needs a discount below 1; that of {environment.Name} is 1");
    }

    private static EstimatorDefinition DefineEpisodic(
        string name, string summary, Func<OptionReader, EstimatorContext, Func<EpisodicEnvironment, Func<EstimatorSetup, IGradientEstimator>>> configure) =>
        EstimatorDefinition.For<EpisodicEnvironment>(name, summary, (options, context) =>
        {
            options.Accept(OtherKeys);
            return configure(options, context);
        });

    private static EstimatorDefinition Define(
        string name, string summary, Func<OptionReader, EstimatorContext, Func<FiniteMdp, Func<EstimatorSetup, IGradientEstimator>>> configure) =>
        EstimatorDefinition.For<FiniteMdp>(name, summary, (options, context) =>
        {
            // Keys of other estimators are known and not used, so that one file can be run with other algorithms.
            options.Accept(OtherKeys);
            return configure(options, context);
        });

    private static void RequireTable(OptionReader options, EstimatorContext context)
    {
        if (context.Policy is ActionValues { Features.IsTable: false })
            options.Reject("estimator", "updates a table of all states and actions: policy.features must be \"one-hot\" (or choose federation.algorithm \"fedq\")");
    }

    /// <summary>Every agent's fixed point; null, with a fault each, where one has none.</summary>
    private static TdFixedPoint[]? Points(OptionReader options, EstimatorContext context)
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
