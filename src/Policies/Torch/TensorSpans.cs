using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace FedPG.Policies.Torch;

/// <summary>The memory of tensors on the CPU as spans, without copies.</summary>
internal static class TensorSpans
{
    /// <summary>All elements of a contiguous CPU tensor; valid while the tensor lives.</summary>
    public static Span<T> Span<T>(this Tensor tensor)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(tensor.bytes);

    /// <summary>Copies a span of doubles into a tensor of either float type, starting at an element.</summary>
    public static void Write(this Tensor tensor, int start, ReadOnlySpan<double> values)
    {
        if (tensor.dtype == ScalarType.Float64)
        {
            values.CopyTo(tensor.Span<double>()[start..]);
            return;
        }
        Span<float> target = tensor.Span<float>().Slice(start, values.Length);
        for (int k = 0; k < values.Length; k++) target[k] = (float)values[k];
    }
}
