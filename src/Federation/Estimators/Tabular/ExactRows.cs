using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Tabular;

/// <summary>
/// Exact values of the policies of a block of agents, Eq. (8): what every exact direction is made of. Where factors are sparse, agents that
/// share a kernel are evaluated eight at once; elsewhere one after another, and those that share their parameters and
/// their context too share one factorisation. An agent's bits are the same either way. The arrays
/// hold the agent that is being visited. Not thread-safe.
/// </summary>
internal sealed class ExactRows
{
    /// <summary>Fewer agents than this are evaluated one by one: a vector costs as much however many of its lanes are in use.</summary>
    private const int MinLanes = 3;

    private readonly EstimatorSetup _setup;
    private readonly Group[] _groups;
    private readonly double[][] _costs;
    private readonly double[] _regularised;

    /// <summary>Prepares the work arrays for a block.</summary>
    public ExactRows(EstimatorSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        _setup = setup;
        FiniteMdp mdp = setup.Mdp;
        AgentMdp[] agents = [.. mdp.Agents.Skip(setup.First).Take(setup.Count)];
        int cells = mdp.States * mdp.Actions;
        _groups =
        [
            .. Enumerable.Range(0, agents.Length).GroupBy(i => agents[i].Kernel, ReferenceEqualityComparer.Instance)
                .Select(group => new Group(new ExactEvaluation((TransitionKernel)group.Key!, mdp.Discount), [.. group], cells)),
        ];
        _costs = [.. agents.Select(agent => setup.Objective.Costs(agent))];
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
        foreach (Group group in _groups)
        {
            ReadOnlySpan<int> rows = group.Stepping(batch);
            while (group.Batch is not null && rows.Length >= MinLanes)
            {
                int count = Math.Min(rows.Length, ExactBatch.Lanes);
                VisitTogether(group, group.Batch, rows[..count], logs, temperature, visit);
                rows = rows[count..];
            }
            for (int k = 0; k < rows.Length; k++)
            {
                bool samePolicy = sameRows && k > 0 && ShareContext(rows[k - 1], rows[k]);
                VisitAlone(group.Evaluation, rows[k], samePolicy, logs, temperature, visit);
            }
        }
    }

    /// <summary>Whether equal parameters are one policy for two agents of the block.</summary>
    private bool ShareContext(int row, int other) =>
        _setup.Policy.Contexts is not { } contexts
        || contexts.DistinctOf(_setup.First + row) == contexts.DistinctOf(_setup.First + other);

    private void VisitAlone(
        ExactEvaluation evaluation, int row, bool samePolicy, ReadOnlySpan<double> logs, double temperature, Action<int> visit)
    {
        if (!samePolicy)
        {
            ReadPolicy(row, logs);
            evaluation.SetPolicy(Policy);
            evaluation.Occupancy(_setup.Mdp.Initial, Occupancy);
        }
        double[] costs = Costs(row, temperature);
        evaluation.StateValues(costs, Values);
        evaluation.ActionValues(costs, Values, ActionValues);
        visit(row);
    }

    private void VisitTogether(
        Group group, ExactBatch batch, ReadOnlySpan<int> rows, ReadOnlySpan<double> logs, double temperature, Action<int> visit)
    {
        for (int lane = 0; lane < ExactBatch.Lanes; lane++)
        {
            // Lanes that are left over do the last agent's work again.
            int row = rows[Math.Min(lane, rows.Length - 1)];
            ReadPolicy(row, logs);
            Lanes.Write(Policy, batch.Policy, lane);
            if (group.HasCosts(lane, row, plain: temperature == 0)) continue;
            Lanes.Write(Costs(row, temperature), group.Costs, lane);
        }
        batch.Evaluate(_setup.Mdp.Initial, group.Costs);
        for (int lane = 0; lane < rows.Length; lane++)
        {
            Lanes.Read(batch.Policy, lane, Policy);
            Lanes.Read(batch.Occupancy, lane, Occupancy);
            Lanes.Read(batch.Values, lane, Values);
            Lanes.Read(batch.ActionValues, lane, ActionValues);
            visit(rows[lane]);
        }
    }

    private void ReadPolicy(int row, ReadOnlySpan<double> logs)
    {
        logs.Slice(row * Policy.Length, Policy.Length).CopyTo(LogPolicy);
        PolicyGradient.Probabilities(LogPolicy, Policy);
    }

    private double[] Costs(int row, double temperature)
    {
        if (temperature == 0) return _costs[row];
        PolicyGradient.AddEntropy(_costs[row], LogPolicy, temperature, _regularised);
        return _regularised;
    }

    /// <summary>Agents of the block that share a kernel.</summary>
    private sealed class Group(ExactEvaluation evaluation, int[] rows, int cells)
    {
        private readonly int[] _stepping = new int[rows.Length], _costsOf = new int[ExactBatch.Lanes];

        public ExactEvaluation Evaluation => evaluation;

        public ExactBatch? Batch { get; } = rows.Length >= MinLanes ? ExactBatch.On(evaluation) : null;

        /// <summary>Costs in lanes, [S, A, 8].</summary>
        public double[] Costs { get; } = rows.Length >= MinLanes ? new double[cells * ExactBatch.Lanes] : [];

        /// <summary>The rows that take a step.</summary>
        public ReadOnlySpan<int> Stepping(BatchKey batch)
        {
            int count = 0;
            foreach (int row in rows)
            {
                if (batch.Has(row)) _stepping[count++] = row;
            }
            return _stepping.AsSpan(0, count);
        }

        /// <summary>Whether a lane holds the plain costs of a row already; notes that it will hold what is asked for.</summary>
        public bool HasCosts(int lane, int row, bool plain)
        {
            int code = plain ? row + 1 : 0;
            bool has = code > 0 && _costsOf[lane] == code;
            _costsOf[lane] = code;
            return has;
        }
    }
}
