using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Estimators;
using FedPG.Policies;

namespace FedPG.Experiments.Plugins;

/// <summary>
/// What a plug-in brings: environments, policies, estimators and algorithms, each with a name that is not taken. Not thread-safe.
/// </summary>
public sealed class PluginContents
{
    private readonly List<EnvironmentDefinition> _environments = [];
    private readonly List<PolicyDefinition> _policies = [];
    private readonly List<EstimatorDefinition> _estimators = [];
    private readonly List<AlgorithmDefinition> _algorithms = [];

    /// <summary>The environments so far.</summary>
    public IReadOnlyList<EnvironmentDefinition> Environments => _environments;

    /// <summary>The kinds of policies so far.</summary>
    public IReadOnlyList<PolicyDefinition> Policies => _policies;

    /// <summary>The estimators so far.</summary>
    public IReadOnlyList<EstimatorDefinition> Estimators => _estimators;

    /// <summary>The algorithms so far.</summary>
    public IReadOnlyList<AlgorithmDefinition> Algorithms => _algorithms;

    /// <summary>Whether there is nothing.</summary>
    public bool IsEmpty => _environments.Count + _policies.Count + _estimators.Count + _algorithms.Count == 0;

    /// <summary>Adds an environment, which experiments name by <c>environment.id</c>.</summary>
    public void Add(EnvironmentDefinition environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        _environments.Add(environment);
    }

    /// <summary>Adds an environment by its short definition.</summary>
    public void Add(EpisodicDefinitionBase environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        _environments.Add(environment.ToDefinition());
    }

    /// <summary>Adds a kind of policy, which experiments name by <c>policy.kind</c>.</summary>
    public void Add(PolicyDefinition policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        _policies.Add(policy);
    }

    /// <summary>Adds the definitions of a kind of policy for several kinds of environments.</summary>
    public void Add(IEnumerable<PolicyDefinition> policies)
    {
        ArgumentNullException.ThrowIfNull(policies);
        foreach (PolicyDefinition policy in policies) Add(policy);
    }

    /// <summary>Adds an estimator, which experiments name by <c>gradient.estimator</c>.</summary>
    public void Add(EstimatorDefinition estimator)
    {
        ArgumentNullException.ThrowIfNull(estimator);
        _estimators.Add(estimator);
    }

    /// <summary>Adds an algorithm, which experiments name by <c>federation.algorithm</c>.</summary>
    public void Add(AlgorithmDefinition algorithm)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        _algorithms.Add(algorithm);
    }
}
