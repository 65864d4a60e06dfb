using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Federation.Algorithms;
using FedPG.Federation.BuiltIn;
using FedPG.Federation.Estimators;
using FedPG.Federation.Schedules;

namespace FedPG.Experiments.Reading;

/// <summary>What the gradient section says.</summary>
/// <param name="Estimator">The estimator.</param>
/// <param name="Prepare">Prepares the maker of oracles for blocks of agents.</param>
/// <param name="Entropy">tau by rounds.</param>
internal sealed record GradientSection(string Estimator, Func<FederatedEnvironment, Func<EstimatorSetup, IGradientEstimator>> Prepare, EntropySchedule Entropy);

/// <summary>Reads the gradient section of experiment files. It knows no estimator by name: each has a definition in a registry that reads its own keys. Stateless.</summary>
internal static class GradientReader
{
    private const string Plain = "plain", Natural = "natural", EstimatorKey = "estimator", DirectionKey = "direction", EntropyKey = "entropy";

    /// <summary>Reads the section.</summary>
    /// <param name="reader">The document.</param>
    /// <param name="oracles">The estimators that can be named.</param>
    /// <param name="trainer">The algorithm; null where it is not known.</param>
    /// <param name="policyKind">The kind of policy.</param>
    /// <param name="context">What the estimator is configured for, without the direction.</param>
    public static GradientSection Read(OptionReader reader, EstimatorRegistry oracles, AlgorithmDefinition? trainer, string policyKind, EstimatorContext context)
    {
        OptionReader gradient = reader.Section("gradient");
        EstimatorRegistry estimators = trainer?.OwnEstimators is { } own ? EstimatorRegistry.Of(own) : oracles;
        string[] serving = context.Environment is { } environment ? [.. estimators.Names.Where(name => Serves(estimators.Get(name, environment), environment, trainer))] : [];
        string estimator = gradient.Choice(EstimatorKey, trainer?.OwnEstimators?[0].Name ?? "gpomdp", estimators.Names, "how gradients are had", serving);
        (string direction, string? by) = ReadDirection(gradient, trainer, policyKind);
        Func<FederatedEnvironment, Func<EstimatorSetup, IGradientEstimator>> prepare =
            ReadEstimator(gradient, estimators, estimator, serving, trainer, context with { Natural = direction == Natural, DirectionOf = by });
        EntropySchedule entropy = ReadEntropy(gradient);
        if (entropy.IsUsed && context.Policy is { HasVariableEntropy: false })
            gradient.Reject(EntropyKey, $"must be 0 with policy.kind \"{policyKind}\", whose entropy does not depend on its parameters");
        gradient.Finish();
        return new GradientSection(estimator, prepare, entropy);
    }

    private static bool Serves(EstimatorDefinition definition, FederatedEnvironment environment, AlgorithmDefinition? trainer) =>
        definition.Fits(environment) && (trainer?.Needs.Batches != true || definition.OffersBatches) && trainer?.Needs.Estimators?.Contains(definition.Name) != false;

    /// <summary>The direction, and the algorithm that is defined by it, where one is.</summary>
    private static (string Direction, string? By) ReadDirection(OptionReader gradient, AlgorithmDefinition? trainer, string policyKind)
    {
        string? only = trainer?.OwnEstimators is null ? trainer?.DirectionOf?.Invoke(policyKind) : Plain;
        string direction = gradient.Choice(
            DirectionKey, only ?? Plain, [Plain, Natural], "what agents descend along: the gradient, or the natural gradient", only is null ? null : [only]);
        if (only is null) return (direction, null);
        if (direction != only) gradient.Reject(DirectionKey, $"must be \"{only}\" with federation.algorithm \"{trainer!.Name}\" and policy.kind \"{policyKind}\"");
        return (only, trainer!.Name);
    }

    private static Func<FederatedEnvironment, Func<EstimatorSetup, IGradientEstimator>> ReadEstimator(
        OptionReader gradient, EstimatorRegistry oracles, string name, string[] serving, AlgorithmDefinition? trainer, EstimatorContext context)
    {
        if (context.Environment is not { } environment) return ReadAny(gradient, oracles, name, context);
        EstimatorDefinition definition = oracles.Get(name, environment);
        if (!definition.Fits(environment))
        {
            // Where nothing serves, and the policy was refused too, it is the algorithm that has no place there, which was said.
            if (serving.Length > 0 || context.Policy is not null) gradient.Reject(EstimatorKey, $"\"{name}\" does not serve {environment.Name}; allowed there: {Words.Quoted(serving)}");
            return ReadAny(gradient, oracles, name, context with { Environment = null, Policy = null });
        }
        if (context is { Natural: true, Policy: not null } && !definition.OffersNatural)
            gradient.Reject(DirectionKey, $"\"natural\" is not offered in {environment.Name}; {context.PlainInstead}");
        if (trainer?.Needs.Batches == true && context.Policy is not null && !definition.OffersBatches)
            gradient.Reject(EstimatorKey, $"\"{name}\" keeps no batch, on which federation.algorithm \"{trainer.Name}\" takes several steps");
        return definition.Configure(gradient, context);
    }

    /// <summary>What can be judged of the options where the environment says nothing, or is of another kind.</summary>
    private static Func<FederatedEnvironment, Func<EstimatorSetup, IGradientEstimator>> ReadAny(OptionReader gradient, EstimatorRegistry oracles, string name, EstimatorContext context)
    {
        gradient.ReadAnyOf(oracles.DefinitionsOf(name).Select(any => (Action<OptionReader>)(options => any.Configure(options, context))));
        return _ => throw new InvalidOperationException("no environment that the estimator could serve");
    }

    private static EntropySchedule ReadEntropy(OptionReader gradient)
    {
        if (gradient.Raw(EntropyKey).ValueKind == JsonValueKind.Object)
        {
            OptionReader schedule = gradient.Section(EntropyKey);
            var entropy = new EntropySchedule(
                schedule.Number("from", 0, NumberRange.NonNegative, "tau in round 0"),
                schedule.Number("to", 0, NumberRange.NonNegative, "tau at the end"),
                schedule.Integer("until", 0, 0, 100_000_000, "the first round at the end value"));
            schedule.Finish();
            return entropy;
        }
        if (gradient.Raw(EntropyKey).ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Number))
        {
            gradient.Reject(EntropyKey, $"must be {NumberRange.NonNegative}, or {{ \"from\", \"to\", \"until\" }}");
            return EntropySchedule.None;
        }
        double constant = gradient.Number(EntropyKey, 0, NumberRange.NonNegative, "tau, a number or { \"from\", \"to\", \"until\" }");
        return new EntropySchedule(constant, constant, 0);
    }
}
