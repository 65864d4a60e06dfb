using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Policies.Networks;

/// <summary>
/// y = f(z + b) with f between layers, as one operation of autograd: a pass over the numbers forward and one backward, where libtorch needs
/// a pass for the sum, a pass for tanh, one for its derivative and one for the bias's gradient. Rows are worked on one after another, so an
/// agent's bits do not depend on the others. It can be differentiated once. On other devices the same in libtorch's operations.
/// </summary>
internal static class BiasActivation
{
    /// <summary>f(z + b), [n, M, outputs].</summary>
    /// <param name="z">[n, M, outputs].</param>
    /// <param name="bias">[n, outputs].</param>
    /// <param name="activation">f.</param>
    public static Tensor Of(Tensor z, Tensor bias, Activation activation)
    {
        if (z.device_type == TorchSharp.DeviceType.CPU)
            return activation == Activation.Tanh ? BiasTanh.apply(z, bias) : BiasRelu.apply(z, bias);
        Tensor sum = z.Plus(bias.unsqueeze(1));
        return activation == Activation.Tanh ? sum.tanh() : sum.relu();
    }
}

/// <summary>tanh(z + b).</summary>
internal sealed class BiasTanh() : BiasActivation<BiasTanh>(Activation.Tanh);

/// <summary>max(z + b, 0).</summary>
internal sealed class BiasRelu() : BiasActivation<BiasRelu>(Activation.Relu);

/// <summary>The operation for one f: torch makes one instance.</summary>
/// <typeparam name="TSelf">The class itself.</typeparam>
/// <param name="activation">f.</param>
internal abstract class BiasActivation<TSelf>(Activation activation) : autograd.SingleTensorFunction<TSelf>
    where TSelf : BiasActivation<TSelf>, new()
{
    /// <inheritdoc/>
    public override string Name => typeof(TSelf).Name;

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        ArgumentNullException.ThrowIfNull(vars);
        (Tensor z, Tensor bias) = (((Tensor)vars[0]).contiguous(), ((Tensor)vars[1]).contiguous());
        Tensor y = empty_like(z);
        if (z.dtype == ScalarType.Float64) Forward<double>(z, bias, activation, y);
        else Forward<float>(z, bias, activation, y);
        ctx.save_for_backward([y]);
        return y;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        ArgumentNullException.ThrowIfNull(grad_output);
        Tensor y = ctx.get_saved_variables()[0], given = grad_output.contiguous(), z = empty_like(y), bias = zeros(
            y.shape[0], y.shape[2], dtype: y.dtype);
        if (y.dtype == ScalarType.Float64) Backward<double>(y, given, activation, z, bias);
        else Backward<float>(y, given, activation, z, bias);
        return [z, bias];
    }

    private static Span<T> Numbers<T>(Tensor tensor)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(tensor.bytes);

    private static unsafe void Forward<T>(Tensor z, Tensor bias, Activation activation, Tensor y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int agents, int rows, int outputs) = ((int)z.shape[0], (int)z.shape[1], (int)z.shape[2]);
        int whole = outputs / Vector512<T>.Count * Vector512<T>.Count;
        Span<T> edge = stackalloc T[Vector512<T>.Count];
        fixed (T* inputs = Numbers<T>(z), biases = Numbers<T>(bias), results = Numbers<T>(y))
        {
            for (int i = 0; i < agents; i++)
            {
                T* b = biases + (i * outputs);
                for (int r = i * rows; r < (i + 1) * rows; r++)
                {
                    T* from = inputs + ((long)r * outputs), to = results + ((long)r * outputs);
                    for (int k = 0; k < whole; k += Vector512<T>.Count)
                        Activations.Of(activation, Vector512.Load(from + k) + Vector512.Load(b + k)).Store(to + k);
                    if (whole == outputs) continue;
                    for (int k = whole; k < outputs; k++) edge[k - whole] = from[k] + b[k];
                    Activations.Of(activation, Vector512.Create<T>(edge)).CopyTo(edge);
                    for (int k = whole; k < outputs; k++) to[k] = edge[k - whole];
                }
            }
        }
    }

    private static unsafe void Backward<T>(Tensor y, Tensor given, Activation activation, Tensor z, Tensor bias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int agents, int rows, int outputs) = ((int)y.shape[0], (int)y.shape[1], (int)y.shape[2]);
        int whole = outputs / Vector512<T>.Count * Vector512<T>.Count;
        fixed (T* values = Numbers<T>(y), upper = Numbers<T>(given), lower = Numbers<T>(z), biases = Numbers<T>(bias))
        {
            for (int i = 0; i < agents; i++)
            {
                T* sums = biases + (i * outputs);
                for (int r = i * rows; r < (i + 1) * rows; r++)
                {
                    T* from = values + ((long)r * outputs), above = upper + ((long)r * outputs), below = lower + ((long)r * outputs);
                    for (int k = 0; k < whole; k += Vector512<T>.Count)
                    {
                        Vector512<T> product = Vector512.Load(above + k) * Activations.Derivative(activation, Vector512.Load(from + k));
                        product.Store(below + k);
                        (Vector512.Load(sums + k) + product).Store(sums + k);
                    }
                    for (int k = whole; k < outputs; k++)
                    {
                        below[k] = above[k] * Activations.Derivative(activation, Vector512.Create(from[k]))[0];
                        sums[k] += below[k];
                    }
                }
            }
        }
    }
}
