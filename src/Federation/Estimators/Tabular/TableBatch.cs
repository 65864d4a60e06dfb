using FedPG.Policies;
using FedPG.Policies.Tabular;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Tabular;

/// <summary>A batch of a tabular environment: the weight of a pair or a state is an entry of a table.</summary>
internal sealed class TableBatch : SurrogateBatch
{
    private readonly TabularPolicy _policy;
    private readonly Tensor _old, _server;

    /// <summary>Keeps copies of the tables and evaluates the policies that divergences are from.</summary>
    /// <param name="policy">The block's policy.</param>
    /// <param name="weights">W(s,a), [n, S, A], 0 for pairs outside the batch.</param>
    /// <param name="visits">p(s), [n, S], 0 for terminal states; sums to 1, or to 0 where nothing else was visited.</param>
    /// <param name="old">log pi_old, [n, S, A].</param>
    /// <param name="server">thetabar in every row, [n, d]; null where it gives pi_old.</param>
    public TableBatch(TabularPolicy policy, Tensor weights, Tensor visits, Tensor old, Tensor? server)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(visits);
        ArgumentNullException.ThrowIfNull(old);
        _policy = policy;
        Weights = weights.to(policy.Format.Device, copy: true).DetachFromDisposeScope();
        Visits = visits.to(policy.Format.Device, copy: true).DetachFromDisposeScope();
        _old = old.alias().DetachFromDisposeScope();
        _server = (server is null ? old.alias() : policy.Evaluate(server).Output).DetachFromDisposeScope();
    }

    /// <summary>W(s,a), [n, S, A].</summary>
    public Tensor Weights { get; }

    /// <summary>p(s), [n, S].</summary>
    public Tensor Visits { get; }

    /// <summary>
    /// By the derivative in log pi(a|s), [n, S, A]: of the first sum it is W w where w is below the cap, and of KL_s it is -pi_old, or
    /// -pi_thetabar / (2 sqrt KL_s) for the root.
    /// </summary>
    /// <inheritdoc/>
    public override void Gradients(Tensor rows, SurrogatePenalties penalties, Tensor gradients)
    {
        PolicyEvaluation evaluation = _policy.Evaluate(rows);
        Tensor log = evaluation.Output, w = (log - _old).exp();
        Tensor slope = where(w < ones_like(w).Times(penalties.Cap), Weights * w, zeros_like(w));
        slope.sub_((penalties.Beta.unsqueeze(1) * Visits).unsqueeze(2) * _old.exp());
        Tensor kl = Kl(_server, log), least = ones_like(kl).Times(RootFloor);
        Tensor root = where(kl > least, penalties.Sigma.unsqueeze(1).Times(0.5) * Visits / maximum(kl, least).sqrt(), zeros_like(kl));
        evaluation.Backward(slope.sub_(root.unsqueeze(2) * _server.exp()), gradients);
    }

    /// <inheritdoc/>
    public override (Tensor Divergences, Tensor Roots) Measure(Tensor rows)
    {
        Tensor log = _policy.Evaluate(rows).Output, kl = Kl(_server, log);
        return ((Visits * Kl(_old, log)).sum(-1), (Visits * maximum(kl, ones_like(kl).Times(RootFloor)).sqrt()).sum(-1));
    }

    /// <summary>The share of every state in visits of states, or of pairs state by state.</summary>
    /// <param name="visits">Visits, [S] or [S, A]; 0 or more.</param>
    /// <param name="shares">p, [S], overwritten.</param>
    internal static void Shares(ReadOnlySpan<double> visits, Span<double> shares)
    {
        int each = visits.Length / shares.Length;
        double all = 0;
        for (int s = 0; s < shares.Length; s++)
        {
            shares[s] = 0;
            foreach (double visit in visits.Slice(s * each, each)) shares[s] += visit;
            all += shares[s];
        }
        for (int s = 0; all > 0 && s < shares.Length; s++) shares[s] /= all;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing) return;
        foreach (Tensor tensor in (Tensor[])[Weights, Visits, _old, _server]) tensor.Dispose();
    }

    /// <summary>KL(from(.|s), to(.|s)) of every state, [n, S].</summary>
    private static Tensor Kl(Tensor from, Tensor to) => (from.exp() * (from - to)).sum(-1);
}
