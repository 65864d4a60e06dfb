namespace FedPG.Envs.Wrappers;

/// <summary>A function from one span of numbers to another, which it fills.</summary>
/// <param name="from">What is given; to be neither kept nor changed.</param>
/// <param name="to">Takes the result.</param>
public delegate void SpanFunction(ReadOnlySpan<double> from, Span<double> to);

/// <summary>Shows the agent a function of what the environment observes.</summary>
public sealed class ObservationTransform : EnvironmentWrapper
{
    private readonly SpanFunction _transform;
    private readonly double[] _inner;

    /// <summary>Wraps an environment.</summary>
    /// <param name="inner">The environment.</param>
    /// <param name="space">What the transformed observations look like.</param>
    /// <param name="transform">From an observation of the environment to one of <paramref name="space"/>; a pure function.</param>
    public ObservationTransform(IEnvironment inner, Space space, SpanFunction transform)
        : base(inner)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(transform);
        (ObservationSpace, _transform, _inner) = (space, transform, new double[inner.ObservationSpace.Size]);
    }

    /// <inheritdoc/>
    public override Space ObservationSpace { get; }

    /// <inheritdoc/>
    public override void Reset(long seed, Span<double> observation)
    {
        base.Reset(seed, _inner);
        _transform(_inner, observation);
    }

    /// <inheritdoc/>
    public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        StepResult result = base.Step(action, _inner);
        _transform(_inner, observation);
        return result;
    }
}

/// <summary>Pays the agent a function of the environment's reward.</summary>
public sealed class RewardTransform : EnvironmentWrapper
{
    private readonly Func<double, double> _transform;

    /// <summary>Wraps an environment.</summary>
    /// <param name="inner">The environment.</param>
    /// <param name="transform">From its reward to the agent's; a pure function.</param>
    public RewardTransform(IEnvironment inner, Func<double, double> transform)
        : base(inner)
    {
        ArgumentNullException.ThrowIfNull(transform);
        _transform = transform;
    }

    /// <inheritdoc/>
    public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        StepResult result = base.Step(action, observation);
        return result with { Reward = _transform(result.Reward) };
    }
}
