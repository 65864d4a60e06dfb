namespace FedPG.Envs.Wrappers;

/// <summary>
/// Truncates episodes after a number of steps. A step may both terminate and be the last that is allowed, as in Gymnasium.
/// </summary>
/// <param name="inner">The environment.</param>
/// <param name="steps">The most steps of an episode, 1 or more.</param>
public sealed class TimeLimit(IEnvironment inner, int steps) : EnvironmentWrapper(inner)
{
    private int _taken;

    /// <summary>The most steps of an episode.</summary>
    public int Steps { get; } = steps >= 1 ? steps : throw new ArgumentOutOfRangeException(nameof(steps), steps, "must be at least 1");

    /// <inheritdoc/>
    public override void Reset(long seed, Span<double> observation)
    {
        _taken = 0;
        base.Reset(seed, observation);
    }

    /// <inheritdoc/>
    public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        StepResult result = base.Step(action, observation);
        return ++_taken >= Steps ? result with { Truncated = true } : result;
    }
}
