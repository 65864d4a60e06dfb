using System.Numerics;

namespace FedPG.Policies.Networks;

/// <summary>
/// Acts by rows whose personal parameters stand last, with an actor that takes parameters one after another as they are declared.
/// </summary>
/// <param name="actor">That actor; disposed with this one.</param>
/// <param name="layout">What lies where in a row.</param>
internal sealed class UnfoldedActor<T>(IActor<T> actor, ParameterLayout layout) : IActor<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _declared = new T[layout.Length];

    /// <summary>An actor for rows: itself where parameters are in their places.</summary>
    /// <param name="actor">Takes parameters as they are declared.</param>
    /// <param name="layout">What lies where in a row.</param>
    public static IActor<T> Of(IActor<T> actor, ParameterLayout layout) =>
        layout.PersonalLength == 0 ? actor : new UnfoldedActor<T>(actor, layout);

    /// <inheritdoc/>
    public void SetParameters(ReadOnlySpan<T> theta)
    {
        layout.Unfold(theta, _declared);
        actor.SetParameters(_declared);
    }

    /// <inheritdoc/>
    public void Heads(ReadOnlySpan<T> observations, int count, Span<T> heads) => actor.Heads(observations, count, heads);

    /// <inheritdoc/>
    public void Dispose() => actor.Dispose();
}
