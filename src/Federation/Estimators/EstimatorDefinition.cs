using FedPG.Core;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Federation.Schedules;

namespace FedPG.Federation.Estimators;

/// <summary>
/// One estimator for one kind of environment: its name, its options, and how it is made. Definitions for different environments may share
/// a name. Immutable.
/// </summary>
public sealed class EstimatorDefinition : ICatalogEntry
{
    private readonly Func<OptionReader, EstimatorContext, GradientOptions> _read;
    private readonly Func<GradientOptions, Objective, FederatedEnvironment, IEstimatorFactory> _prepare;

    private EstimatorDefinition(
        GradientOptions defaults, string summary, Type environment, Func<OptionReader, EstimatorContext, GradientOptions> read,
        Func<GradientOptions, Objective, FederatedEnvironment, IEstimatorFactory> prepare) =>
        (Defaults, Summary, Environment, _read, _prepare) = (defaults, summary, environment, read, prepare);

    /// <summary>The value of <c>gradient.estimator</c>.</summary>
    public string Name => Defaults.Estimator;

    /// <inheritdoc/>
    public string Summary { get; }

    /// <summary>The type of the environments it serves.</summary>
    public Type Environment { get; }

    /// <summary>The options record with its defaults.</summary>
    public GradientOptions Defaults { get; }

    /// <summary>Whether it offers the natural direction too; false by default.</summary>
    public bool OffersNatural { get; init; }

    /// <summary>Whether its estimators are <see cref="IBatchEstimator"/> where the direction is the plain one; false by default.</summary>
    public bool OffersBatches { get; init; }

    /// <summary>
    /// Whether it learns from values, so that a policy gets a critic where nothing is said of one, and settings of the federation that are
    /// not given are those of its recipe; false by default.
    /// </summary>
    public bool NeedsValues { get; private init; }

    /// <summary>The same estimator as one that learns from values.</summary>
    internal EstimatorDefinition WithValues() => new(Defaults, Summary, Environment, _read, _prepare)
    {
        OffersNatural = OffersNatural,
        OffersBatches = OffersBatches,
        NeedsValues = true,
    };

    /// <summary>Defines an estimator for one kind of environment.</summary>
    /// <typeparam name="TEnvironment">The kind of environment.</typeparam>
    /// <typeparam name="TOptions">The options record, which names the estimator.</typeparam>
    /// <param name="summary">One line for lists.</param>
    /// <param name="read">
    /// Reads and checks the options of the gradient section but for those of <see cref="GradientOptions"/> itself. The environment or the
    /// policy is null where it had errors of its own.
    /// </param>
    /// <param name="prepare">Prepares, once an experiment, what makes the estimators of blocks.</param>
    /// <param name="offersNatural">Whether it offers the natural direction too.</param>
    /// <param name="offersBatches">Whether its estimators are <see cref="IBatchEstimator"/> where the direction is the plain one.</param>
    public static EstimatorDefinition For<TEnvironment, TOptions>(
        string summary, Func<OptionReader, EstimatorContext, TOptions> read,
        Func<TOptions, Objective, TEnvironment, IEstimatorFactory> prepare, bool offersNatural = false, bool offersBatches = false)
        where TEnvironment : FederatedEnvironment
        where TOptions : GradientOptions, new()
    {
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(prepare);
        return new EstimatorDefinition(
            new TOptions(), summary, typeof(TEnvironment), read,
            (options, objective, environment) => prepare((TOptions)options, objective, (TEnvironment)environment))
        {
            OffersNatural = offersNatural,
            OffersBatches = offersBatches,
        };
    }

    /// <summary>Whether this definition serves an environment.</summary>
    /// <param name="environment">The environment.</param>
    public bool Fits(FederatedEnvironment environment) => Environment.IsInstanceOfType(environment);

    /// <summary>
    /// Reads and checks the estimator's own options; the direction is that of the context, the entropy is left at its default.
    /// </summary>
    /// <param name="reader">The gradient section.</param>
    /// <param name="context">What they are read for.</param>
    public GradientOptions Read(OptionReader reader, EstimatorContext context)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(context);
        if (context is { Natural: true, Environment: { } environment, Policy: not null } && !OffersNatural)
            reader.Reject("direction", $"\"natural\" is not offered in {environment.Name}; {context.PlainInstead}");
        return _read(reader, context) with { Direction = context.Direction };
    }

    /// <summary>Checks options that were written in a program, by the rules of files.</summary>
    /// <param name="options">The options; a direction that is null is that of the context.</param>
    /// <param name="context">What they are for.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all of them are named at once, by their keys.</exception>
    public ConfiguredEstimator Configure(GradientOptions options, EstimatorContext context)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        GradientOptions read = OptionRecord.Check(options, reader =>
        {
            reader.Accept(["direction"]);
            GradientOptions own = Read(reader, context with { Direction = options.Direction ?? context.Direction });
            return own with { Entropy = EntropySchedule.Read(reader, "entropy", EntropySchedule.None, "tau") };
        });
        return new ConfiguredEstimator(this, read, context.Objective);
    }

    /// <summary>Prepares, once an experiment, what makes the estimators of blocks.</summary>
    /// <param name="options">Options that <see cref="Read"/> gave.</param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="environment">The environment of all agents.</param>
    /// <exception cref="InvalidCastException">The options or the environment are of another kind.</exception>
    public IEstimatorFactory Prepare(GradientOptions options, Objective objective, FederatedEnvironment environment) =>
        _prepare(options, objective, environment);

    /// <inheritdoc/>
    public bool CanShareNameWith(ICatalogEntry other) => other is EstimatorDefinition definition && definition.Environment != Environment;
}

/// <summary>What is asked of a catalogue of estimators.</summary>
internal static class EstimatorCatalog
{
    /// <summary>The definition of a known estimator: the one that serves the environment, else any of that name.</summary>
    /// <param name="estimators">The catalogue.</param>
    /// <param name="name">The name.</param>
    /// <param name="environment">The environment; null where it is not known.</param>
    public static EstimatorDefinition Get(this Catalog<EstimatorDefinition> estimators, string name, FederatedEnvironment? environment)
    {
        ArgumentNullException.ThrowIfNull(estimators);
        return estimators.All(name).FirstOrDefault(known => environment is not null && known.Fits(environment)) ?? estimators[name];
    }

    /// <summary>A catalogue of some estimators.</summary>
    /// <param name="definitions">The estimators.</param>
    public static Catalog<EstimatorDefinition> Of(IEnumerable<EstimatorDefinition> definitions)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        var catalog = new Catalog<EstimatorDefinition>("estimator");
        foreach (EstimatorDefinition definition in definitions) catalog.Register(definition);
        return catalog;
    }
}
