using FedPG.Core.Options;
using FedPG.Envs.Returns;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Sampling;
using FedPG.Policies.Tabular;

namespace FedPG.Federation.Estimators.Tabular;

/// <summary>The estimators of environments whose states are listed.</summary>
internal static class TabularEstimators
{
    public static IEnumerable<EstimatorDefinition> Definitions =>
    [
        EstimatorDefinition.For<FiniteMdp>("exact", "exact gradients by linear solves", (options, context) =>
        {
            // Read so that switching the estimator needs no other change in the file; not used.
            _ = SamplingOptions.ReadSampling(options, ReturnKind.ToGo, context.Objective, strict: false);
            FisherOptions fisher = ReadFisher(options, context);
            if (context.Natural) return _ => setup => new NaturalExactEstimator(setup, fisher);
            return _ => setup => setup.Policy is TabularDirect ? new DirectExactEstimator(setup) : new ExactEstimator(setup);
        }) with { OffersNatural = true, OffersBatches = true },
        Sampled("gpomdp", "score function with costs to go (GPOMDP)", ReturnKind.ToGo),
        Sampled("reinforce", "score function with all costs: Eq. (5) as printed", ReturnKind.Total),
    ];

    private static EstimatorDefinition Sampled(string name, string summary, ReturnKind kind) => EstimatorDefinition.For<FiniteMdp>(name, summary, (options, context) =>
    {
        SamplerSettings settings = SamplingOptions.ReadSampling(options, kind, context.Objective, strict: true);
        FisherOptions fisher = ReadFisher(options, context);
        if (context.Policy is TabularDirect)
            options.Reject("estimator", $"cannot serve policy.kind \"{TabularDirect.Kind}\", whose log pi has no gradient where a probability is 0; allowed there: \"exact\"");
        return mdp =>
        {
            var sampler = new TrajectorySampler(mdp, settings);
            return setup => context.Natural ? new NaturalSampledEstimator(setup, sampler, fisher) : new SampledEstimator(setup, sampler);
        };
    }) with { OffersNatural = true, OffersBatches = true };

    private static FisherOptions ReadFisher(OptionReader options, EstimatorContext context)
    {
        FisherOptions fisher = FisherOptions.Read(options);
        if (context is { Natural: true, Policy: ModulePolicy })
            options.Reject("direction", $"\"natural\" needs a policy that is differentiable in rows, which a module behind ModulePolicy is not; {context.PlainInstead}");
        return fisher;
    }
}
