using FedPG.Policies.Episodic;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Episodic;

/// <summary>
/// The Fisher matrix of the pairs in a rollout buffer, sum of gamma^t / B grad log pi grad log pi' times a scale, of all agents of a block
/// in the same operations. Of a vector v, every pair's grad log pi' v follows from the tangents of the heads along v; a backward pass adds
/// up the rest.
/// </summary>
internal sealed class RolloutFisher : IFisherProducts, IDisposable
{
    private readonly EpisodicPolicy _policy;
    private readonly Tensor _rows;
    private readonly double _scale;
    private readonly List<Piece> _pieces = [];

    /// <summary>Evaluates the heads that the pairs depend on.</summary>
    /// <param name="policy">The policy, which has tangents.</param>
    /// <param name="pairs">The buffer, with discounted visits.</param>
    /// <param name="rows">Theta, [n, d].</param>
    /// <param name="scale">What the sum is multiplied by: 1 - gamma for weights that sum to one.</param>
    public RolloutFisher(EpisodicPolicy policy, RolloutBuffer pairs, Tensor rows, double scale)
    {
        (_policy, _rows, _scale) = (policy, rows, scale);
        foreach (BufferChunks chunk in pairs.Batches())
        {
            using IDisposable scope = NewDisposeScope();
            Tensor thetas = chunk.Rows(rows), seen = chunk.Of(pairs.Observations), actions = chunk.Of(pairs.Actions);
            var piece = new Piece(chunk, seen, actions, chunk.Of(pairs.Visits), Slopes(thetas, seen, actions));
            foreach (Tensor tensor in piece.Tensors) tensor.DetachFromDisposeScope();
            _pieces.Add(piece);
        }
    }

    public void Write(double[] vectors, bool[] open, double[] products)
    {
        using IDisposable scope = NewDisposeScope();
        Tensor along = tensor(vectors, _rows.shape, dtype: _rows.dtype, device: _rows.device), sums = zeros_like(_rows);
        foreach (Piece piece in _pieces)
        {
            // Solved systems need no more products.
            if (!piece.Chunk.Items.Any(item => open[item.Agent])) continue;
            using IDisposable inner = NewDisposeScope();
            Tensor thetas = piece.Chunk.Rows(_rows), part = empty_like(thetas);
            Tensor scores = (piece.Slopes * _policy.Tangents(thetas, piece.Chunk.Rows(along), piece.Observations)).sum(-1);
            _policy.Evaluate(thetas, piece.Observations, piece.Actions).Backward(scores * piece.Visits, part);
            piece.Chunk.Add(part, sums);
        }
        sums.cpu().to(ScalarType.Float64).contiguous().Span<double>().CopyTo(products);
        for (int k = 0; k < products.Length; k++) products[k] *= _scale;
    }

    public void Dispose()
    {
        foreach (Tensor tensor in _pieces.SelectMany(piece => piece.Tensors)) tensor.Dispose();
    }

    /// <summary>The derivatives of log pi of the actions by the heads, [agents, Size, HeadSize].</summary>
    private Tensor Slopes(Tensor rows, Tensor observations, Tensor actions)
    {
        Tensor heads = _policy.Evaluate(rows, observations, heads => heads).Output;
        using var recording = enable_grad();
        Tensor leaf = heads.detach().clone().requires_grad_();
        Tensor logs = _policy.LogProbabilities(leaf, actions);
        logs.backward([ones_like(logs)]);
        return leaf.grad!.detach();
    }

    /// <summary>A chunk of pairs.</summary>
    /// <param name="Chunk">Which.</param>
    /// <param name="Observations">What was seen, [agents, Size, m].</param>
    /// <param name="Actions">What was done, [agents, Size, ActionSize].</param>
    /// <param name="Visits">gamma^t / B, [agents, Size].</param>
    /// <param name="Slopes">The derivatives of log pi by the heads, [agents, Size, HeadSize].</param>
    private sealed record Piece(BufferChunks Chunk, Tensor Observations, Tensor Actions, Tensor Visits, Tensor Slopes)
    {
        public IEnumerable<Tensor> Tensors => [Observations, Actions, Visits, Slopes];
    }
}
