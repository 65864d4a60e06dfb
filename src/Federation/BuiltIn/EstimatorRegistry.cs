using FedPG.Envs;
using FedPG.Federation.Estimators;
using FedPG.Federation.Estimators.Episodic;
using FedPG.Federation.Estimators.LinearQuadratic;
using FedPG.Federation.Estimators.Tabular;

namespace FedPG.Federation.BuiltIn;

/// <summary>The estimators an experiment can name. Register before experiments are read; reading is thread-safe.</summary>
public sealed class EstimatorRegistry
{
    private static readonly Lazy<EstimatorRegistry> Shared = new(WithBuiltIn);
    private readonly List<EstimatorDefinition> _definitions = [];

    /// <summary>The registry of this process, with the built-in estimators.</summary>
    public static EstimatorRegistry Default => Shared.Value;

    /// <summary>The known estimators.</summary>
    public IReadOnlyCollection<string> Names => [.. _definitions.Select(d => d.Name).Distinct()];

    /// <summary>A new registry with the built-in estimators.</summary>
    public static EstimatorRegistry WithBuiltIn()
    {
        var registry = new EstimatorRegistry();
        foreach (EstimatorDefinition definition in TabularEstimators.Definitions) registry.Register(definition);
        foreach (EstimatorDefinition definition in LinearQuadraticEstimators.Definitions) registry.Register(definition);
        foreach (EstimatorDefinition definition in EpisodicEstimators.Definitions) registry.Register(definition);
        return registry;
    }

    /// <summary>A registry of some definitions.</summary>
    public static EstimatorRegistry Of(IEnumerable<EstimatorDefinition> definitions)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        var registry = new EstimatorRegistry();
        foreach (EstimatorDefinition definition in definitions) registry.Register(definition);
        return registry;
    }

    /// <summary>Adds an estimator.</summary>
    /// <exception cref="ArgumentException">The name is taken for that type of environment.</exception>
    public void Register(EstimatorDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (_definitions.Any(d => d.Name == definition.Name && d.Environment == definition.Environment))
            throw new ArgumentException($"estimator {definition.Name} is registered already for {definition.Environment.Name}", nameof(definition));
        _definitions.Add(definition);
    }

    /// <summary>The definition of a known estimator: the one that serves the environment, else any of that name.</summary>
    public EstimatorDefinition Get(string name, FederatedEnvironment? environment) =>
        _definitions.Find(d => d.Name == name && environment is not null && d.Fits(environment)) ?? _definitions.First(d => d.Name == name);

    /// <summary>The definitions of a name, each for some environments.</summary>
    public IEnumerable<EstimatorDefinition> DefinitionsOf(string name) => _definitions.Where(d => d.Name == name);
}
