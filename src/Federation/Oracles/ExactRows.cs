using FedPG.Envs;
using FedPG.Envs.Exact;
using static TorchSharp.torch;

namespace FedPG.Federation.Oracles;

/// <summary>
/// Exact values of the policies of a block of agents, one agent after another, Eq. (8): what every exact direction is made of. Agents that share
/// a kernel and their parameters share one factorisation. The arrays hold the agent that is being visited. Not thread-safe.
/// </summary>
internal sealed class ExactRows
{
    private readonly OracleSetup _setup;
    private readonly ExactEvaluation[] _evaluations;
    private readonly int[] _byKernel;
    private readonly double[][] _costs;
    private readonly double[] _regularised;

    /// <summary>Prepares the work arrays for a block.</summary>
    public ExactRows(OracleSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        _setup = setup;
        FiniteMdp mdp = setup.Mdp;
        AgentMdp[] agents = [.. mdp.Agents.Skip(setup.First).Take(setup.Count)];
        var byKernel = new Dictionary<TransitionKernel, ExactEvaluation>(ReferenceEqualityComparer.Instance);
        _evaluations = [.. agents.Select(a => byKernel.TryGetValue(a.Kernel, out ExactEvaluation? e) ? e : byKernel[a.Kernel] = new ExactEvaluation(a.Kernel, mdp.Discount))];
        _byKernel = [.. Enumerable.Range(0, agents.Length).GroupBy(i => _evaluations[i]).SelectMany(group => group)];
        _costs = [.. agents.Select(agent => setup.Objective.Costs(agent))];
        int cells = mdp.States * mdp.Actions;
        (Policy, LogPolicy, _regularised, ActionValues) = (new double[cells], new double[cells], new double[cells], new double[cells]);
        (Occupancy, Values) = (new double[mdp.States], new double[mdp.States]);
    }

    /// <summary>pi(a|s), [S, A].</summary>
    public double[] Policy { get; }

    /// <summary>log pi(a|s), [S, A].</summary>
    public double[] LogPolicy { get; }

    /// <summary>d(s), [S], not normalised.</summary>
    public double[] Occupancy { get; }

    /// <summary>V(s) of the cost with its entropy term, [S].</summary>
    public double[] Values { get; }

    /// <summary>Q(s, a) of the same, [S, A].</summary>
    public double[] ActionValues { get; }

    /// <summary>Evaluates every agent that takes the step, and calls back with its row once the arrays hold it.</summary>
    /// <param name="logProbabilities">log pi, [n, S, A], of any type and place.</param>
    /// <param name="sameRows">Whether all rows are known to be equal.</param>
    /// <param name="batch">The step: its round decides tau.</param>
    /// <param name="visit">Takes the row.</param>
    public void Visit(Tensor logProbabilities, bool sameRows, BatchKey batch, Action<int> visit)
    {
        Tensor logTensor = logProbabilities.cpu().to(ScalarType.Float64).contiguous();
        ReadOnlySpan<double> logs = logTensor.Span<double>();
        double temperature = _setup.Entropy.At(batch.Round);
        ExactEvaluation? current = null;
        foreach (int i in _byKernel)
        {
            if (!batch.Has(i)) continue;
            if (!sameRows || !ReferenceEquals(current, _evaluations[i]))
            {
                current = _evaluations[i];
                logs.Slice(i * Policy.Length, Policy.Length).CopyTo(LogPolicy);
                for (int k = 0; k < Policy.Length; k++) Policy[k] = Math.Exp(LogPolicy[k]);
                current.SetPolicy(Policy);
                current.Occupancy(_setup.Mdp.Initial, Occupancy);
            }
            double[] costs = _costs[i];
            if (temperature != 0)
            {
                PolicyGradient.AddEntropy(costs, LogPolicy, temperature, _regularised);
                costs = _regularised;
            }
            current.StateValues(costs, Values);
            current.ActionValues(costs, Values, ActionValues);
            visit(i);
        }
    }
}
