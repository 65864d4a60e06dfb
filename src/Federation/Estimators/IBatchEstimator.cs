using static TorchSharp.torch;

namespace FedPG.Federation.Estimators;

/// <summary>
/// An estimator whose batches serve several steps: it hands out a batch, where <see cref="IGradientEstimator.Directions"/> hands out a
/// gradient.
/// </summary>
internal interface IBatchEstimator : IGradientEstimator
{
    /// <summary>Samples a batch (or weighs all pairs exactly) under the policies at rows. Called within a dispose scope.</summary>
    /// <param name="rows">Theta, [n, d], row i of agent First + i; not changed. Their policies are pi_old.</param>
    /// <param name="server">thetabar in every row, [n, d].</param>
    /// <param name="sameRows">Whether all rows are known to be the server's.</param>
    /// <param name="batch">Which batch of randomness to use.</param>
    /// <returns>The batch, good until the estimator is asked for anything else; the caller disposes it.</returns>
    SurrogateBatch Collect(Tensor rows, Tensor server, bool sameRows, BatchKey batch);
}

/// <summary>How the terms of a local objective weigh.</summary>
/// <param name="Beta">beta_i, [n].</param>
/// <param name="Sigma">sigma_i, [n].</param>
/// <param name="Cap">The largest importance weight that counts, 1 or more.</param>
internal readonly record struct SurrogatePenalties(Tensor Beta, Tensor Sigma, double Cap);

/// <summary>
/// A batch of n agents under pi_old, as a local objective of any parameters near theirs:
/// <para>
/// sum of min(w, cap) W + beta_i E KL(pi_old, pi) + sigma_i E sqrt(max(KL(pi_thetabar, pi), 1e-8)),   w = pi(a|s) / pi_old(a|s).
/// </para>
/// <para>
/// The first sum is over the batch, with score weights W (return minus baseline, mean over trajectories): its gradient at pi_old is the
/// estimator's direction. E is over the states or observations of the batch, by their share of the discounted visits; terminal ones do not
/// count. The rows of agents that the batch leaves out hold anything finite. Its methods are called within a dispose scope.
/// </para>
/// </summary>
internal abstract class SurrogateBatch : IDisposable
{
    /// <summary>The smallest divergence whose root is taken: below it the root has no gradient.</summary>
    protected const double RootFloor = 1e-8;

    /// <summary>Writes the gradients of the agents' local objectives at their own parameters.</summary>
    /// <param name="rows">Theta, [n, d]; not changed.</param>
    /// <param name="penalties">How its terms weigh.</param>
    /// <param name="gradients">The gradients, [n, d], overwritten.</param>
    public abstract void Gradients(Tensor rows, SurrogatePenalties penalties, Tensor gradients);

    /// <summary>E KL(pi_old, pi) and E sqrt(max(KL(pi_thetabar, pi), 1e-8)) of policies, [n] each.</summary>
    /// <param name="rows">Theta, [n, d]; not changed.</param>
    public abstract (Tensor Divergences, Tensor Roots) Measure(Tensor rows);

    /// <summary>Disposes the tensors of the batch.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Disposes the tensors of the batch.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected abstract void Dispose(bool disposing);
}
