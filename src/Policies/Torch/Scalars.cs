using TorchSharp;
using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace FedPG.Policies.Torch;

/// <summary>
/// The operations that TorchSharp does with a <see cref="Scalar"/>, made safe; use them for <c>a + b</c>, <c>add_</c>, <c>x * 0.1</c>,
/// <c>mul_(0.1)</c>, <c>div(n)</c> and <c>item</c> (products and differences of two tensors need no Scalar). TorchSharp 0.107 hands a
/// Scalar's native memory to the operation without keeping the Scalar alive: a garbage collection in that moment frees it, and the
/// operation throws "Expected false to be true", or computes with whatever stands there. Here every Scalar is held until the operation is
/// done.
/// </summary>
public static class Scalars
{
    private static readonly Scalar One = 1;

    /// <summary>left + right.</summary>
    public static Tensor Plus(this Tensor left, Tensor right)
    {
        ArgumentNullException.ThrowIfNull(left);
        return left.add(right, One);
    }

    /// <summary>left * factor.</summary>
    public static Tensor Times(this Tensor left, double factor)
    {
        ArgumentNullException.ThrowIfNull(left);
        using Scalar scalar = factor;
        return left.mul(scalar);
    }

    /// <summary>left / divisor.</summary>
    public static Tensor Over(this Tensor left, int divisor)
    {
        ArgumentNullException.ThrowIfNull(left);
        using Scalar scalar = divisor;
        return left.div(scalar);
    }

    /// <summary>target += other, in place.</summary>
    public static Tensor Add(this Tensor target, Tensor other)
    {
        ArgumentNullException.ThrowIfNull(target);
        return target.add_(other, One);
    }

    /// <summary>target += factor * other, in place.</summary>
    public static Tensor AddMultiple(this Tensor target, double factor, Tensor other)
    {
        ArgumentNullException.ThrowIfNull(target);
        using Scalar scalar = factor;
        return target.add_(other, scalar);
    }

    /// <summary>target *= factor, in place.</summary>
    public static Tensor Scale(this Tensor target, double factor)
    {
        ArgumentNullException.ThrowIfNull(target);
        using Scalar scalar = factor;
        return target.mul_(scalar);
    }

    /// <summary>target += number, in place.</summary>
    public static Tensor Shift(this Tensor target, double number)
    {
        ArgumentNullException.ThrowIfNull(target);
        using Scalar scalar = number;
        return target.add_(scalar);
    }

    /// <summary>The numbers of a tensor, those below a bound raised to it and those above another lowered to that.</summary>
    public static Tensor Between(this Tensor tensor, double least, double most)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        using Scalar low = least, high = most;
        return tensor.clamp(low, high);
    }

    /// <summary>The numbers of a tensor, those below a bound raised to it.</summary>
    public static Tensor AtLeast(this Tensor tensor, double least)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        using Scalar low = least;
        return tensor.clamp_min(low);
    }

    /// <summary>Whether all elements are finite numbers.</summary>
    public static bool AllFinite(this Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.device_type == DeviceType.CPU && tensor.is_contiguous())
        {
            if (tensor.dtype == ScalarType.Float32) return AllFinite<float>(MemoryMarshal.Cast<byte, float>(tensor.bytes));
            if (tensor.dtype == ScalarType.Float64) return AllFinite<double>(MemoryMarshal.Cast<byte, double>(tensor.bytes));
        }
        using IDisposable scope = NewDisposeScope();
        return tensor.isfinite().all().cpu().bytes[0] != 0;
    }

    private static bool AllFinite<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int k = 0;
        // x - x is 0 for finite numbers alone.
        for (; k + Vector<T>.Count <= values.Length; k += Vector<T>.Count)
        {
            var some = new Vector<T>(values[k..]);
            if (!Vector.EqualsAll(some - some, Vector<T>.Zero)) return false;
        }
        for (; k < values.Length; k++)
        {
            if (!T.IsFinite(values[k])) return false;
        }
        return true;
    }
}
