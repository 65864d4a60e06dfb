namespace FedPG.Envs.Checking;

/// <summary>How much is tried.</summary>
/// <param name="Seed">The seed of the first episode, 0 to 2^53 - 1 - <see cref="Episodes"/>; the others follow it.</param>
/// <param name="Episodes">Episodes of each agent, 1 or more.</param>
/// <param name="EpisodeSteps">
/// Steps after which an episode is left, 1 or more; a limit of the environment, or its <see cref="FederatedEnvironment.RandomSteps"/>,
/// counts where it is lower.
/// </param>
/// <param name="MaxAgents">Agents that are tried: the first ones, and the last.</param>
/// <param name="TransitionSteps">Steps of the comparison with listed states, of all agents together.</param>
/// <param name="SpeedSteps">Steps that are timed.</param>
/// <param name="Time">The clock that speed is taken by.</param>
public sealed record CheckSettings(
    long Seed = 1, int Episodes = 20, int EpisodeSteps = 1_000, int MaxAgents = 4, int TransitionSteps = 400_000,
    int SpeedSteps = 200_000, TimeProvider? Time = null);
