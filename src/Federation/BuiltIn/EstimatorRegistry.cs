using FedPG.Core;
using FedPG.Federation.Estimators;
using FedPG.Federation.Estimators.Episodic;
using FedPG.Federation.Estimators.LinearQuadratic;
using FedPG.Federation.Estimators.Tabular;

namespace FedPG.Federation.BuiltIn;

/// <summary>The estimators that an experiment can name. Safe to use from several threads.</summary>
public static class EstimatorRegistry
{
    private static readonly Lazy<Catalog<EstimatorDefinition>> Shared = new(WithBuiltIn);

    /// <summary>The catalogue of this process, with the built-in estimators.</summary>
    public static Catalog<EstimatorDefinition> Default => Shared.Value;

    /// <summary>A new catalogue with the built-in estimators.</summary>
    public static Catalog<EstimatorDefinition> WithBuiltIn() => EstimatorCatalog.Of(
        [.. TabularEstimators.Definitions, .. LinearQuadraticEstimators.Definitions, .. EpisodicEstimators.Definitions]);
}
