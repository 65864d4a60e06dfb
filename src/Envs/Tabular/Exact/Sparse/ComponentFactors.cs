namespace FedPG.Envs.Tabular.Exact.Sparse;

/// <summary>The factors of all components for one policy.</summary>
/// <param name="plan">The components, and where factors lie.</param>
/// <param name="discount">gamma.</param>
internal sealed class ComponentFactors(ComponentPlan plan, double discount)
{
    private readonly SparseLu<double, OneLane> _lu = new(plan.Plan, discount);
    private readonly double[] _x = new double[plan.Plan.Size];

    // What leaves components: for each place the entries from Starts on, with the place they lead to and gamma pi p.
    private readonly int[] _starts = new int[plan.Plan.Size + 1], _targets = new int[plan.Plan.Leaving];
    private readonly double[] _weights = new double[plan.Plan.Leaving];

    public void SetPolicy(ReadOnlySpan<double> policy)
    {
        _lu.SetPolicy(policy);
        EliminationPlan layout = plan.Plan;
        TransitionKernel kernel = layout.Kernel;
        int count = 0;
        for (int place = 0; place < layout.Size; place++)
        {
            _starts[place] = count;
            int s = layout.State[place];
            for (int row = s * kernel.Actions; row < (s + 1) * kernel.Actions; row++)
            {
                ReadOnlySpan<int> next = kernel.Next(row);
                ReadOnlySpan<double> probabilities = kernel.Probabilities(row);
                for (int k = 0, entry = layout.FirstEntry(row); k < next.Length; k++, entry++)
                {
                    if (!layout.IsLeaving(entry)) continue;
                    (_targets[count], _weights[count++]) = (layout.Position[next[k]], discount * policy[row] * probabilities[k]);
                }
            }
        }
        _starts[layout.Size] = count;
    }

    public void Solve(Span<double> x)
    {
        Enter(x);
        for (int c = 0; c + 1 < plan.Starts.Length; c++)
        {
            (int from, int to) = (plan.Starts[c], plan.Starts[c + 1]);
            for (int place = from; place < to; place++)
            {
                for (int k = _starts[place]; k < _starts[place + 1]; k++) _x[place] += _weights[k] * _x[_targets[k]];
            }
            _lu.Solve(_x, from, to);
        }
        Leave(x);
    }

    public void SolveTransposed(Span<double> x)
    {
        Enter(x);
        for (int c = plan.Starts.Length - 2; c >= 0; c--)
        {
            (int from, int to) = (plan.Starts[c], plan.Starts[c + 1]);
            _lu.SolveTransposed(_x, from, to);
            for (int place = from; place < to; place++)
            {
                for (int k = _starts[place]; k < _starts[place + 1]; k++) _x[_targets[k]] += _weights[k] * _x[place];
            }
        }
        Leave(x);
    }

    private void Enter(ReadOnlySpan<double> b)
    {
        for (int i = 0; i < _x.Length; i++) _x[i] = b[plan.Plan.State[i]];
    }

    private void Leave(Span<double> b)
    {
        for (int i = 0; i < _x.Length; i++) b[plan.Plan.State[i]] = _x[i];
    }
}
