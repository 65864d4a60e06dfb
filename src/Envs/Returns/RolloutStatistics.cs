namespace FedPG.Envs.Returns;

/// <summary>What a batch of trajectories showed besides the gradient.</summary>
/// <param name="EnvSteps">Transitions sampled before termination or truncation, all trajectories together.</param>
/// <param name="RewardSum">Undiscounted rewards, all trajectories together; only where it was asked for.</param>
/// <param name="Episodes">The trajectories that <paramref name="RewardSum"/> covers.</param>
public readonly record struct RolloutStatistics(long EnvSteps, double RewardSum, long Episodes);
