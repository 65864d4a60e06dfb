using static TorchSharp.torch;

namespace FedPG.Policies;

/// <summary>The type and place of all tensors of a run.</summary>
/// <param name="Dtype">float32 or float64.</param>
/// <param name="Device">CPU or CUDA.</param>
public sealed record TensorFormat(ScalarType Dtype, Device Device)
{
    /// <summary>float64 on the CPU.</summary>
    public static TensorFormat Float64 { get; } = new(ScalarType.Float64, CPU);

    /// <summary>float32 on the CPU.</summary>
    public static TensorFormat Float32 { get; } = new(ScalarType.Float32, CPU);

    /// <summary>The bytes of one number.</summary>
    public int ElementSize => Dtype == ScalarType.Float64 ? sizeof(double) : sizeof(float);

    /// <summary>A matrix of this format that outlives any dispose scope.</summary>
    public Tensor Constant(double[,] values) => tensor(values, dtype: Dtype, device: Device).DetachFromDisposeScope();
}
