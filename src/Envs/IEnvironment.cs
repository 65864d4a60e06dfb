using System.Diagnostics.CodeAnalysis;

namespace FedPG.Envs;

/// <summary>What a step gave.</summary>
/// <param name="Reward">r.</param>
/// <param name="Terminated">Whether the episode came to its own end: nothing is earned afterwards, so nothing is to be expected of the
/// state reached.</param>
/// <param name="Truncated">Whether something outside the task, such as a limit of steps, ended it: the state reached would have gone
/// on.</param>
public readonly record struct StepResult(double Reward, bool Terminated, bool Truncated = false);

/// <summary>
/// An environment that one agent acts in, in the habit of Gymnasium: reset, then step until an episode ends. Observations are written into
/// the caller's span, which the environment must neither keep nor read, and a step allocates nothing. An instance serves one thread;
/// instances share no state that changes.
/// </summary>
public interface IEnvironment
{
    /// <summary>What observations look like.</summary>
    Space ObservationSpace { get; }

    /// <summary>What actions look like.</summary>
    Space ActionSpace { get; }

    /// <summary>
    /// Begins a new episode. All that is random in it follows from the seed, so equal seeds and actions give equal episodes.
    /// </summary>
    /// <param name="seed">0 to 2^53 - 1.</param>
    /// <param name="observation">Takes the first observation, as many numbers as the observation space has.</param>
    void Reset(long seed, Span<double> observation);

    /// <summary>Takes a step. After a step that ended the episode, the next call is a <see cref="Reset"/>.</summary>
    /// <param name="action">As many numbers as the action space has, within it; an environment with a <see cref="Box"/> may take more, and
    /// then says what it does.</param>
    /// <param name="observation">Takes the observation of the state reached, the last one of an episode too.</param>
    [SuppressMessage("Naming", "CA1716:Identifiers should not match keywords", Justification = "Step is what the field calls it.")]
    StepResult Step(ReadOnlySpan<double> action, Span<double> observation);
}

/// <summary>An environment whose state can be read and set: what <c>env trace</c> and checks of the dynamics need. Optional.</summary>
public interface IStatefulEnvironment : IEnvironment
{
    /// <summary>The names of the numbers that make a state.</summary>
    IReadOnlyList<string> StateNames { get; }

    /// <summary>Writes the state.</summary>
    /// <param name="state">As many numbers as there are names.</param>
    void ReadState(Span<double> state);

    /// <summary>Puts the environment into a state, in the middle of an episode, and gives what is observed there.</summary>
    /// <param name="state">As many numbers as there are names.</param>
    /// <param name="observation">Takes the observation.</param>
    void WriteState(ReadOnlySpan<double> state, Span<double> observation);
}
