using FedPG.Core;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Estimators;
using FedPG.Policies;

namespace FedPG.Experiments;

/// <summary>
/// All that an experiment can name: environments, policies, estimators and algorithms. A new one holds what is built in; plug-ins and
/// programs add to it before experiments are read. Safe to use from several threads.
/// </summary>
public sealed class ExperimentCatalog
{
    // Each list is made when it is first asked for: who lists environments loads no policies.
    private readonly Lazy<Catalog<EnvironmentDefinition>> _environments = new(() => Filled("environment", BuiltIn.Environments()));
    private readonly Lazy<Catalog<PolicyDefinition>> _policies = new(() => Filled("kind of policy", BuiltIn.Policies()));
    private readonly Lazy<Catalog<EstimatorDefinition>> _estimators = new(() => Filled("estimator", BuiltIn.Estimators()));
    private readonly Lazy<Catalog<AlgorithmDefinition>> _algorithms = new(() => Filled("algorithm", BuiltIn.Algorithms()));

    /// <summary>The catalogue of this process, which commands, <see cref="Reading.ExperimentReader.Default"/> and plug-ins share.</summary>
    public static ExperimentCatalog Default { get; } = new();

    /// <summary>The environments: <c>environment.id</c>.</summary>
    public Catalog<EnvironmentDefinition> Environments => _environments.Value;

    /// <summary>The kinds of policies: <c>policy.kind</c>.</summary>
    public Catalog<PolicyDefinition> Policies => _policies.Value;

    /// <summary>The estimators of gradients: <c>gradient.estimator</c>.</summary>
    public Catalog<EstimatorDefinition> Estimators => _estimators.Value;

    /// <summary>The algorithms: <c>federation.algorithm</c>.</summary>
    public Catalog<AlgorithmDefinition> Algorithms => _algorithms.Value;

    /// <summary>Adds an environment.</summary>
    /// <param name="environment">Its definition.</param>
    /// <exception cref="ArgumentException">The id is taken, or the definition is not valid.</exception>
    public void Add(EnvironmentDefinition environment) => Environments.Register(environment);

    /// <summary>Adds an environment that is known by its steps only.</summary>
    /// <param name="environment">Its short definition.</param>
    /// <exception cref="ArgumentException">The id is taken, or the definition is not valid.</exception>
    public void Add(EpisodicDefinitionBase environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        Environments.Register(environment.ToDefinition());
    }

    /// <summary>Adds a kind of policy.</summary>
    /// <param name="policy">Its definition.</param>
    /// <exception cref="ArgumentException">The kind is taken for such environments.</exception>
    public void Add(PolicyDefinition policy) => Policies.Register(policy);

    /// <summary>Adds the definitions of a kind of policy for several kinds of environments.</summary>
    /// <param name="policies">The definitions.</param>
    /// <exception cref="ArgumentException">The kind is taken for such environments.</exception>
    public void Add(IEnumerable<PolicyDefinition> policies)
    {
        ArgumentNullException.ThrowIfNull(policies);
        foreach (PolicyDefinition policy in policies) Policies.Register(policy);
    }

    /// <summary>Adds an estimator.</summary>
    /// <param name="estimator">Its definition.</param>
    /// <exception cref="ArgumentException">The name is taken for such environments.</exception>
    public void Add(EstimatorDefinition estimator) => Estimators.Register(estimator);

    /// <summary>Adds an algorithm.</summary>
    /// <param name="algorithm">Its definition.</param>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Add(AlgorithmDefinition algorithm) => Algorithms.Register(algorithm);

    private static Catalog<T> Filled<T>(string what, IEnumerable<T> builtIn)
        where T : class, ICatalogEntry
    {
        var catalog = new Catalog<T>(what);
        foreach (T entry in builtIn) catalog.Register(entry);
        return catalog;
    }
}
