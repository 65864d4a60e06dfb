using FedPG.Envs.Tabular.Exact.Sparse;

namespace FedPG.Envs.Tabular.Exact;

/// <summary>
/// I - gamma P_pi of one policy after another. The first solves with a policy are iterations; one that goes on being used, as in products
/// of a Hessian, is factorised within each strongly connected component and solved one component after another. Not thread-safe.
/// </summary>
/// <param name="plan">The components, and where factors lie; its value is null where elimination costs too much. Made when first needed.
/// </param>
/// <param name="iterations">What solves by iterations.</param>
/// <param name="discount">gamma.</param>
internal sealed class ComponentSystem(Lazy<ComponentPlan?> plan, GmresSystem iterations, double discount) : IPolicySystem
{
    /// <summary>The solves with a policy after which it is factorised: a gradient takes fewer.</summary>
    private const int FewSolves = 6;

    private ComponentFactors? _factors;
    private double[] _policy = [];
    private int _solves;
    private bool _eliminates;

    public double Cost => iterations.Cost;

    public double ErrorBound => _eliminates ? 0 : iterations.ErrorBound;

    public IPolicySystem Clone() => new ComponentSystem(plan, (GmresSystem)iterations.Clone(), discount);

    public void SetPolicy(ReadOnlySpan<double> policy)
    {
        iterations.SetPolicy(policy);
        if (_policy.Length == 0) _policy = new double[policy.Length];
        policy.CopyTo(_policy);
        (_solves, _eliminates) = (0, false);
    }

    public void Solve(Span<double> x)
    {
        if (Eliminates()) _factors!.Solve(x);
        else iterations.Solve(x);
    }

    public void SolveTransposed(Span<double> x)
    {
        if (Eliminates()) _factors!.SolveTransposed(x);
        else iterations.SolveTransposed(x);
    }

    private bool Eliminates()
    {
        if (_eliminates || ++_solves <= FewSolves || plan.Value is not { } components) return _eliminates;
        _factors ??= new ComponentFactors(components, discount);
        _factors.SetPolicy(_policy);
        return _eliminates = true;
    }
}
