using System.Text.Json;
using FedPG.Core;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Estimators;
using FedPG.Federation.Schedules;

namespace FedPG.Experiments.Reading;

/// <summary>What the gradient section says.</summary>
/// <param name="Estimator">The name of the estimator.</param>
/// <param name="Configured">The estimator with its options; null where it cannot be had, which is noted.</param>
/// <param name="Entropy">tau by rounds.</param>
internal sealed record GradientSection(string Estimator, ConfiguredEstimator? Configured, EntropySchedule Entropy);

/// <summary>
/// Reads the gradient section of experiment files. It knows no estimator by name: each has a definition in a catalogue that reads its own
/// keys. Stateless.
/// </summary>
internal static class GradientReader
{
    private const string Section = "gradient", EstimatorKey = "estimator", DirectionKey = "direction",
        EntropyKey = "entropy", DefaultEstimator = "gpomdp";

    private static readonly GradientDirection[] Directions = Enum.GetValues<GradientDirection>();

    /// <summary>
    /// Whether the estimator that a file names learns from values, before its section is read: that decides what the policy and the
    /// federation are where nothing is said of them.
    /// </summary>
    /// <param name="reader">The document.</param>
    /// <param name="estimators">The estimators that can be named.</param>
    /// <param name="trainer">The algorithm; null where it is not known.</param>
    public static bool Learns(OptionReader reader, Catalog<EstimatorDefinition> estimators, AlgorithmDefinition? trainer)
    {
        JsonElement gradient = reader.Raw(Section);
        return trainer?.OwnEstimators is null && gradient.ValueKind == JsonValueKind.Object
            && gradient.TryGetProperty(EstimatorKey, out JsonElement name) && name.ValueKind == JsonValueKind.String
            && estimators.Find(name.GetString()!) is { NeedsValues: true };
    }

    /// <summary>Reads the section.</summary>
    /// <param name="reader">The document.</param>
    /// <param name="known">The estimators that can be named.</param>
    /// <param name="trainer">The algorithm; null where it is not known.</param>
    /// <param name="policyKind">The kind of policy.</param>
    /// <param name="context">What the options are read for, without the direction.</param>
    public static GradientSection Read(
        OptionReader reader, Catalog<EstimatorDefinition> known, AlgorithmDefinition? trainer, string policyKind, EstimatorContext context)
    {
        OptionReader gradient = reader.Section(Section);
        Catalog<EstimatorDefinition> estimators = trainer?.OwnEstimators is { } own ? EstimatorCatalog.Of(own) : known;
        string[] serving = context.Environment is { } environment
            ? [.. estimators.Names.Where(name => Serves(estimators.Get(name, environment), environment, trainer))]
            : [];
        string name = gradient.Choice(
            EstimatorKey, trainer?.OwnEstimators?[0].Name ?? DefaultEstimator, estimators.Names, "how gradients are had", serving);
        (GradientDirection direction, string? by) = ReadDirection(gradient, trainer, policyKind);
        context = context with { Direction = direction, DirectionOf = by };
        (EstimatorDefinition? definition, GradientOptions? options) = ReadEstimator(gradient, estimators, name, serving, trainer, context);
        EntropySchedule entropy = EntropySchedule.Read(gradient, EntropyKey, EntropySchedule.None, MeaningOf(EntropyKey));
        if (entropy.IsUsed && context.Policy is { HasVariableEntropy: false })
        {
            gradient.Reject(
                EntropyKey, $"must be 0 with policy.kind \"{policyKind}\", whose entropy does not depend on its parameters");
        }
        gradient.Finish();
        ConfiguredEstimator? configured = definition is null || options is null
            ? null
            : new ConfiguredEstimator(definition, options with { Entropy = entropy }, context.Objective);
        return new GradientSection(name, configured, entropy);
    }

    private static bool Serves(EstimatorDefinition definition, FederatedEnvironment environment, AlgorithmDefinition? trainer) =>
        definition.Fits(environment)
        && (trainer?.Needs.Batches != true || definition.OffersBatches)
        && trainer?.Needs.Estimators?.Contains(definition.Name) != false;

    /// <summary>The direction, and the algorithm that is defined by it, where one is.</summary>
    private static (GradientDirection Direction, string? By) ReadDirection(
        OptionReader gradient, AlgorithmDefinition? trainer, string policyKind)
    {
        string[] words = [.. Directions.Select(WordOf)];
        string plain = WordOf(GradientDirection.Plain);
        string? only = trainer?.OwnEstimators is null ? trainer?.DirectionOf?.Invoke(policyKind) : plain;
        string direction = gradient.Choice(DirectionKey, only ?? plain, words, MeaningOf(DirectionKey), only is null ? null : [only]);
        if (only is not null && direction != only)
        {
            gradient.Reject(
                DirectionKey, $"must be \"{only}\" with federation.algorithm \"{trainer!.Name}\" and policy.kind \"{policyKind}\"");
        }
        return (Directions[Array.IndexOf(words, only ?? direction)], only is null ? null : trainer!.Name);
    }

    private static (EstimatorDefinition? Definition, GradientOptions? Options) ReadEstimator(
        OptionReader gradient, Catalog<EstimatorDefinition> estimators, string name, string[] serving, AlgorithmDefinition? trainer,
        EstimatorContext context)
    {
        if (context.Environment is not { } environment) return ReadAny(gradient, estimators, name, context);
        EstimatorDefinition definition = estimators.Get(name, environment);
        if (!definition.Fits(environment))
        {
            // Where nothing serves, and the policy was refused too, it is the algorithm that has no place there, which was said.
            if (serving.Length > 0 || context.Policy is not null)
            {
                gradient.Reject(
                    EstimatorKey, $"\"{name}\" does not serve {environment.Name}; allowed there: {Words.Quoted(serving)}");
            }
            return ReadAny(gradient, estimators, name, context with { Environment = null, Policy = null });
        }
        if (trainer?.Needs.Batches == true && context.Policy is not null && !definition.OffersBatches)
        {
            gradient.Reject(
                EstimatorKey, $"\"{name}\" keeps no batch, on which federation.algorithm \"{trainer.Name}\" takes several steps");
        }
        return (definition, definition.Read(gradient, context));
    }

    /// <summary>Judges what can be judged of the options where the environment says nothing, or is of another kind.</summary>
    private static (EstimatorDefinition?, GradientOptions?) ReadAny(
        OptionReader gradient, Catalog<EstimatorDefinition> estimators, string name, EstimatorContext context)
    {
        gradient.ReadAnyOf(estimators.All(name).Select(any => (Action<OptionReader>)(options => any.Read(options, context))));
        return (null, null);
    }

    private static string WordOf(GradientDirection direction) => direction == GradientDirection.Natural ? "natural" : "plain";

    private static string MeaningOf(string key) =>
        OptionProperty.Of(typeof(GradientOptions)).Single(property => property.Key == key).Attribute.Meaning;
}
