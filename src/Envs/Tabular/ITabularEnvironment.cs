using FedPG.Envs.Episodic;

namespace FedPG.Envs.Tabular;

/// <summary>One thing that an action can lead to.</summary>
/// <param name="Next">The state reached.</param>
/// <param name="Probability">How likely it is, in [0, 1].</param>
/// <param name="Reward">What is paid for it.</param>
/// <param name="Terminated">Whether the episode ends there.</param>
public readonly record struct TabularOutcome(int Next, double Probability, double Reward, bool Terminated = false);

/// <summary>
/// An environment whose states can be listed: its observation is the number of its state, <see cref="Discrete"/>, and its actions are
/// <see cref="Discrete"/> too. From the list follow the exact layer (optima, exact gradients, gaps) and the fast sampler; the steps are
/// what the list is checked against (<c>env check</c>). Optional: <see cref="EpisodicDefinition"/> turns one into a <see cref="FiniteMdp"/>
/// of its own accord.
/// </summary>
public interface ITabularEnvironment : IEnvironment
{
    /// <summary>The states that an episode can start in; what is not listed has probability 0.</summary>
    IEnumerable<(int State, double Probability)> Starts();

    /// <summary>
    /// What taking an action in a state can lead to. Asked for every state and action once, when the instance is made. A state in which an
    /// episode ends (it is reached by <see cref="TabularOutcome.Terminated"/> only) is terminal: whatever its own outcomes are, none of
    /// them happens.
    /// </summary>
    IEnumerable<TabularOutcome> Outcomes(int state, int action);
}
