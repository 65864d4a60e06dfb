using System.Numerics;

namespace FedPG.Policies;

/// <summary>
/// A policy that acts for one agent at a time and records nothing: observations in, heads out, in the caller's spans. What an observation's
/// head is, the policy says: logits, or means and logarithms of standard deviations. A head depends on its observation and the parameters
/// alone or, where the policy is a user's module, on the observations given together with it. An instance serves one thread.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public interface IActor<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Takes the parameters of an agent.</summary>
    /// <param name="theta">[d]; copied.</param>
    void SetParameters(ReadOnlySpan<T> theta);

    /// <summary>The heads of observations.</summary>
    /// <param name="observations">What is seen, [count, m].</param>
    /// <param name="count">How many.</param>
    /// <param name="heads">[count, HeadSize], overwritten.</param>
    void Heads(ReadOnlySpan<T> observations, int count, Span<T> heads);
}
