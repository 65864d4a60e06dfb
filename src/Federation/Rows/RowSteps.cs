using System.Numerics;
using System.Runtime.InteropServices;
using FedPG.Policies.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Rows;

/// <summary>
/// Steps of rows in the memory of tensors on the CPU, in one pass over it. Each element goes through the operations torch would do, in
/// their order, so the bits are torch's; what is saved is a call and a pass for each of them.
/// </summary>
internal static class RowSteps
{
    /// <summary>
    /// theta &lt;- theta - eta (direction - own + mean), or theta - eta direction without them;
    /// false, and nothing done, where memory is out of reach.
    /// </summary>
    /// <param name="theta">[n, d].</param>
    /// <param name="direction">[n, d].</param>
    /// <param name="own">[n, d] or null.</param>
    /// <param name="mean">[d], null where <paramref name="own"/> is.</param>
    /// <param name="eta">The step size.</param>
    public static bool Descend(Tensor theta, Tensor direction, Tensor? own, Tensor? mean, double eta)
    {
        if (!IsInReach(theta, theta) || !IsInReach(direction, theta) || !IsInReach(own, theta) || !IsInReach(mean, null)) return false;
        if (theta.dtype == ScalarType.Float64)
            Descend(theta.Span<double>(), direction.Span<double>(), SpanOf<double>(own), SpanOf<double>(mean), eta);
        else Descend(theta.Span<float>(), direction.Span<float>(), SpanOf<float>(own), SpanOf<float>(mean), (float)eta);
        return true;
    }

    private static bool IsInReach(Tensor? tensor, Tensor? like) =>
        tensor is null || (tensor.device_type == DeviceType.CPU && tensor.is_contiguous()
            && (like is null || tensor.NumberOfElements == like.NumberOfElements));

    private static ReadOnlySpan<T> SpanOf<T>(Tensor? tensor)
        where T : unmanaged => tensor is null ? default : tensor.Span<T>();

    private static void Descend<T>(Span<T> theta, ReadOnlySpan<T> direction, ReadOnlySpan<T> own, ReadOnlySpan<T> mean, T eta)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = own.IsEmpty ? theta.Length : mean.Length;
        for (; !theta.IsEmpty; theta = theta[length..], direction = direction[length..], own = own.IsEmpty ? own : own[length..])
        {
            // Cut to the length of a row, so that what is read without a look at bounds lies within them.
            ref T target = ref MemoryMarshal.GetReference(theta[..length]), g = ref MemoryMarshal.GetReference(direction[..length]);
            ref T m = ref MemoryMarshal.GetReference(own.IsEmpty ? own : own[..length]), average = ref MemoryMarshal.GetReference(mean);
            int k = 0;
            for (; k + Vector<T>.Count <= length; k += Vector<T>.Count)
            {
                Vector<T> step = Vector.LoadUnsafe(ref g, (nuint)k);
                if (!own.IsEmpty) step = step - Vector.LoadUnsafe(ref m, (nuint)k) + Vector.LoadUnsafe(ref average, (nuint)k);
                (Vector.LoadUnsafe(ref target, (nuint)k) - (step * eta)).StoreUnsafe(ref target, (nuint)k);
            }
            for (; k < length; k++) theta[k] -= (own.IsEmpty ? direction[k] : direction[k] - own[k] + mean[k]) * eta;
        }
    }
}
