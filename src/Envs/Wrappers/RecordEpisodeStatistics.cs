namespace FedPG.Envs.Wrappers;

/// <summary>Adds up rewards and steps. An episode that is broken off by a reset counts for nothing.</summary>
/// <param name="inner">The environment; a <see cref="TimeLimit"/> belongs inside, so that its ends are seen.</param>
internal sealed class RecordEpisodeStatistics(IEnvironment inner) : EnvironmentWrapper(inner)
{
    /// <summary>The undiscounted rewards of the running episode so far, of the whole one after its end.</summary>
    public double Return { get; private set; }

    /// <summary>The steps of the running episode so far, all of them after its end.</summary>
    public int Length { get; private set; }

    /// <summary>The episodes that ended.</summary>
    public long Episodes { get; private set; }

    /// <summary>The sum of the returns of the episodes that ended.</summary>
    public double TotalReturn { get; private set; }

    /// <summary>The sum of the lengths of the episodes that ended.</summary>
    public long TotalLength { get; private set; }

    /// <inheritdoc/>
    public override void Reset(long seed, Span<double> observation)
    {
        (Return, Length) = (0, 0);
        base.Reset(seed, observation);
    }

    /// <inheritdoc/>
    public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        StepResult result = base.Step(action, observation);
        Return += result.Reward;
        Length++;
        if (!result.Terminated && !result.Truncated) return result;
        Episodes++;
        TotalReturn += Return;
        TotalLength += Length;
        return result;
    }
}
