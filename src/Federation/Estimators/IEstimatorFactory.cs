using FedPG.Envs;

namespace FedPG.Federation.Estimators;

/// <summary>
/// Makes the gradient estimators of an experiment's blocks, and holds what the blocks share. Safe to use from several threads.
/// </summary>
public interface IEstimatorFactory
{
    /// <summary>Makes the estimator of a block.</summary>
    /// <param name="setup">The block.</param>
    /// <returns>An estimator that serves one thread at a time; the caller disposes it.</returns>
    IGradientEstimator Create(EstimatorSetup setup);
}

/// <summary>An estimator with its options, as an experiment names it. Immutable.</summary>
/// <param name="Definition">The estimator.</param>
/// <param name="Options">Its options, as <see cref="EstimatorDefinition.Read"/> gives them.</param>
/// <param name="Objective">How rewards become costs.</param>
public sealed record ConfiguredEstimator(EstimatorDefinition Definition, GradientOptions Options, Objective Objective)
{
    /// <summary>Prepares what the blocks of agents share.</summary>
    /// <param name="environment">The environment of all agents.</param>
    public IEstimatorFactory Prepare(FederatedEnvironment environment) => Definition.Prepare(Options, Objective, environment);
}

/// <summary>A factory that calls a function.</summary>
/// <param name="create">Makes the estimator of a block.</param>
internal sealed class EstimatorFactory(Func<EstimatorSetup, IGradientEstimator> create) : IEstimatorFactory
{
    /// <inheritdoc/>
    public IGradientEstimator Create(EstimatorSetup setup) => create(setup);
}
