namespace FedPG.Envs;

/// <summary>An episode as it was played: T actions and T + 1 states. Immutable.</summary>
/// <param name="States">The states, each by its numbers; the observations where the environment does not show its state.</param>
/// <param name="Actions">The actions, each by its numbers.</param>
/// <param name="Rewards">What each action paid.</param>
/// <param name="Terminated">Whether it came to its own end.</param>
/// <param name="StateNames">What the numbers of a state are called; null where they are those of an observation.</param>
public sealed record PlayedEpisode(
    IReadOnlyList<double[]> States, IReadOnlyList<double[]> Actions, IReadOnlyList<double> Rewards, bool Terminated,
    IReadOnlyList<string>? StateNames = null)
{
    /// <summary>The number of steps T.</summary>
    public int Steps => Actions.Count;

    /// <summary>The sum of rewards up to a step.</summary>
    /// <param name="steps">The number of steps, 0 to T.</param>
    public double Return(int steps) => Rewards.Take(steps).Sum();
}
