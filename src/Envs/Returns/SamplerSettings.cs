using System.Runtime.CompilerServices;

namespace FedPG.Envs.Returns;

/// <summary>Which costs multiply the score of step t.</summary>
public enum ReturnKind
{
    /// <summary>All costs of the trajectory: Eq. (5) as printed.</summary>
    Total,

    /// <summary>The costs from step t on (GPOMDP): the same mean, less variance.</summary>
    ToGo,
}

/// <summary>What is subtracted from the return; every choice leaves the mean of the estimate unchanged.</summary>
public enum Baseline
{
    /// <summary>Nothing: the paper as printed.</summary>
    None,

    /// <summary>A constant cost per step.</summary>
    Constant,

    /// <summary>At each step, the mean of the same return over the other trajectories of the batch.</summary>
    LeaveOneOut,
}

/// <summary>How trajectories become score weights.</summary>
/// <param name="Horizon">K: trajectories are truncated after K steps; 1 to 100,000.</param>
/// <param name="Trajectories">B: trajectories a batch; at least 2 with <see cref="Baseline.LeaveOneOut"/>.</param>
/// <param name="Return">Eq. (5) or GPOMDP.</param>
/// <param name="Baseline">What is subtracted.</param>
/// <param name="BaselineValue">The cost per step that <see cref="Baseline.Constant"/> subtracts.</param>
/// <param name="Objective">How rewards become costs.</param>
internal sealed record SamplerSettings(
    int Horizon, int Trajectories, ReturnKind Return, Baseline Baseline, double BaselineValue, Objective Objective)
{
    /// <summary>The smallest number of trajectories that the baseline allows: leave-one-out needs others to take a mean of.</summary>
    internal int MinTrajectories => Baseline == Baseline.LeaveOneOut ? 2 : 1;

    /// <summary>
    /// The factor after the baseline: (return - baseline) * scale is the weight of a score; the sum over the batch estimates the gradient.
    /// Leave-one-out: return - mean of the others = (B return - sum) / (B - 1); the mean over the batch divides by B.
    /// </summary>
    internal double WeightScale => 1.0 / (Baseline == Baseline.LeaveOneOut ? Trajectories - 1 : Trajectories);

    /// <summary>What is subtracted from the return of a trajectory. Inlined: it is asked once a step of every batch.</summary>
    /// <param name="sum">
    /// The sum of the same return over all trajectories of the batch; read with <see cref="Baseline.LeaveOneOut"/> only.
    /// </param>
    /// <param name="remaining">
    /// The sum of the discounts of the steps that the return covers; read with <see cref="Baseline.Constant"/> only.
    /// </param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal double BaselineOf(double sum, double remaining) =>
        Baseline == Baseline.LeaveOneOut ? sum / Trajectories : Baseline == Baseline.Constant ? BaselineValue * remaining : 0;

    /// <summary>Checks the settings of a sampler.</summary>
    /// <param name="horizon">The steps of its trajectories.</param>
    /// <param name="maxHorizon">The most steps that it can make.</param>
    /// <exception cref="ArgumentException">There are too few trajectories for the baseline, or too few or too many steps.</exception>
    internal void RequireUsable(int horizon, int maxHorizon)
    {
        if (horizon < 1 || horizon > maxHorizon || Trajectories < MinTrajectories)
            throw new ArgumentException($"{Trajectories} trajectories of length {horizon} with baseline {Baseline}");
    }
}
