using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace FedPG.Policies.Episodic;

/// <summary>
/// Acts by the policy's own tensor operations. Agents act one after another: how many observations of an agent are evaluated together then
/// depends on that agent alone, and so do the bits.
/// </summary>
internal sealed class TensorActor<T>(EpisodicPolicy policy) : IActor<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tensor _row = zeros(1, policy.Layout.Length, dtype: policy.Format.Dtype).DetachFromDisposeScope();
    private Tensor? _onDevice;

    /// <inheritdoc/>
    public void SetParameters(ReadOnlySpan<T> theta)
    {
        theta.CopyTo(MemoryMarshal.Cast<byte, T>(_row.bytes));
        _onDevice?.Dispose();
        _onDevice = _row.to(policy.Format.Device, copy: true).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void Heads(ReadOnlySpan<T> observations, int count, Span<T> heads)
    {
        using IDisposable scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor seen = empty(1, count, policy.ObservationSize, dtype: policy.Format.Dtype);
        observations[..(count * policy.ObservationSize)].CopyTo(MemoryMarshal.Cast<byte, T>(seen.bytes));
        Tensor result = policy.Heads(_onDevice!, seen.to(policy.Format.Device)).cpu().contiguous();
        MemoryMarshal.Cast<byte, T>(result.bytes)[..(count * policy.HeadSize)].CopyTo(heads);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _row.Dispose();
        _onDevice?.Dispose();
    }
}
