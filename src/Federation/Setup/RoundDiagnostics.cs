using FedPG.Federation.Estimators;

namespace FedPG.Federation.Setup;

/// <summary>The constants of the paper's assumptions as they are at thetabar: a row of diagnostics.csv. Null where unknown.</summary>
/// <param name="Smoothness">L: the largest absolute eigenvalue among the Hessians of all J_i.</param>
/// <param name="MeanSmoothness">The same of the mean J.</param>
/// <param name="Noise">tr(Sigma), the mean over agents; 0 for exact gradients.</param>
/// <param name="Truncation">D: ||grad_K J - grad J|| / gamma^K; 0 for exact gradients.</param>
/// <param name="Mu">||grad J||^2 / (J - J*): the constant of gradient domination, Eq. (12), that this point allows.</param>
/// <param name="WeakMu">||grad J|| / (J - J*): the same of weak domination, which plain softmax has.</param>
public sealed record RoundDiagnostics(
    double? Smoothness, double? MeanSmoothness, NoiseEstimate Noise, double? Truncation, double? Mu, double? WeakMu);

/// <summary>Measures the constants of the paper's assumptions during training. One thread at a time.</summary>
internal interface IDiagnoser : IDisposable
{
    /// <summary>Measures the constants.</summary>
    /// <param name="theta">theta, [d].</param>
    /// <param name="round">The round, whose tau holds.</param>
    RoundDiagnostics Diagnose(ReadOnlySpan<double> theta, int round);
}

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
