using FedPG.Envs;
using FedPG.Envs.Options;
using FedPG.Envs.Sampling;
using FedPG.Policies;

namespace FedPG.Federation.Oracles;

/// <summary>The estimators of environments whose states are listed.</summary>
internal static class ListedStateOracles
{
    public static IEnumerable<OracleDefinition> Definitions =>
    [
        OracleDefinition.For<FiniteMdp>("exact", "exact gradients by linear solves", (options, context) =>
        {
            // Read so that switching the estimator needs no other change in the file; not used.
            _ = OracleRegistry.ReadSampling(options, ReturnKind.ToGo, context.Objective, strict: false);
            FisherOptions fisher = ReadFisher(options, context);
            if (context.Natural) return _ => setup => new NaturalExactOracle(setup, fisher);
            return _ => setup => setup.Policy is TabularDirect ? new DirectExactOracle(setup) : new ExactOracle(setup);
        }) with { OffersNatural = true, OffersBatches = true },
        Sampled("gpomdp", "score function with costs to go (GPOMDP)", ReturnKind.ToGo),
        Sampled("reinforce", "score function with all costs: Eq. (5) as printed", ReturnKind.Total),
    ];

    private static OracleDefinition Sampled(string name, string summary, ReturnKind kind) => OracleDefinition.For<FiniteMdp>(name, summary, (options, context) =>
    {
        SamplerSettings settings = OracleRegistry.ReadSampling(options, kind, context.Objective, strict: true);
        FisherOptions fisher = ReadFisher(options, context);
        if (context.Policy is TabularDirect)
            options.Reject("estimator", $"cannot serve policy.kind \"{TabularDirect.Kind}\", whose log pi has no gradient where a probability is 0; allowed there: \"exact\"");
        return mdp =>
        {
            var sampler = new TrajectorySampler(mdp, settings);
            return setup => context.Natural ? new NaturalSampledOracle(setup, sampler, fisher) : new SampledOracle(setup, sampler);
        };
    }) with { OffersNatural = true, OffersBatches = true };

    private static FisherOptions ReadFisher(OptionReader options, OracleContext context)
    {
        FisherOptions fisher = FisherOptions.Read(options);
        if (context is { Natural: true, Policy: ModulePolicy })
            options.Reject("direction", $"\"natural\" needs a policy that is differentiable in rows, which a module behind ModulePolicy is not; {context.PlainInstead}");
        return fisher;
    }
}
