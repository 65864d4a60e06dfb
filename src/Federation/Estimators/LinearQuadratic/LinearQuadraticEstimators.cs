using FedPG.Core.Options;
using FedPG.Envs.LinearQuadratic;
using FedPG.Envs.Returns;
using FedPG.Policies.LinearQuadratic;

namespace FedPG.Federation.Estimators.LinearQuadratic;

/// <summary>The gradient estimators of linear-quadratic problems.</summary>
internal static class LinearQuadraticEstimators
{
    /// <summary>The most numbers of states and controls that a batch of one agent may keep.</summary>
    private const long MaxNumbers = 1L << 23;

    public static EstimatorDefinition Exact { get; } = EstimatorDefinition.For<LinearQuadraticProblem, ExactOptions>(
        "exact gradients by matrix equations",
        (reader, context) => SampledGradientOptions.Read<ExactOptions>(reader, context.Objective, fisher: null),
        (_, _, _) => new EstimatorFactory(setup => new LinearQuadraticEstimator(setup)));

    public static EstimatorDefinition Gpomdp { get; } =
        Sampled<GpomdpOptions>("score function with costs to go (GPOMDP)", ReturnKind.ToGo);

    public static EstimatorDefinition Reinforce { get; } =
        Sampled<ReinforceOptions>("score function with all costs: Eq. (5) as printed", ReturnKind.Total);

    private static EstimatorDefinition Sampled<TOptions>(string summary, ReturnKind kind)
        where TOptions : SampledGradientOptions, new() =>
        EstimatorDefinition.For<LinearQuadraticProblem, TOptions>(summary, Read<TOptions>, (options, objective, problem) =>
        {
            var sampler = new LinearQuadraticSampler(problem, options.Settings(kind, objective));
            return new EstimatorFactory(setup => new LinearQuadraticSampledEstimator(setup, sampler));
        });

    private static TOptions Read<TOptions>(OptionReader reader, EstimatorContext context)
        where TOptions : SampledGradientOptions, new()
    {
        var options = SampledGradientOptions.Read<TOptions>(reader, context.Objective, fisher: null);
        options.Check(reader);
        if (context.Environment is LinearQuadraticProblem problem) Check(reader, options, problem, context.Policy as LinearPolicy);
        return options;
    }

    private static void Check(OptionReader reader, SampledGradientOptions options, LinearQuadraticProblem problem, LinearPolicy? policy)
    {
        if (problem is { Discount: 1, Steps: 0 })
        {
            reader.Reject(
                "estimator",
                "cannot sample endless undiscounted episodes; set environment.options.discount below 1, or steps, or choose \"exact\"");
        }
        else if (policy is { StandardDeviation: 0 })
        {
            reader.Reject(
                "estimator", "needs a policy with noise, policy.standardDeviation above 0; without noise only \"exact\" is allowed");
        }
        int horizon = LinearQuadraticSampler.HorizonOf(problem, options.Horizon), most = LinearQuadraticSampler.MaxSteps(problem);
        if (horizon > most)
            reader.Reject("horizon", $"must be at most {most} with {problem.States} states and {problem.Controls} controls");
        if ((long)horizon * options.Trajectories * (problem.States + problem.Controls) > MaxNumbers)
        {
            reader.Reject(
                "trajectories",
                $"times {horizon} steps give more than {MaxNumbers} numbers of states and controls a batch, "
                + "which is the most that is kept in memory");
        }
    }
}
