using FedPG.Envs;

namespace FedPG.Experiments.Acting;

/// <summary>What chooses actions by a trained policy, for one kind of problem. Thread-safe.</summary>
internal abstract class PolicyActor
{
    /// <summary>What is observed.</summary>
    public required Space Observations { get; init; }

    /// <summary>What the environment takes.</summary>
    public required Space Actions { get; init; }

    /// <summary>The numbers that are remembered from step to step of an episode; 0 (the default) for none.</summary>
    public virtual int MemorySize => 0;

    /// <summary>Chooses an action.</summary>
    /// <param name="observation">An observation of <see cref="Observations"/>.</param>
    /// <param name="agent">The agent.</param>
    /// <param name="sampler">The random numbers; null for the most likely action.</param>
    /// <param name="action">The action, overwritten.</param>
    /// <param name="memory">What is remembered, [MemorySize], 0 where an episode begins; overwritten.</param>
    public abstract void Act(
        ReadOnlySpan<double> observation, int agent, ActionSampler? sampler, Span<double> action, Span<double> memory);

    /// <summary>The policy of an agent as plain numbers, for other programs.</summary>
    /// <param name="agent">The agent.</param>
    /// <exception cref="NotSupportedException">It is not made of what others know.</exception>
    public abstract ActingNetwork NetworkOf(int agent);
}
