using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Federation.Estimators.Values;
using FedPG.Policies.Tabular;
using FedPG.Policies.Torch;
using MathNet.Numerics.LinearAlgebra;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Evaluation;

/// <summary>
/// Evaluates state values that are learned for a fixed policy, so there is no J to lower. An agent's objective is the mean squared error of the values
/// against its own TD fixed point, ||F (thetabar - theta*_i)||^2 at its stationary distribution; the objective is the mean over agents, the optimum the
/// least that one theta can have (0 where all agents agree), the gap what is above it: the weighted squared distance from that theta. In the place of the squared gradient
/// norm stands ||mean over agents of A_i thetabar - b_i||^2, the mean direction that TD follows.
/// </summary>
public sealed class ValueErrorEvaluator : Evaluator
{
    private readonly StateValues _values;
    private readonly TdFixedPoint[] _points;

    /// <summary>Prepares the fixed points.</summary>
    /// <param name="mdp">All agents' MDPs.</param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="values">An instance of the evaluator's own; disposed with it.</param>
    /// <exception cref="ArgumentException">An agent has no fixed point.</exception>
    public ValueErrorEvaluator(FiniteMdp mdp, Objective objective, StateValues values)
    {
        ArgumentNullException.ThrowIfNull(mdp);
        ArgumentNullException.ThrowIfNull(values);
        _values = values;
        _points = [.. mdp.Agents.Select(agent =>
        {
            (TdFixedPoint? point, string? fault) = TdFixedPoint.Of(mdp, agent, objective.Costs(agent), values);
            return point ?? throw new ArgumentException($"agent {agent.Name} {fault}", nameof(mdp));
        })];
        Matrix<double> metric = _points[0].Metric.Clone();
        Vector<double> pull = _points[0].Metric * Vector<double>.Build.DenseOfEnumerable(_points[0].Weights);
        foreach (TdFixedPoint point in _points.Skip(1))
        {
            metric += point.Metric;
            pull += point.Metric * Vector<double>.Build.DenseOfEnumerable(point.Weights);
        }
        Nearest = metric.Solve(pull).ToArray();
        Optimal = Mean(Nearest).Mean;
        Uniform = Mean(new double[Nearest.Length]).Mean;
        AgentOptima = new double[_points.Length];
    }

    /// <summary>The theta of least mean error, [m].</summary>
    public double[] Nearest { get; }

    /// <inheritdoc/>
    public override double? Optimal { get; }

    /// <summary>The objective of values that are all 0, where learning starts.</summary>
    public override double? Uniform { get; }

    /// <summary>0 for every agent: each has a fixed point of its own.</summary>
    public override double[]? AgentOptima { get; }

    /// <inheritdoc/>
    public override EvaluationResult Evaluate(Tensor theta, double? temperature)
    {
        ArgumentNullException.ThrowIfNull(theta);
        using DisposeScope scope = NewDisposeScope();
        double[] weights = theta.detach().cpu().to(ScalarType.Float64).contiguous().Span<double>().ToArray(), direction = new double[weights.Length], mean = new double[weights.Length];
        (double objective, double[] agents) = Mean(weights);
        foreach (TdFixedPoint point in _points)
        {
            point.MeanDirection(weights, direction);
            for (int k = 0; k < mean.Length; k++) mean[k] += direction[k] / _points.Length;
        }
        return new EvaluationResult(objective, objective - Optimal, mean.Sum(x => x * x), agents, null, null);
    }

    /// <inheritdoc/>
    public override void Dispose() => _values.Dispose();

    private (double Mean, double[] Agents) Mean(double[] weights)
    {
        double[] agents = [.. _points.Select(point => point.SquaredError(weights))];
        return (agents.Sum() / agents.Length, agents);
    }
}
