using FedPG.Core.Options;
using FedPG.Envs.LinearQuadratic;
using FedPG.Envs.Returns;
using FedPG.Policies.LinearQuadratic;

namespace FedPG.Federation.Estimators.LinearQuadratic;

/// <summary>The estimators of linear-quadratic problems.</summary>
internal static class LinearQuadraticEstimators
{
    /// <summary>The most numbers of states and controls that a batch of one agent may keep.</summary>
    private const long MaxNumbers = 1L << 23;

    public static IEnumerable<EstimatorDefinition> Definitions =>
    [
        EstimatorDefinition.For<LinearQuadraticProblem>("exact", "exact gradients by matrix equations", (options, context) =>
        {
            // Read so that switching the estimator needs no other change in the file; not used.
            _ = SamplingOptions.ReadSampling(options, ReturnKind.ToGo, context.Objective, strict: false);
            return _ => setup => new LinearQuadraticEstimator(setup);
        }),
        Sampled("gpomdp", "score function with costs to go (GPOMDP)", ReturnKind.ToGo),
        Sampled("reinforce", "score function with all costs: Eq. (5) as printed", ReturnKind.Total),
    ];

    private static EstimatorDefinition Sampled(string name, string summary, ReturnKind kind) =>
        EstimatorDefinition.For<LinearQuadraticProblem>(name, summary, (options, context) =>
        {
            SamplerSettings settings = SamplingOptions.ReadSampling(options, kind, context.Objective, strict: true);
            Check(options, settings, context);
            return problem =>
            {
                var sampler = new LinearQuadraticSampler(problem, settings);
                return setup => new LinearQuadraticSampledEstimator(setup, sampler);
            };
        });

    private static void Check(OptionReader options, SamplerSettings settings, EstimatorContext context)
    {
        if (context.Environment is not LinearQuadraticProblem problem) return;
        if (problem is { Discount: 1, Steps: 0 })
            options.Reject("estimator", "cannot sample endless undiscounted episodes; set environment.options.discount below 1, or steps, or choose \"exact\"");
        else if (context.Policy is LinearPolicy { StandardDeviation: 0 })
            options.Reject("estimator", "needs a policy with noise, policy.standardDeviation above 0; without noise only \"exact\" is allowed");
        int horizon = LinearQuadraticSampler.HorizonOf(problem, settings.Horizon), most = LinearQuadraticSampler.MaxSteps(problem);
        if (horizon > most) options.Reject("horizon", $"must be at most {most} with {problem.States} states and {problem.Controls} controls");
        if ((long)horizon * settings.Trajectories * (problem.States + problem.Controls) > MaxNumbers)
            options.Reject("trajectories", $"times {horizon} steps give more than {MaxNumbers} numbers of states and controls a batch, which is the most that is kept in memory");
    }
}
