using System.Globalization;
using FedPG.Core.Options;
using FedPG.Envs.Episodic;
using FedPG.Federation.Rollouts;
using FedPG.Policies.Episodic;

namespace FedPG.Federation.Estimators.Values.Episodic;

/// <summary>The value estimators of episodic environments, for <c>qavg</c>, <c>fedq</c> and <c>fedtd</c>.</summary>
internal static class EpisodicValueEstimators
{
    /// <summary>Q-learning on batches of episodes.</summary>
    public static EstimatorDefinition QBatch { get; } = EstimatorDefinition.For<EpisodicEnvironment, SampledValueOptions>(
        "batches of \"trajectories\" episodes",
        (reader, context) =>
        {
            var options = ValueOptions.Read<SampledValueOptions>(reader);
            RequireDiscount(reader, context);
            return options;
        },
        (options, _, _) => new EstimatorFactory(
            setup => new EpisodicQBatchEstimator(setup, options.Horizon, options.Trajectories, options.Exploration)));

    /// <summary>Q-learning along a chain.</summary>
    public static EstimatorDefinition QChain { get; } = EstimatorDefinition.For<EpisodicEnvironment, ChainOptions>(
        "one transition a local step, along an endless chain of episodes",
        (reader, context) =>
        {
            var options = ValueOptions.Read<ChainOptions>(reader);
            RequireDiscount(reader, context);
            return options;
        },
        (options, _, _) => new EstimatorFactory(setup => new EpisodicQEstimator(setup, options.Exploration)));

    /// <summary>TD(0) along a chain.</summary>
    public static EstimatorDefinition TdChain { get; } = EstimatorDefinition.For<EpisodicEnvironment, ChainOptions>(
        "one transition a local step, along an endless chain of episodes",
        (reader, context) =>
        {
            RequireDiscount(reader, context);
            RequireWholeReturns(reader, context);
            return ValueOptions.Read<ChainOptions>(reader, nameof(ChainOptions.Exploration));
        },
        (_, _, _) => new EstimatorFactory(setup => new EpisodicTdEstimator(setup)));

    private static void RequireDiscount(OptionReader reader, EstimatorContext context)
    {
        if (context is not { Environment: EpisodicEnvironment { Discount: >= 1 } environment, Policy: not null }) return;
        reader.Reject(
            "estimator", $"learns what endless sums are worth, and needs a discount below 1; that of {environment.Name} is 1");
    }

    private static void RequireWholeReturns(OptionReader reader, EstimatorContext context)
    {
        if (context is not { Environment: EpisodicEnvironment { Discount: < 1 } environment, Policy: ObservationStateValues values })
            return;
        double largest = EpisodeLengths.LargestDiscount(environment, values);
        if (environment.Discount <= largest) return;
        reader.Reject("estimator", string.Create(
            CultureInfo.InvariantCulture,
            $"is judged by whole returns, for which episodes are too long at the discount {environment.Discount} of {environment.Name}; "
            + $"at most {largest} is allowed there"));
    }
}
