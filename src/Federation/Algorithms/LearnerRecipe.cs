using FedPG.Federation.Optimizers;

namespace FedPG.Federation.Algorithms;

/// <summary>
/// What settings of the federation are under an estimator that learns from values, where they are not given (docs/zoo.md has what it is
/// worth): one rollout a round, taken by a local adam whose eps is 1e-5, directions no longer than 0.5. Stateless.
/// </summary>
internal static class LearnerRecipe
{
    /// <summary>The options with the recipe in the place of the defaults.</summary>
    /// <param name="defaults">The defaults of an algorithm.</param>
    public static AlgorithmOptions Of(AlgorithmOptions defaults) => defaults with
    {
        LocalSteps = 1,
        LocalStepSize = 1e-3,
        LocalOptimizer = LocalOptimizerKind.Adam,
        LocalEpsilon = 1e-5,
        LocalMaxNorm = 0.5,
    };
}
