using FedPG.Envs.Derivatives;
using FedPG.Envs.LinearQuadratic;
using FedPG.Policies.LinearQuadratic;
using FedPG.Policies.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Evaluation.LinearQuadratic;

/// <summary>Evaluates linear policies by closed forms; the optimum is a Riccati solution. A gain with infinite cost is an error.</summary>
internal sealed class LinearQuadraticEvaluator : Evaluator
{
    private readonly LinearQuadraticObjective[] _objectives;
    private readonly IDifferentiableObjective _mean;
    private readonly LinearPolicy _policy;

    /// <summary>Prepares the evaluation and computes the optima.</summary>
    /// <param name="problem">All agents' problems.</param>
    /// <param name="policy">A policy instance of the evaluator's own; disposed with it.</param>
    /// <param name="ownPolicies">Whether each agent has a policy of its own.</param>
    public LinearQuadraticEvaluator(LinearQuadraticProblem problem, LinearPolicy policy, bool ownPolicies = false)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(policy);
        _policy = policy;
        double deviation = policy.StandardDeviation;
        _objectives = [.. problem.Agents.Select(agent => problem.ObjectiveOf(agent, deviation))];
        _mean = problem.MeanObjective(deviation);
        double?[] optima = [.. problem.Agents.Select(agent => problem.Optimum(agent, deviation))];
        if (optima.All(optimum => optimum is not null)) AgentOptima = [.. optima.Select(optimum => optimum!.Value)];
        if (ownPolicies) Optimal = AgentOptima?.Average();
        else if (problem.SharesDynamics) Optimal = problem.Optimum(problem.AverageAgent(), deviation);
    }

    /// <inheritdoc/>
    /// <remarks>Null for a number of steps, and where one policy serves agents whose dynamics differ.</remarks>
    public override double? Optimal { get; }

    /// <summary>There is no uniform policy.</summary>
    public override double? Uniform => null;

    /// <summary>Each agent's own optimum, [N]; null for a number of steps.</summary>
    public override double[]? AgentOptima { get; }

    /// <inheritdoc/>
    public override void Dispose() => _policy.Dispose();

    /// <inheritdoc/>
    protected override EvaluationResult Judge(Tensor theta, double? temperature, Tensor? ownRows)
    {
        using DisposeScope scope = NewDisposeScope();
        double[] gain = Numbers(theta), gradient = new double[gain.Length];
        double[][]? own = ownRows is null ? null : [.. Numbers(ownRows).Chunk(gain.Length)];
        double[] objectives = [.. _objectives.Select((objective, i) => objective.Value(own?[i] ?? gain))];
        double mean = objectives.Sum() / objectives.Length;
        _mean.Gradient(gain, gradient);
        return new EvaluationResult(mean, mean - Optimal, gradient.Sum(g => g * g), objectives, null, null)
        {
            Error = double.IsFinite(mean) ? null : "its gain no longer keeps the cost finite",
        };
    }

    private static double[] Numbers(Tensor parameters) =>
        parameters.detach().cpu().to(ScalarType.Float64).contiguous().Span<double>().ToArray();
}
