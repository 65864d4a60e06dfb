using System.Diagnostics.CodeAnalysis;

namespace FedPG.Envs.Wrappers;

/// <summary>
/// An environment around another one, which changes some of what goes in or comes out. Everything goes through unchanged until it is
/// overridden.
/// </summary>
public abstract class EnvironmentWrapper : IEnvironment
{
    /// <summary>Wraps an environment, which only this wrapper uses from now on.</summary>
    protected EnvironmentWrapper(IEnvironment inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        Inner = inner;
    }

    /// <summary>The environment inside.</summary>
    public IEnvironment Inner { get; }

    /// <inheritdoc/>
    public virtual Space ObservationSpace => Inner.ObservationSpace;

    /// <inheritdoc/>
    public virtual Space ActionSpace => Inner.ActionSpace;

    /// <inheritdoc/>
    public virtual void Reset(long seed, Span<double> observation) => Inner.Reset(seed, observation);

    /// <inheritdoc/>
    [SuppressMessage("Naming", "CA1716:Identifiers should not match keywords", Justification = "Step is what the field calls it.")]
    public virtual StepResult Step(ReadOnlySpan<double> action, Span<double> observation) => Inner.Step(action, observation);

    /// <summary>The outermost of this wrapper and what is inside that is of a kind; null when none is.</summary>
    /// <typeparam name="T">A wrapper, an environment, or <see cref="IStatefulEnvironment"/>.</typeparam>
    public T? Find<T>()
        where T : class, IEnvironment => this as T ?? Inner as T ?? (Inner as EnvironmentWrapper)?.Find<T>();
}
