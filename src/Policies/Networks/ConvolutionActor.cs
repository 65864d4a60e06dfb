using System.Numerics;

namespace FedPG.Policies.Networks;

/// <summary>A <see cref="ConvolutionNetwork"/> that acts, without torch.</summary>
/// <param name="network">The network.</param>
/// <param name="behind">What acts behind the convolution.</param>
internal sealed class ConvolutionActor<T>(ConvolutionNetwork network, IActor<T> behind) : IActor<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>As many images as fit near the processor.</summary>
    private const int Most = 32;

    private readonly ConvolutionStack<T> _stack = new(network.Shape);
    private readonly int _wide = network.Behind.Inputs;
    private readonly T[] _seen = new T[Most * network.Behind.Inputs];

    /// <inheritdoc/>
    public void SetParameters(ReadOnlySpan<T> theta)
    {
        _stack.SetParameters(theta, trains: false);
        behind.SetParameters(theta[_stack.Length..]);
    }

    /// <inheritdoc/>
    public void Heads(ReadOnlySpan<T> observations, int count, Span<T> heads)
    {
        for (int first = 0; first < count; first += Most)
        {
            int some = Math.Min(Most, count - first);
            ReadOnlySpan<T> seen = observations.Slice(first * network.Inputs, some * network.Inputs);
            _stack.Forward(seen, network.Inputs, some, _seen, _wide);
            ConvolutionTraining<T>.CopyOthers(network, seen, some, _seen);
            behind.Heads(_seen, some, heads[(first * network.Outputs)..]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => behind.Dispose();
}
