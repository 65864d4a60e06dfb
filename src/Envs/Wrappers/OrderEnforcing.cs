using FedPG.Core.Streams;

namespace FedPG.Envs.Wrappers;

/// <summary>
/// Refuses what a caller must not do, and says what it was: a step before the first reset or after the end of an episode, an action outside
/// the space, a span of the wrong length. Numbers beyond the bounds of a <see cref="Box"/> pass as long as they are finite: an environment
/// may clip them.
/// </summary>
/// <param name="inner">The environment.</param>
internal sealed class OrderEnforcing(IEnvironment inner) : EnvironmentWrapper(inner)
{
    private bool _begun, _ended;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The seed is out of range, or the span has not the size of an observation.</exception>
    public override void Reset(long seed, Span<double> observation)
    {
        if (seed is < 0 or > EpisodeSeeds.Greatest)
            throw new ArgumentOutOfRangeException(nameof(seed), seed, $"a seed lies in 0 to {EpisodeSeeds.Greatest}");
        CheckLength(observation);
        base.Reset(seed, observation);
        (_begun, _ended) = (true, false);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There was no reset yet, or none since an episode ended.</exception>
    /// <exception cref="ArgumentException">The action is not in the space, or the span has not the size of an observation.</exception>
    public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        if (!_begun) throw new InvalidOperationException("Step was called before the first Reset");
        if (_ended) throw new InvalidOperationException("Step was called after the end of an episode; call Reset first");
        CheckLength(observation);
        if (!Allowed(action))
            throw new ArgumentException($"the action [{string.Join(", ", action.ToArray())}] is not in {ActionSpace}", nameof(action));
        StepResult result = base.Step(action, observation);
        _ended = result.Terminated || result.Truncated;
        return result;
    }

    private bool Allowed(ReadOnlySpan<double> action)
    {
        if (ActionSpace is not Box) return ActionSpace.Contains(action);
        if (action.Length != ActionSpace.Size) return false;
        foreach (double number in action)
        {
            if (!double.IsFinite(number)) return false;
        }
        return true;
    }

    private void CheckLength(Span<double> observation)
    {
        if (observation.Length != ObservationSpace.Size)
        {
            throw new ArgumentException(
                $"the span takes {observation.Length} numbers, an observation of {ObservationSpace} has {ObservationSpace.Size}",
                nameof(observation));
        }
    }
}
