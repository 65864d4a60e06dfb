using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Returns;
using FedPG.Federation.Estimators.Critics;
using FedPG.Policies.Episodic;

namespace FedPG.Federation.Estimators.Episodic;

/// <summary>The gradient estimators of episodic environments.</summary>
internal static class EpisodicEstimators
{
    /// <summary>The most numbers of observations and actions that a batch of one agent may keep.</summary>
    private const long MaxNumbers = 1L << 23;

    /// <summary>
    /// Few batches tell all of a network's many parameters; undamped, the rest follows the noise (measured on CartPole:
    /// docs/algorithms/natural.md).
    /// </summary>
    private static readonly FisherOptions Fisher = new(Damping: 0.1, Iterations: 10);

    public static EstimatorDefinition Gpomdp { get; } =
        Sampled<GpomdpOptions>("score function with costs to go (GPOMDP)", ReturnKind.ToGo);

    public static EstimatorDefinition Reinforce { get; } =
        Sampled<ReinforceOptions>("score function with all costs: Eq. (5) as printed", ReturnKind.Total);

    private static EstimatorDefinition Sampled<TOptions>(string summary, ReturnKind kind)
        where TOptions : SampledGradientOptions, new() =>
        EstimatorDefinition.For<EpisodicEnvironment, TOptions>(
            summary, Read<TOptions>, (options, objective, environment) => Prepare(options, kind, objective, environment),
            offersNatural: true, offersBatches: true);

    private static EstimatorFactory Prepare(
        SampledGradientOptions options, ReturnKind kind, Objective objective, EpisodicEnvironment environment)
    {
        SamplerSettings settings = options.Settings(kind, objective);
        // No trajectory goes on beyond the environment's own limit of steps, whatever the horizon.
        settings = settings with { Horizon = HorizonOf(options, environment) };
        return new EstimatorFactory(setup => options.Direction == GradientDirection.Natural
            ? new NaturalRolloutEstimator(setup, settings, options.Fisher)
            : new RolloutEstimator(setup, settings));
    }

    private static TOptions Read<TOptions>(OptionReader reader, EstimatorContext context)
        where TOptions : SampledGradientOptions, new()
    {
        var options = SampledGradientOptions.Read<TOptions>(reader, context.Objective, Fisher);
        options.Check(reader);
        if (context is { Environment: EpisodicEnvironment environment, Policy: EpisodicPolicy policy })
            Check(reader, options, context, environment, policy);
        return options;
    }

    private static void Check(
        OptionReader reader, SampledGradientOptions options, EstimatorContext context, EpisodicEnvironment environment,
        EpisodicPolicy policy)
    {
        int horizon = HorizonOf(options, environment);
        if (context.Natural && !policy.HasTangents)
        {
            reader.Reject(
                "direction",
                "\"natural\" needs a policy that gives the tangents of its heads (EpisodicPolicy.HasTangents), "
                + $"which a module of one's own does not; {context.PlainInstead}");
        }
        if (context.Natural && environment.Discount >= 1)
        {
            reader.Reject(
                "direction",
                "\"natural\" needs a discount below 1, which weighs the visits of its Fisher matrix, "
                + $"and {environment.Name} has 1; {context.PlainInstead}");
        }
        if (horizon > policy.MaxSteps) reader.Reject("horizon", $"must be at most {policy.MaxSteps} with this policy");
        if ((long)horizon * options.Trajectories * (policy.ObservationSize + policy.ActionSize) > MaxNumbers)
        {
            reader.Reject(
                "trajectories",
                $"times {horizon} steps give more than {MaxNumbers} numbers of observations and actions a batch, "
                + "which is the most that is kept in memory");
        }
    }

    private static int HorizonOf(SampledGradientOptions options, EpisodicEnvironment environment) =>
        Math.Min(options.Horizon, environment.StepLimit ?? int.MaxValue);
}
