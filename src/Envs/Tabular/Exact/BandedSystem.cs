using FedPG.Envs.Tabular.Exact.Sparse;

namespace FedPG.Envs.Tabular.Exact;

/// <summary>I - gamma P_pi as a banded matrix that is factorised for each policy. Not thread-safe.</summary>
internal sealed class BandedSystem : IPolicySystem
{
    private readonly TransitionKernel _kernel;
    private readonly double _discount;
    private readonly BandOrdering _ordering;
    private readonly BandedLu _lu;
    private readonly double[] _permuted;

    public BandedSystem(TransitionKernel kernel, double discount, BandOrdering ordering)
    {
        (_kernel, _discount, _ordering) = (kernel, discount, ordering);
        _lu = new BandedLu(kernel.States, ordering.Lower, ordering.Upper);
        _permuted = new double[kernel.States];
    }

    public double Cost => _ordering.FactorisationCost;

    public double ErrorBound => 0;

    public IPolicySystem Clone() => new BandedSystem(_kernel, _discount, _ordering);

    public void SetPolicy(ReadOnlySpan<double> policy)
    {
        _lu.Clear();
        int[] position = _ordering.Position;
        for (int s = 0; s < _kernel.States; s++)
        {
            int i = position[s];
            _lu.At(i, i) += 1;
            for (int a = 0; a < _kernel.Actions; a++)
            {
                int row = (s * _kernel.Actions) + a;
                double weight = _discount * policy[row];
                ReadOnlySpan<int> next = _kernel.Next(row);
                ReadOnlySpan<double> probability = _kernel.Probabilities(row);
                for (int k = 0; k < next.Length; k++) _lu.At(i, position[next[k]]) -= weight * probability[k];
            }
        }
        _lu.Factorize();
    }

    public void Solve(Span<double> x)
    {
        Enter(x);
        _lu.Solve(_permuted, 1);
        Leave(x);
    }

    public void SolveTransposed(Span<double> x)
    {
        Enter(x);
        _lu.SolveTransposed(_permuted);
        Leave(x);
    }

    private void Enter(ReadOnlySpan<double> x)
    {
        for (int i = 0; i < _permuted.Length; i++) _permuted[i] = x[_ordering.State[i]];
    }

    private void Leave(Span<double> x)
    {
        for (int i = 0; i < _permuted.Length; i++) x[_ordering.State[i]] = _permuted[i];
    }
}
