using System.Numerics;

namespace FedPG.Policies;

/// <summary>
/// A policy or a network that is differentiated for one agent at a time outside of torch: outputs first, then the gradient that weights of
/// those outputs give. Where a policy has one, small networks do not pay for torch's calls. An instance serves one thread.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal interface IHeadTraining<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Says that what is seen are sequences, where the network remembers; the default leaves steps by themselves.</summary>
    /// <param name="length">The steps of a sequence, which stand one after another.</param>
    void UseSequences(int length)
    {
        // Nothing is remembered.
    }

    /// <summary>The outputs at parameters, and what <see cref="Backward"/> needs of them.</summary>
    /// <param name="theta">The parameters, [d] or more; copied.</param>
    /// <param name="seen">[count, m]; it must not change before <see cref="Backward"/> has run.</param>
    /// <param name="count">M.</param>
    /// <param name="outputs">[count, outputs], overwritten.</param>
    void Forward(ReadOnlySpan<T> theta, ReadOnlySpan<T> seen, int count, Span<T> outputs);

    /// <summary>The gradient of sum of weights times outputs, of the latest <see cref="Forward"/>.</summary>
    /// <param name="seen">The same as then.</param>
    /// <param name="weights">[count, outputs].</param>
    /// <param name="gradient">[d] or more; its first d numbers are overwritten.</param>
    void Backward(ReadOnlySpan<T> seen, ReadOnlySpan<T> weights, Span<T> gradient);
}
