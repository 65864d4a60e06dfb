using System.Numerics;

namespace FedPG.Policies.Networks;

/// <summary>A <see cref="ConvolutionNetwork"/> that learns, without torch.</summary>
/// <param name="network">The network.</param>
/// <param name="behind">What learns behind the convolution.</param>
internal sealed class ConvolutionTraining<T>(ConvolutionNetwork network, DenseTraining<T> behind) : IHeadTraining<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ConvolutionStack<T> _stack = new(network.Shape);
    private readonly int _wide = network.Behind.Inputs;
    private T[] _seen = [], _below = [];
    private int _count;

    /// <summary>Copies the numbers behind the image behind the features.</summary>
    /// <param name="network">The network.</param>
    /// <param name="seen">[count, m].</param>
    /// <param name="count">M.</param>
    /// <param name="features">[count, what the network behind sees].</param>
    public static void CopyOthers(ConvolutionNetwork network, ReadOnlySpan<T> seen, int count, Span<T> features)
    {
        (int pixels, int kept, int wide) = (network.Shape.Pixels, network.Shape.Features, network.Behind.Inputs);
        int others = network.Inputs - pixels;
        if (others == 0) return;
        for (int r = 0; r < count; r++)
            seen.Slice((r * network.Inputs) + pixels, others).CopyTo(features.Slice((r * wide) + kept, others));
    }

    /// <inheritdoc/>
    public void Forward(ReadOnlySpan<T> theta, ReadOnlySpan<T> seen, int count, Span<T> outputs)
    {
        if (_seen.Length < count * _wide) (_seen, _below) = (new T[count * _wide], new T[count * _wide]);
        _count = count;
        behind.GivesSlopesOfInputs = true;
        _stack.SetParameters(theta, trains: true);
        _stack.Forward(seen, network.Inputs, count, _seen, _wide);
        CopyOthers(network, seen, count, _seen);
        behind.Forward(theta[_stack.Length..], _seen, count, outputs);
    }

    /// <inheritdoc/>
    public void Backward(ReadOnlySpan<T> seen, ReadOnlySpan<T> weights, Span<T> gradient)
    {
        behind.Backward(_seen, weights, gradient[_stack.Length..], _below);
        _stack.Backward(_below, _wide, _count, gradient);
    }
}
