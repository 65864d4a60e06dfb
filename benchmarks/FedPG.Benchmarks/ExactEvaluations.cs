using BenchmarkDotNet.Attributes;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using FedPG.Envs.Tabular.Exact.Sparse;

namespace FedPG.Benchmarks;

/// <summary>
/// The exact evaluation of a policy on a slippery square gridworld: one factorisation, the occupancy, the values. By each solver for one
/// agent, and for eight agents at once.
/// </summary>
public class ExactEvaluations
{
    private ExactEvaluation _banded = null!, _sparse = null!;
    private ExactBatch _batch = null!;
    private double[] _initial = [], _policy = [], _costs = [], _occupancy = [], _values = [], _lanes = [];

    /// <summary>The side of the grid: S is its square.</summary>
    [Params(10, 20, 30)]
    public int Side { get; set; }

    /// <summary>Makes the grid and a random policy.</summary>
    [GlobalSetup]
    public void Setup()
    {
        FiniteMdp mdp = Problems.Grid(Side);
        AgentMdp agent = mdp.Agents[0];
        var random = new RandomSequence(new StreamKey(1, StreamPurpose.Environment, 0, 0, 0));
        _policy = new double[agent.Kernel.RowCount];
        for (int s = 0; s < mdp.States; s++)
        {
            double[] weights = [.. Enumerable.Range(0, mdp.Actions).Select(_ => random.NextDouble())];
            for (int a = 0; a < mdp.Actions; a++) _policy[(s * mdp.Actions) + a] = weights[a] / weights.Sum();
        }
        (_initial, _costs, _occupancy, _values) = (mdp.Initial, Objective.Regret.Costs(agent), new double[mdp.States],
            new double[mdp.States]);
        (_banded, _sparse) = (new ExactEvaluation(agent.Kernel, mdp.Discount, LinearSolver.Banded), new ExactEvaluation(agent.Kernel,
            mdp.Discount, LinearSolver.Sparse));
        (_batch, _lanes) = (ExactBatch.On(_sparse)!, new double[_costs.Length * ExactBatch.Lanes]);
        for (int k = 0; k < _lanes.Length; k++)
            (_lanes[k], _batch.Policy[k]) = (_costs[k / ExactBatch.Lanes], _policy[k / ExactBatch.Lanes]);
    }

    /// <summary>One agent by banded elimination.</summary>
    [Benchmark(Baseline = true)]
    public double Banded() => One(_banded);

    /// <summary>One agent by sparse elimination.</summary>
    [Benchmark]
    public double Sparse() => One(_sparse);

    /// <summary>Eight agents by sparse elimination, Q included; the time is that of one.</summary>
    [Benchmark(OperationsPerInvoke = 8)]
    public double EightAtOnce()
    {
        _batch.Evaluate(_initial, _lanes);
        return _batch.Values[0];
    }

    private double One(ExactEvaluation evaluation)
    {
        evaluation.SetPolicy(_policy);
        evaluation.Occupancy(_initial, _occupancy);
        evaluation.StateValues(_costs, _values);
        return _values[0];
    }
}
