using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Federation.Estimators.Values.Tabular;
using FedPG.Policies.Tabular;
using FedPG.Policies.Torch;
using MathNet.Numerics.LinearAlgebra;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Evaluation.Tabular;

/// <summary>
/// Evaluates state values that are learned for a fixed policy, so there is no J to lower. An agent's objective is the mean squared error of
/// the values against its own TD fixed point, ||F (thetabar - theta*_i)||^2 at its stationary distribution; the objective is the mean over
/// agents, the optimum the smallest that one theta can have (0 where all agents agree), the gap what is above it: the weighted squared
/// distance from that theta. In the place of the squared gradient norm stands ||mean over agents of A_i thetabar - b_i||^2, the mean
/// direction that TD follows.
/// </summary>
internal sealed class ValueErrorEvaluator : Evaluator
{
    private readonly StateValues _values;
    private readonly TdFixedPoint[] _points;

    /// <summary>Prepares the fixed points.</summary>
    /// <param name="mdp">All agents' MDPs.</param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="values">An instance of the evaluator's own; disposed with it.</param>
    /// <param name="ownPolicies">Whether each agent has values of its own.</param>
    /// <exception cref="ArgumentException">An agent has no fixed point.</exception>
    public ValueErrorEvaluator(FiniteMdp mdp, Objective objective, StateValues values, bool ownPolicies = false)
    {
        ArgumentNullException.ThrowIfNull(mdp);
        ArgumentNullException.ThrowIfNull(values);
        _values = values;
        _points = [.. mdp.Agents.Select(agent => TdFixedPoint.OrThrow(mdp, agent, objective.Costs(agent), values))];
        Matrix<double> metric = _points[0].Metric.Clone();
        Vector<double> pull = _points[0].Metric * Vector<double>.Build.DenseOfEnumerable(_points[0].Weights);
        foreach (TdFixedPoint point in _points.Skip(1))
        {
            metric += point.Metric;
            pull += point.Metric * Vector<double>.Build.DenseOfEnumerable(point.Weights);
        }
        Nearest = metric.Solve(pull).ToArray();
        Optimal = ownPolicies ? 0 : Mean(ErrorsOf(Nearest));
        AgentUniforms = ErrorsOf(new double[Nearest.Length]);
        Uniform = Mean(AgentUniforms);
        AgentOptima = new double[_points.Length];
    }

    /// <summary>The theta of the smallest mean error, [m].</summary>
    public double[] Nearest { get; }

    /// <inheritdoc/>
    public override double? Optimal { get; }

    /// <summary>The objective of values that are all 0, where learning starts.</summary>
    public override double? Uniform { get; }

    /// <summary>0 for every agent: each has a fixed point of its own.</summary>
    public override double[]? AgentOptima { get; }

    /// <summary>The errors of values that are all 0, [N].</summary>
    public override double[] AgentUniforms { get; }

    /// <inheritdoc/>
    public override void Dispose() => _values.Dispose();

    /// <inheritdoc/>
    protected override EvaluationResult Judge(Tensor theta, double? temperature, Tensor? ownRows)
    {
        using DisposeScope scope = NewDisposeScope();
        double[] weights = Numbers(theta), direction = new double[weights.Length], mean = new double[weights.Length];
        double[] agents = ownRows is null
            ? ErrorsOf(weights)
            : [.. Numbers(ownRows).Chunk(weights.Length).Zip(_points, (own, point) => point.SquaredError(own))];
        double objective = Mean(agents);
        foreach (TdFixedPoint point in _points)
        {
            point.MeanDirection(weights, direction);
            for (int k = 0; k < mean.Length; k++) mean[k] += direction[k] / _points.Length;
        }
        return new EvaluationResult(objective, objective - Optimal, mean.Sum(x => x * x), agents, null, null);
    }

    private static double Mean(double[] agents) => agents.Sum() / agents.Length;

    private static double[] Numbers(Tensor parameters) =>
        parameters.detach().cpu().to(ScalarType.Float64).contiguous().Span<double>().ToArray();

    private double[] ErrorsOf(double[] weights) => [.. _points.Select(point => point.SquaredError(weights))];
}
