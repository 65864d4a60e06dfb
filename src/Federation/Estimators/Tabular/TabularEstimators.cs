using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Returns;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Sampling;
using FedPG.Federation.Estimators.Critics;
using FedPG.Policies.Tabular;

namespace FedPG.Federation.Estimators.Tabular;

/// <summary>The gradient estimators of tabular environments.</summary>
internal static class TabularEstimators
{
    private static readonly FisherOptions Fisher = new(Damping: 1e-4, Iterations: 100);

    public static EstimatorDefinition Exact { get; } = EstimatorDefinition.For<FiniteMdp, ExactOptions>(
        "exact gradients by linear solves", ReadExact, PrepareExact, offersNatural: true, offersBatches: true);

    public static EstimatorDefinition Gpomdp { get; } =
        Sampled<GpomdpOptions>("score function with costs to go (GPOMDP)", ReturnKind.ToGo);

    public static EstimatorDefinition Reinforce { get; } =
        Sampled<ReinforceOptions>("score function with all costs: Eq. (5) as printed", ReturnKind.Total);

    private static ExactOptions ReadExact(OptionReader reader, EstimatorContext context)
    {
        var options = SampledGradientOptions.Read<ExactOptions>(reader, context.Objective, Fisher);
        CheckNatural(reader, context);
        return options;
    }

    private static EstimatorFactory PrepareExact(ExactOptions options, Objective objective, FiniteMdp mdp) => new(setup =>
        options.Direction == GradientDirection.Natural ? new NaturalExactEstimator(setup, options.Fisher)
        : setup.Policy is TabularDirect ? new DirectExactEstimator(setup)
        : new ExactEstimator(setup));

    private static EstimatorDefinition Sampled<TOptions>(string summary, ReturnKind kind)
        where TOptions : SampledGradientOptions, new() =>
        EstimatorDefinition.For<FiniteMdp, TOptions>(
            summary, ReadSampled<TOptions>,
            (options, objective, mdp) => PrepareSampled(options, new TrajectorySampler(mdp, options.Settings(kind, objective))),
            offersNatural: true, offersBatches: true);

    private static TOptions ReadSampled<TOptions>(OptionReader reader, EstimatorContext context)
        where TOptions : SampledGradientOptions, new()
    {
        var options = SampledGradientOptions.Read<TOptions>(reader, context.Objective, Fisher);
        options.Check(reader);
        CheckNatural(reader, context);
        if (context.Policy is TabularDirect)
        {
            reader.Reject(
                "estimator",
                $"cannot serve policy.kind \"{TabularDirect.Kind}\", whose log pi has no gradient where a probability is 0; "
                + "allowed there: \"exact\"");
        }
        return options;
    }

    private static EstimatorFactory PrepareSampled(SampledGradientOptions options, TrajectorySampler sampler) => new(setup =>
        options.Direction == GradientDirection.Natural
            ? new NaturalSampledEstimator(setup, sampler, options.Fisher)
            : new SampledEstimator(setup, sampler));

    private static void CheckNatural(OptionReader reader, EstimatorContext context)
    {
        if (context is not { Natural: true, Policy: ModulePolicy }) return;
        reader.Reject(
            "direction",
            "\"natural\" needs a policy that is differentiable in rows, which a module behind ModulePolicy is not; "
            + context.PlainInstead);
    }
}
