using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace FedPG.Policies;

/// <summary>What is done outside of autograd with the end of a graph: numbers that follow from it, and the derivative of their weighted sum by it.</summary>
/// <param name="values">The numbers.</param>
internal abstract class EvaluationHead(Tensor values)
{
    /// <summary>The numbers, without a graph.</summary>
    public Tensor Values { get; } = values;

    /// <summary>From the weights of the numbers to those of the graph's end: the derivative of sum of weights times numbers by it.</summary>
    /// <param name="weights">Of the shape of <see cref="Values"/>.</param>
    public abstract Tensor WeightsOfGraph(Tensor weights);

    /// <summary>The memory of a contiguous tensor on the CPU.</summary>
    protected static Span<T> Numbers<T>(Tensor tensor)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(tensor.bytes);
}
