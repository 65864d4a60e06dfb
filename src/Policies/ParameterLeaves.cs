using static TorchSharp.torch;

namespace FedPG.Policies;

/// <summary>
/// The parameters of rows as leaves that share the rows' memory, for evaluations of the same rows object again and again: what cuts rows and gradients into parameters, some
/// fifty calls for a network of three layers, is done once. An evaluation takes the numbers that are in the rows when it is made.
/// </summary>
internal sealed class ParameterLeaves : IDisposable
{
    private readonly Policy _policy;
    private readonly Tensor[] _leaves;
    private Tensor[] _slices = [];
    private Tensor? _gradients;

    /// <summary>Cuts rows.</summary>
    /// <param name="policy">What lies where.</param>
    /// <param name="rows">Theta, [n, d], n above 1.</param>
    public ParameterLeaves(Policy policy, Tensor rows)
    {
        (_policy, Rows) = (policy, rows);
        using IDisposable scope = NewDisposeScope();
        using var recording = enable_grad();
        _leaves = [.. policy.Split(rows.detach()).Select(slice => slice.detach().requires_grad_().DetachFromDisposeScope())];
    }

    /// <summary>The rows.</summary>
    public Tensor Rows { get; }

    /// <summary>The parameters in layout order, [n, ...shape] each.</summary>
    public IReadOnlyList<Tensor> Leaves => _leaves;

    /// <summary>Writes what a backward pass left in the leaves, and forgets it there.</summary>
    /// <param name="gradients">[n, d].</param>
    public void MoveGradients(Tensor gradients)
    {
        if (!ReferenceEquals(_gradients, gradients))
        {
            Tensor[] slices = [.. _policy.Split(gradients).Select(slice => slice.DetachFromDisposeScope())];
            DisposeSlices();
            (_slices, _gradients) = (slices, gradients);
        }
        for (int k = 0; k < _leaves.Length; k++)
        {
            using Tensor gradient = _leaves[k].grad!;
            _slices[k].copy_(gradient);
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
        DisposeSlices();
    }

    private void DisposeSlices()
    {
        foreach (Tensor slice in _slices) slice.Dispose();
    }
}
