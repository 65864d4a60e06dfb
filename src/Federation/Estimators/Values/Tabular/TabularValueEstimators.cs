using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs.Tabular;
using FedPG.Policies.Tabular;

namespace FedPG.Federation.Estimators.Values.Tabular;

/// <summary>The value estimators of tabular environments, for <c>qavg</c>, <c>fedq</c> and <c>fedtd</c>.</summary>
internal static class TabularValueEstimators
{
    /// <summary>A draw has a number of 16 bits and serves four samples.</summary>
    private const int MaxSamples = 4 * StreamKey.MaximumDraw;

    /// <summary>The Bellman operator from samples of a generator.</summary>
    public static EstimatorDefinition SampledBellman { get; } = EstimatorDefinition.For<FiniteMdp, SampledValueOptions>(
        "next states drawn for every pair, \"trajectories\" of them",
        (reader, context) =>
        {
            RequireTable(reader, context);
            var options = ValueOptions.Read<SampledValueOptions>(
                reader, nameof(SampledValueOptions.Horizon), nameof(SampledValueOptions.Exploration));
            if (options.Trajectories > MaxSamples) reader.Reject("trajectories", $"must be a whole number from 1 to {MaxSamples}");
            return options;
        },
        (options, _, _) => new EstimatorFactory(setup => new BellmanEstimator(setup, options.Trajectories)));

    /// <summary>The exact Bellman operator.</summary>
    public static EstimatorDefinition ExactBellman { get; } = EstimatorDefinition.For<FiniteMdp, ExactValueOptions>(
        "the exact Bellman operator",
        (reader, context) =>
        {
            RequireTable(reader, context);
            return ValueOptions.Read<ExactValueOptions>(reader);
        },
        (_, _, _) => new EstimatorFactory(setup => new BellmanEstimator(setup, samples: 0)));

    /// <summary>Q-learning along a chain.</summary>
    public static EstimatorDefinition QChain { get; } = EstimatorDefinition.For<FiniteMdp, ChainOptions>(
        "one transition a local step, along an endless chain",
        (reader, _) => ValueOptions.Read<ChainOptions>(reader),
        (options, _, _) => new EstimatorFactory(setup => new QChainEstimator(setup, options.Exploration)));

    /// <summary>TD(0) along a chain.</summary>
    public static EstimatorDefinition TdChain { get; } = EstimatorDefinition.For<FiniteMdp, ChainOptions>(
        "one transition a local step, along an endless chain",
        (reader, context) =>
        {
            CheckPoints(reader, context);
            return ValueOptions.Read<ChainOptions>(reader, nameof(ChainOptions.Exploration));
        },
        (_, _, _) => new EstimatorFactory(setup => new TdChainEstimator(setup)));

    /// <summary>TD(0) in expectation.</summary>
    public static EstimatorDefinition TdMean { get; } = EstimatorDefinition.For<FiniteMdp, ExactValueOptions>(
        "the expectation at the stationary distribution",
        (reader, context) =>
        {
            CheckPoints(reader, context);
            return ValueOptions.Read<ExactValueOptions>(reader);
        },
        (_, _, _) => new EstimatorFactory(setup => new TdMeanEstimator(setup)));

    private static void RequireTable(OptionReader reader, EstimatorContext context)
    {
        if (context.Policy is not ActionValues { Features.IsTable: false }) return;
        reader.Reject(
            "estimator",
            "updates a table of all states and actions: policy.features must be \"one-hot\" (or choose federation.algorithm \"fedq\")");
    }

    /// <summary>Notes the first agent that has no TD fixed point.</summary>
    private static void CheckPoints(OptionReader reader, EstimatorContext context)
    {
        if (context is not { Environment: FiniteMdp mdp, Policy: StateValues values }) return;
        foreach (AgentMdp agent in mdp.Agents)
        {
            (_, string? error) = TdFixedPoint.Of(mdp, agent, context.Objective.Costs(agent), values);
            if (error is null) continue;
            reader.Reject("estimator", $"cannot learn state values here: {mdp.Name}, agent {agent.Name}, {error}");
            return;
        }
    }
}
