using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Policies;

/// <summary>
/// The parameters of rows as leaves that share the rows' memory, for evaluations of the same rows object again and again: what cuts rows
/// and gradients into parameters, some fifty calls for a network of three layers, is done once. An evaluation takes the numbers that are in
/// the rows when it is made.
/// </summary>
internal sealed class ParameterLeaves : IDisposable
{
    private readonly Policy _policy;
    private readonly Tensor[] _leaves;
    private readonly int _elements;

    /// <summary>Cuts rows.</summary>
    /// <param name="policy">What lies where.</param>
    /// <param name="rows">Theta, [n, d], n above 1.</param>
    public ParameterLeaves(Policy policy, Tensor rows)
    {
        (_policy, Rows, _elements) = (policy, rows, checked((int)rows.NumberOfElements));
        using IDisposable scope = NewDisposeScope();
        using var recording = enable_grad();
        _leaves = [.. policy.Split(rows.detach()).Select(slice => slice.detach().requires_grad_().DetachFromDisposeScope())];
    }

    /// <summary>The rows.</summary>
    public Tensor Rows { get; }

    /// <summary>The parameters in layout order, [n, ...shape] each.</summary>
    public IReadOnlyList<Tensor> Leaves => _leaves;

    /// <summary>Writes what a backward pass left in the leaves, and forgets it there.</summary>
    /// <param name="gradients">[n, d], of the rows' type.</param>
    public void MoveGradients(Tensor gradients)
    {
        if (gradients.NumberOfElements != Rows.NumberOfElements)
        {
            string given = string.Join(", ", gradients.shape), rows = string.Join(", ", Rows.shape);
            throw new ArgumentException($"[{given}] has no room for gradients of [{rows}]", nameof(gradients));
        }
        bool direct = gradients.device_type == DeviceType.CPU && gradients.is_contiguous() && gradients.dtype == Rows.dtype;
        Span<byte> target = direct ? gradients.bytes : default;
        for (int k = 0; k < _leaves.Length; k++)
        {
            using Tensor? gradient = _leaves[k].grad;
            ParameterSlice slice = _policy.Layout.Slices[k];
            if (!target.IsEmpty && gradient is not null && gradient.is_contiguous()) Copy(gradient.bytes, slice, target);
            else Copy(gradient, gradients.narrow(1, slice.Offset, slice.Length));
        }
        Clear();
    }

    /// <summary>Forgets gradients: what a backward pass left that was not moved would be added to those of the next one.</summary>
    public void Clear()
    {
        foreach (Tensor leaf in _leaves) leaf.grad = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor leaf in _leaves) leaf.Dispose();
    }

    /// <summary>A parameter's gradient, [n, ...shape], into its columns of [n, d], in memory.</summary>
    private void Copy(ReadOnlySpan<byte> gradient, ParameterSlice slice, Span<byte> gradients)
    {
        int size = gradients.Length / _elements, part = slice.Length * size;
        int row = _policy.Layout.Length * size, start = slice.Offset * size;
        for (; !gradient.IsEmpty; gradient = gradient[part..], start += row) gradient[..part].CopyTo(gradients.Slice(start, part));
    }

    /// <summary>The same by torch, where memory is out of reach; zeros where nothing depends on the parameter.</summary>
    private static void Copy(Tensor? gradient, Tensor columns)
    {
        using IDisposable scope = NewDisposeScope();
        if (gradient is null) columns.zero_();
        else columns.copy_(gradient.reshape(columns.shape));
    }
}
