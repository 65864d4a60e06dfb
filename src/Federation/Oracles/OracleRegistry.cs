using FedPG.Envs;
using FedPG.Envs.Options;
using FedPG.Envs.Sampling;
using FedPG.Policies;

namespace FedPG.Federation.Oracles;

/// <summary>What an estimator is configured for.</summary>
/// <param name="Objective">How rewards become costs.</param>
/// <param name="Environment">The instance; null when it had faults itself, so that only the options can be checked.</param>
/// <param name="Policy">An instance of the policy; null for the same reason.</param>
public sealed record OracleContext(Objective Objective, EnvironmentInstance? Environment, Policy? Policy)
{
    /// <summary>Whether the natural direction is asked for, in the place of the gradient.</summary>
    public bool Natural { get; init; }

    /// <summary>The algorithm that is defined by its direction and knows no other; null where the file decides.</summary>
    public string? DirectionOf { get; init; }

    /// <summary>What a message about a natural direction that cannot be had says of the way out.</summary>
    internal string PlainInstead => DirectionOf is null ? "allowed there: \"plain\"" : $"federation.algorithm \"{DirectionOf}\", which knows no other, cannot be had there";
}

/// <summary>One estimator for one kind of environment: its name and how its options are read.</summary>
/// <param name="Name">The value of <c>gradient.estimator</c>; definitions for different environments may share it.</param>
/// <param name="Summary">One line for lists.</param>
/// <param name="Environment">The type of the instances it serves.</param>
/// <param name="Configure">
/// Reads the options of the gradient section; returns what prepares, once an experiment, the maker of oracles for blocks of agents.
/// </param>
public sealed record OracleDefinition(
    string Name, string Summary, Type Environment,
    Func<OptionReader, OracleContext, Func<EnvironmentInstance, Func<OracleSetup, IOracle>>> Configure)
{
    /// <summary>Whether it offers the natural direction too.</summary>
    public bool OffersNatural { get; init; }

    /// <summary>Whether its oracles are <see cref="IBatchOracle"/> where the direction is the plain one.</summary>
    public bool OffersBatches { get; init; }

    /// <summary>An estimator for one kind of environment.</summary>
    public static OracleDefinition For<TEnvironment>(
        string name, string summary, Func<OptionReader, OracleContext, Func<TEnvironment, Func<OracleSetup, IOracle>>> configure)
        where TEnvironment : EnvironmentInstance =>
        new(name, summary, typeof(TEnvironment), (options, context) =>
        {
            Func<TEnvironment, Func<OracleSetup, IOracle>> prepare = configure(options, context);
            return environment => prepare((TEnvironment)environment);
        });

    /// <summary>Whether this definition serves an environment.</summary>
    public bool Fits(EnvironmentInstance environment) => Environment.IsInstanceOfType(environment);
}

/// <summary>The estimators an experiment can name. Register before experiments are read; reading is thread-safe.</summary>
public sealed class OracleRegistry
{
    private static readonly Lazy<OracleRegistry> Shared = new(WithBuiltIn);
    private readonly List<OracleDefinition> _definitions = [];

    /// <summary>The registry of this process, with the built-in estimators.</summary>
    public static OracleRegistry Default => Shared.Value;

    /// <summary>The known estimators.</summary>
    public IReadOnlyCollection<string> Names => [.. _definitions.Select(d => d.Name).Distinct()];

    /// <summary>A new registry with the built-in estimators.</summary>
    public static OracleRegistry WithBuiltIn()
    {
        var registry = new OracleRegistry();
        foreach (OracleDefinition definition in ListedStateOracles.Definitions) registry.Register(definition);
        foreach (OracleDefinition definition in LinearQuadraticOracles.Definitions) registry.Register(definition);
        foreach (OracleDefinition definition in RolloutOracles.Definitions) registry.Register(definition);
        return registry;
    }

    /// <summary>A registry of some definitions.</summary>
    public static OracleRegistry Of(IEnumerable<OracleDefinition> definitions)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        var registry = new OracleRegistry();
        foreach (OracleDefinition definition in definitions) registry.Register(definition);
        return registry;
    }

    /// <summary>Adds an estimator.</summary>
    /// <exception cref="ArgumentException">The name is taken for that type of environment.</exception>
    public void Register(OracleDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (_definitions.Any(d => d.Name == definition.Name && d.Environment == definition.Environment))
            throw new ArgumentException($"estimator {definition.Name} is registered already for {definition.Environment.Name}", nameof(definition));
        _definitions.Add(definition);
    }

    /// <summary>The definition of a known estimator: the one that serves the environment, else any of that name.</summary>
    public OracleDefinition Get(string name, EnvironmentInstance? environment) =>
        _definitions.Find(d => d.Name == name && environment is not null && d.Fits(environment)) ?? _definitions.First(d => d.Name == name);

    /// <summary>The definitions of a name, each for some environments.</summary>
    public IEnumerable<OracleDefinition> DefinitionsOf(string name) => _definitions.Where(d => d.Name == name);

    /// <summary>The settings of estimators that sample trajectories.</summary>
    /// <param name="options">The gradient section.</param>
    /// <param name="kind">Which costs multiply a score.</param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="strict">Whether the settings are used, and so must fit together.</param>
    internal static SamplerSettings ReadSampling(OptionReader options, ReturnKind kind, Objective objective, bool strict)
    {
        int horizon = options.Integer("horizon", 50, 1, 100_000, "K, the length trajectories are truncated at");
        int trajectories = options.Integer("trajectories", 32, 1, 1_000_000, "B, trajectories an agent samples for one gradient");
        string baseline = options.Choice("baseline", "leave-one-out", ["none", "constant", "leave-one-out"], "the unbiased baseline");
        double value = options.Number("baselineValue", objective.Cost(0), NumberRange.Any, "the cost per step that the constant baseline subtracts");
        if (strict && baseline == "leave-one-out" && trajectories < 2)
            options.Reject("trajectories", "the baseline \"leave-one-out\" needs at least 2 trajectories (or choose \"none\" or \"constant\")");
        const int mostSteps = 1 << 24;
        if (strict && (long)horizon * trajectories > mostSteps)
            options.Reject("trajectories", $"times gradient.horizon {horizon} gives more than {mostSteps} steps a batch, which is the most that is kept in memory");
        return new SamplerSettings(horizon, trajectories, kind, baseline switch
        {
            "none" => Baseline.None,
            "constant" => Baseline.Constant,
            _ => Baseline.LeaveOneOut,
        }, value, objective);
    }
}
