namespace FedPG.Envs.Tabular.Exact.Sparse;

/// <summary>I - gamma P_pi of one policy after another, factorised as a sparse matrix. Not thread-safe.</summary>
/// <param name="plan">Where values lie.</param>
/// <param name="discount">gamma.</param>
internal sealed class SparseSystem(EliminationPlan plan, double discount) : IPolicySystem
{
    private readonly SparseLu<double, OneLane> _lu = new(plan, discount);

    /// <summary>What is shared with other systems of the kernel.</summary>
    public EliminationPlan Plan => plan;

    public double Cost => plan.Cost;

    public double ErrorBound => 0;

    public IPolicySystem Clone() => new SparseSystem(plan, discount);

    public void SetPolicy(ReadOnlySpan<double> policy) => _lu.SetPolicy(policy);

    public void Solve(Span<double> x) => _lu.Solve(x);

    public void SolveTransposed(Span<double> x) => _lu.SolveTransposed(x);
}
