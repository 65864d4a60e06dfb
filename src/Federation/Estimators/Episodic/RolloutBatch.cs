using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Episodic;

/// <summary>
/// A batch of an episodic environment: the terms of the local objective are those of the rollout buffer, and divergences follow from the
/// policy's heads at its observations. They are differentiated through the policy in chunks, all agents of the block in the same
/// operations.
/// </summary>
internal sealed class RolloutBatch : SurrogateBatch
{
    private readonly EpisodicPolicy _policy;
    private readonly List<Piece> _pieces = [];

    /// <summary>Evaluates the policies that divergences are from; the pairs are read again where gradients are asked for.</summary>
    /// <param name="policy">The block's policy.</param>
    /// <param name="pairs">The rollout buffer, with shares of visits.</param>
    /// <param name="rows">The parameters of pi_old, [n, d].</param>
    /// <param name="server">thetabar in every row, [n, d]; null where it gives pi_old.</param>
    public RolloutBatch(EpisodicPolicy policy, RolloutBuffer pairs, Tensor rows, Tensor? server)
    {
        _policy = policy;
        foreach (BufferChunks chunk in pairs.Batches())
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor seen = chunk.Of(pairs.Observations), actions = chunk.Of(pairs.Actions), old = Heads(chunk, rows, seen);
            Tensor reference = server is null ? old.alias() : Heads(chunk, server, seen);
            Tensor logs = policy.LogProbabilities(old, actions);
            var piece = new Piece(chunk, seen, actions, chunk.Of(pairs.Weights), chunk.Of(pairs.Visits), logs, old, reference);
            foreach (Tensor tensor in piece.Tensors) tensor.DetachFromDisposeScope();
            _pieces.Add(piece);
        }
    }

    /// <inheritdoc/>
    public override void Gradients(Tensor rows, SurrogatePenalties penalties, Tensor gradients)
    {
        gradients.zero_();
        foreach (Piece piece in _pieces)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor thetas = piece.Chunk.Rows(rows), part = empty_like(thetas);
            var own = penalties with { Beta = piece.Chunk.Rows(penalties.Beta), Sigma = piece.Chunk.Rows(penalties.Sigma) };
            PolicyEvaluation terms = _policy.Evaluate(thetas, piece.Observations, heads => Terms(piece, heads, own));
            terms.Backward(ones_like(terms.Output), part);
            piece.Chunk.Add(part, gradients);
        }
    }

    /// <inheritdoc/>
    public override (Tensor Divergences, Tensor Roots) Measure(Tensor rows)
    {
        Tensor divergences = zeros(rows.shape[0], dtype: rows.dtype, device: rows.device), roots = zeros_like(divergences);
        foreach (Piece piece in _pieces)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor heads = Heads(piece.Chunk, rows, piece.Observations);
            piece.Chunk.Add((piece.Visits * _policy.Divergences(piece.Old, heads)).sum(-1), divergences);
            piece.Chunk.Add((piece.Visits * Root(piece, heads)).sum(-1), roots);
        }
        return (divergences, roots);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing) return;
        foreach (Tensor tensor in _pieces.SelectMany(piece => piece.Tensors)) tensor.Dispose();
        _pieces.Clear();
    }

    /// <summary>Each pair's terms of the local objective, [agents, Size].</summary>
    private Tensor Terms(Piece piece, Tensor heads, SurrogatePenalties penalties)
    {
        // Capped before it is raised: an importance weight beyond the type's range would make the gradient not a number.
        Tensor log = _policy.LogProbabilities(heads, piece.Actions) - piece.Logs, most = ones_like(log).Times(Math.Log(penalties.Cap));
        Tensor surrogate = where(log < most, log, most).exp() * piece.Weights;
        Tensor held = penalties.Beta.unsqueeze(1) * piece.Visits * _policy.Divergences(piece.Old, heads);
        return surrogate.Plus(held).Plus(penalties.Sigma.unsqueeze(1) * piece.Visits * Root(piece, heads));
    }

    /// <summary>sqrt(max(KL(pi_thetabar, pi), floor)), [agents, Size].</summary>
    private Tensor Root(Piece piece, Tensor heads)
    {
        Tensor kl = _policy.Divergences(piece.Server, heads), least = ones_like(kl).Times(RootFloor);
        return where(kl > least, kl, least).sqrt();
    }

    private Tensor Heads(BufferChunks chunk, Tensor rows, Tensor observations) =>
        _policy.Evaluate(chunk.Rows(rows), observations, heads => heads).Output;

    /// <summary>A chunk of pairs.</summary>
    /// <param name="Chunk">Which.</param>
    /// <param name="Observations">What was seen, [agents, Size, m].</param>
    /// <param name="Actions">What was done, [agents, Size, ActionSize].</param>
    /// <param name="Weights">Score weights, [agents, Size].</param>
    /// <param name="Visits">Shares of the discounted visits, [agents, Size].</param>
    /// <param name="Logs">log pi_old of the actions, [agents, Size].</param>
    /// <param name="Old">The heads of pi_old, [agents, Size, HeadSize].</param>
    /// <param name="Server">The heads of pi_thetabar, [agents, Size, HeadSize].</param>
    private sealed record Piece(
        BufferChunks Chunk, Tensor Observations, Tensor Actions, Tensor Weights, Tensor Visits, Tensor Logs, Tensor Old, Tensor Server)
    {
        public IEnumerable<Tensor> Tensors => [Observations, Actions, Weights, Visits, Logs, Old, Server];
    }
}
