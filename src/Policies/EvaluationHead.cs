using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace FedPG.Policies;

/// <summary>
/// What is done outside of autograd with the end of a graph: numbers that follow from it, and the derivative of their weighted sum by it.
/// </summary>
/// <param name="values">The numbers.</param>
internal abstract class EvaluationHead(Tensor values)
{
    /// <summary>The numbers, without a graph.</summary>
    public Tensor Values { get; } = values;

    /// <summary>
    /// From the weights of the numbers to those of the graph's end: the derivative of sum of weights times numbers by it.
    /// </summary>
    /// <param name="weights">Of the shape of <see cref="Values"/>.</param>
    public abstract Tensor WeightsOfGraph(Tensor weights);

    /// <summary>Weights as memory is read: of the type of <see cref="Values"/>, without gaps.</summary>
    /// <exception cref="ArgumentException">They have another shape than <see cref="Values"/>.</exception>
    protected Tensor Fitting(Tensor weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        (long[] given, long[] needed) = (weights.shape, Values.shape);
        if (!given.AsSpan().SequenceEqual(needed))
            throw new ArgumentException($"[{string.Join(", ", given)}] are no weights of [{string.Join(", ", needed)}]", nameof(weights));
        return Plain(weights, Values.dtype);
    }

    /// <summary>A tensor of a type, without gaps: itself where it is.</summary>
    protected static Tensor Plain(Tensor tensor, ScalarType type)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        Tensor typed = tensor.dtype == type ? tensor : tensor.to(type);
        return typed.is_contiguous() ? typed : typed.contiguous();
    }

    /// <summary>The memory of a contiguous tensor on the CPU.</summary>
    protected static Span<T> Numbers<T>(Tensor tensor)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(tensor.bytes);
}
