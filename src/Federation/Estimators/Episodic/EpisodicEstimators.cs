using FedPG.Core.Options;
using FedPG.Envs.Episodic;
using FedPG.Envs.Returns;
using FedPG.Policies.Episodic;

namespace FedPG.Federation.Estimators.Episodic;

/// <summary>The estimators of environments that are stepped.</summary>
internal static class EpisodicEstimators
{
    /// <summary>The most numbers of observations and actions that a batch of one agent may keep.</summary>
    private const long MaxNumbers = 1L << 23;

    public static IEnumerable<EstimatorDefinition> Definitions =>
    [
        Sampled("gpomdp", "score function with costs to go (GPOMDP)", ReturnKind.ToGo),
        Sampled("reinforce", "score function with all costs: Eq. (5) as printed", ReturnKind.Total),
    ];

    private static EstimatorDefinition Sampled(string name, string summary, ReturnKind kind) =>
        EstimatorDefinition.For<EpisodicEnvironment>(name, summary, (options, context) =>
        {
            SamplerSettings settings = SamplingOptions.ReadSampling(options, kind, context.Objective, strict: true);
            // Of a network's many parameters few batches tell all; undamped, the rest follows the noise (measured on CartPole: docs/algorithms/natural.md).
            var fisher = FisherOptions.Read(options, damping: 0.1, iterations: 10);
            Check(options, settings, context);
            return environment =>
            {
                // Beyond its own limit of steps no trajectory goes on, whatever the horizon.
                SamplerSettings used = settings with { Horizon = Math.Min(settings.Horizon, environment.StepLimit ?? int.MaxValue) };
                return setup => context.Natural ? new NaturalRolloutEstimator(setup, used, fisher) : new RolloutEstimator(setup, used);
            };
        }) with { OffersNatural = true, OffersBatches = true };

    private static void Check(OptionReader options, SamplerSettings settings, EstimatorContext context)
    {
        if (context.Environment is not EpisodicEnvironment environment || context.Policy is not EpisodicPolicy policy) return;
        int horizon = Math.Min(settings.Horizon, environment.StepLimit ?? int.MaxValue);
        if (context.Natural && !policy.HasTangents)
            options.Reject("direction", $"\"natural\" needs a policy that gives the tangents of its heads (EpisodicPolicy.HasTangents), which a module of one's own does not; {context.PlainInstead}");
        if (context.Natural && environment.Discount >= 1)
            options.Reject("direction", $"\"natural\" needs a discount below 1, which weighs the visits of its Fisher matrix, and {environment.Name} has 1; {context.PlainInstead}");
        if (horizon > policy.MaxSteps) options.Reject("horizon", $"must be at most {policy.MaxSteps} with this policy");
        if ((long)horizon * settings.Trajectories * (policy.ObservationSize + policy.ActionSize) > MaxNumbers)
            options.Reject("trajectories", $"times {horizon} steps give more than {MaxNumbers} numbers of observations and actions a batch, which is the most that is kept in memory");
    }
}
