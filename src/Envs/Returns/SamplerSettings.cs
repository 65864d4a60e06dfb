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
public sealed record SamplerSettings(
    int Horizon, int Trajectories, ReturnKind Return, Baseline Baseline, double BaselineValue, Objective Objective);

/// <summary>What a batch of trajectories showed besides the gradient.</summary>
/// <param name="EnvSteps">Transitions sampled before termination or truncation, all trajectories together.</param>
/// <param name="RewardSum">Undiscounted rewards, all trajectories together; only where it was asked for.</param>
/// <param name="Episodes">The trajectories that <paramref name="RewardSum"/> covers.</param>
public readonly record struct RolloutStatistics(long EnvSteps, double RewardSum, long Episodes);
