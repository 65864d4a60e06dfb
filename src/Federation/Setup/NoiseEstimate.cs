using FedPG.Federation.Estimators;

namespace FedPG.Federation.Setup;

/// <summary>How much the agents' gradient estimates scatter at one theta, the mean over agents.</summary>
/// <param name="BatchVariance">The trace of the covariance of one batch's estimate, tr(Sigma) / B.</param>
/// <param name="BatchVarianceError">Its standard error.</param>
/// <param name="Batches">The batches an agent drew for it.</param>
/// <param name="Batch">What an estimate is; null where the estimator does not say.</param>
public sealed record NoiseEstimate(double BatchVariance, double BatchVarianceError, int Batches, GradientBatch? Batch)
{
    /// <summary>
    /// tr(Sigma), the trace of the covariance of an estimate from one trajectory: sigma^2 of Assumption 3 at this theta. B times the
    /// variance of batches, so a baseline that is taken from the batch counts with its effect in a batch.
    /// </summary>
    public double Trace => BatchVariance * Trajectories;

    /// <summary>The standard error of <see cref="Trace"/>.</summary>
    public double TraceError => BatchVarianceError * Trajectories;

    private int Trajectories => Math.Max(1, Batch?.Trajectories ?? 1);
}
