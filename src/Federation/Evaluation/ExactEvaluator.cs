using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using FedPG.Policies;
using FedPG.Policies.Tabular;
using FedPG.Policies.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Evaluation;

/// <summary>
/// Evaluates the server's policy exactly, outside the federation: it needs every agent's rewards and kernel, which a simulation has. With a
/// shared kernel one factorisation serves all agents. Not thread-safe.
/// </summary>
public sealed class ExactEvaluator : Evaluator
{
    private readonly FiniteMdp _mdp;
    private readonly TabularPolicy _policy;
    private readonly List<(ExactEvaluation Evaluation, int[] Agents)> _kernels = [];
    private readonly double[][] _costs;
    private readonly double[]? _averageCosts;
    private readonly double[] _occupancy, _values, _probabilities, _logs, _actionValues, _score, _weights, _regularised;
    private OptimalPolicy? _start;
    private double _regularisedOptimum, _regularisedTemperature = double.NaN;

    /// <summary>Prepares the evaluation and computes the optima.</summary>
    /// <param name="mdp">All agents' MDPs.</param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="policy">A policy instance of the evaluator's own; disposed with it.</param>
    public ExactEvaluator(FiniteMdp mdp, Objective objective, TabularPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(mdp);
        ArgumentNullException.ThrowIfNull(policy);
        (_mdp, _policy) = (mdp, policy);
        _costs = [.. mdp.Agents.Select(agent => objective.Costs(agent))];
        foreach (IGrouping<TransitionKernel, (AgentMdp Agent, int Index)> group in mdp.Agents.Select((agent, index) => (agent, index))
            .GroupBy(item => item.agent.Kernel, (IEqualityComparer<TransitionKernel>)ReferenceEqualityComparer.Instance))
        {
            _kernels.Add((new ExactEvaluation(group.Key, mdp.Discount), [.. group.Select(item => item.Index)]));
        }
        int cells = mdp.States * mdp.Actions;
        (_occupancy, _values) = (new double[mdp.States], new double[mdp.States]);
        (_probabilities, _logs, _actionValues, _score, _weights, _regularised) =
            (new double[cells], new double[cells], new double[cells], new double[cells], new double[cells], new double[cells]);
        if (mdp.SharesKernel) _averageCosts = objective.Costs(mdp.AverageAgent());
        (Optimal, AgentOptima) = MdpOptima.Of(mdp, objective);
        Array.Fill(_probabilities, 1.0 / mdp.Actions);
        Uniform = MeanObjective();
    }

    /// <summary>The optimum of the average MDP; null where kernels differ, because then there is none.</summary>
    public override double? Optimal { get; }

    /// <summary>J of the uniform policy, the mean over agents.</summary>
    public override double? Uniform { get; }

    /// <summary>Each agent's own optimum, [N]; null where it would take too long.</summary>
    public override double[]? AgentOptima { get; }

    /// <inheritdoc/>
    public override EvaluationResult Evaluate(Tensor theta, double? temperature)
    {
        ArgumentNullException.ThrowIfNull(theta);
        using DisposeScope scope = NewDisposeScope();
        PolicyEvaluation evaluation = _policy.Evaluate(theta.detach().unsqueeze(0));
        evaluation.Output.cpu().to(ScalarType.Float64).contiguous().Span<double>().CopyTo(_logs);
        for (int k = 0; k < _logs.Length; k++) _probabilities[k] = Math.Exp(_logs[k]);

        Array.Clear(_weights);
        double[] objectives = new double[_mdp.Agents.Count];
        double entropyTerm = 0;
        foreach ((ExactEvaluation exact, int[] agents) in _kernels)
        {
            exact.SetPolicy(_probabilities);
            exact.Occupancy(_mdp.Initial, _occupancy);
            foreach (int i in agents) objectives[i] = PolicyGradient.Objective(_probabilities, _occupancy, _costs[i]);
            entropyTerm += PolicyGradient.Objective(_probabilities, _occupancy, _logs) * agents.Length;
            AddWeights(exact, agents);
        }
        double objective = objectives.Sum() / objectives.Length;
        double? regularised = temperature is { } tau ? objective + (tau * entropyTerm / objectives.Length) : null;
        return new EvaluationResult(
            objective, objective - Optimal, _policy.TakesGradients ? GradientNormSquared(evaluation) : null, objectives,
            regularised, regularised - RegularisedOptimum(temperature));
    }

    /// <inheritdoc/>
    public override void Dispose() => _policy.Dispose();

    /// <summary>Adds the score weights of these agents' mean gradient: with a shared kernel, those of the mean cost (Proposition 1).</summary>
    private void AddWeights(ExactEvaluation exact, int[] agents)
    {
        double[] costs;
        if (_averageCosts is not null && agents.Length == _mdp.Agents.Count)
        {
            costs = _averageCosts;
        }
        else
        {
            costs = _regularised;
            Array.Clear(costs);
            foreach (int i in agents)
            {
                for (int k = 0; k < costs.Length; k++) costs[k] += _costs[i][k] / agents.Length;
            }
        }
        exact.StateValues(costs, _values);
        exact.ActionValues(costs, _values, _actionValues);
        PolicyGradient.ScoreWeights(_probabilities, _occupancy, _values, _actionValues, _score);
        double share = (double)agents.Length / _mdp.Agents.Count;
        for (int k = 0; k < _weights.Length; k++) _weights[k] += share * _score[k];
    }

    private double GradientNormSquared(PolicyEvaluation evaluation)
    {
        Tensor weights = tensor(_weights, [1, _mdp.States, _mdp.Actions], dtype: _policy.Format.Dtype, device: _policy.Format.Device);
        Tensor gradient = zeros(1, _policy.Layout.Length, dtype: _policy.Format.Dtype, device: _policy.Format.Device);
        evaluation.Backward(weights, gradient);
        double sum = 0;
        foreach (double g in gradient.cpu().to(ScalarType.Float64).Span<double>()) sum += g * g;
        return sum;
    }

    private double? RegularisedOptimum(double? temperature)
    {
        if (temperature is not { } tau || _averageCosts is null) return null;
        if (tau == 0) return Optimal;
        if (tau != _regularisedTemperature)
        {
            // Always from the same start: the result may depend on tau alone, or a resumed run would write other bits.
            _start ??= Optimum.Of(_kernels[0].Evaluation, _averageCosts, _mdp.Initial);
            _regularisedOptimum = Optimum.Regularised(_kernels[0].Evaluation, _averageCosts, _mdp.Initial, tau, _start).Value;
            _regularisedTemperature = tau;
        }
        return _regularisedOptimum;
    }

    private double MeanObjective()
    {
        double sum = 0;
        foreach ((ExactEvaluation exact, int[] agents) in _kernels)
        {
            exact.SetPolicy(_probabilities);
            exact.Occupancy(_mdp.Initial, _occupancy);
            foreach (int i in agents) sum += PolicyGradient.Objective(_probabilities, _occupancy, _costs[i]);
        }
        return sum / _mdp.Agents.Count;
    }
}
