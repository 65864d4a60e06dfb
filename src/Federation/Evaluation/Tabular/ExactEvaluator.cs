using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using FedPG.Policies;
using FedPG.Policies.Tabular;
using FedPG.Policies.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Evaluation.Tabular;

/// <summary>
/// Evaluates policies exactly, outside the federation: it needs every agent's rewards and kernel, which a simulation has. One factorisation
/// serves all agents that share a kernel and a policy. Not thread-safe.
/// </summary>
internal sealed class ExactEvaluator : Evaluator
{
    /// <summary>Policies of agents' own that are evaluated in one operation.</summary>
    private const int MaxRows = 64;

    private readonly FiniteMdp _mdp;
    private readonly TabularPolicy _policy;
    private readonly AgentGroups _groups;
    private readonly GroupOptima _optima;
    private readonly double[][] _costs;
    private readonly double[]? _averageCosts;
    private readonly double[] _occupancy, _values, _probabilities, _logs, _meanCosts, _actionValues, _score, _weights;

    /// <summary>Prepares the evaluation and computes the optima.</summary>
    /// <param name="mdp">All agents' MDPs.</param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="policy">A policy instance of the evaluator's own; disposed with it.</param>
    /// <param name="ownPolicies">Whether each agent has a policy of its own.</param>
    public ExactEvaluator(FiniteMdp mdp, Objective objective, TabularPolicy policy, bool ownPolicies = false)
    {
        ArgumentNullException.ThrowIfNull(mdp);
        ArgumentNullException.ThrowIfNull(policy);
        (_mdp, _policy) = (mdp, policy);
        _costs = [.. mdp.Agents.Select(agent => objective.Costs(agent))];
        IReadOnlyList<int[]> groups = IsPersonal ? AgentGroups.OneEach(mdp) : policy.AgentGroups(0, mdp.Agents.Count);
        _policy.Serve([.. groups.Select(group => group[0])]);
        _groups = new AgentGroups(mdp, groups);
        int cells = mdp.States * mdp.Actions;
        (_occupancy, _values) = (new double[mdp.States], new double[mdp.States]);
        (_probabilities, _logs, _meanCosts, _actionValues, _score) =
            (new double[cells], new double[cells], new double[cells], new double[cells], new double[cells]);
        _weights = new double[cells * _groups.Count];
        if (mdp.SharesKernel) _averageCosts = objective.Costs(mdp.AverageAgent());
        (double? average, AgentOptima) = MdpOptima.Of(mdp, objective);
        AgentGroups served = ownPolicies ? new AgentGroups(mdp, AgentGroups.OneEach(mdp)) : _groups;
        _optima = new GroupOptima(mdp, objective, served, average, AgentOptima);
        Optimal = _optima.Plain;
        AgentUniforms = new double[mdp.Agents.Count];
        Uniform = JudgeUniform(AgentUniforms);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Agents of equal contexts share a policy: the mean of such groups' optima. Null where agents that share a policy have different
    /// kernels, as they have no average MDP.
    /// </remarks>
    public override double? Optimal { get; }

    /// <inheritdoc/>
    public override double? Uniform { get; }

    /// <summary>Each agent's own optimum, [N]; null where it would take too long.</summary>
    public override double[]? AgentOptima { get; }

    /// <inheritdoc/>
    public override double[] AgentUniforms { get; }

    /// <inheritdoc/>
    public override void Dispose() => _policy.Dispose();

    private bool IsPersonal => _policy.Layout.PersonalLength > 0;

    /// <inheritdoc/>
    /// <remarks>With personal parameters the gradient is that by the shared ones.</remarks>
    protected override EvaluationResult Judge(Tensor theta, double? temperature, Tensor? ownRows)
    {
        using DisposeScope scope = NewDisposeScope();
        double[] objectives = new double[_mdp.Agents.Count];
        (double entropyTerm, double? normSquared) = IsPersonal
            ? JudgePersonal(ownRows ?? throw new ArgumentNullException(nameof(ownRows)), objectives)
            : JudgeShared(theta, objectives);
        if (ownRows is not null && !IsPersonal) entropyTerm = JudgeOwn(ownRows, objectives);
        double objective = objectives.Sum() / objectives.Length;
        double? regularised = temperature is { } tau ? objective + (tau * entropyTerm / objectives.Length) : null;
        return new EvaluationResult(
            objective, objective - Optimal, normSquared, objectives, regularised,
            regularised - (temperature is { } weight ? _optima.Regularised(weight) : null));
    }

    /// <summary>
    /// Judges agents at one theta; returns the sum over agents of the entropy terms, and the squared norm of the mean gradient.
    /// </summary>
    private (double EntropyTerm, double? NormSquared) JudgeShared(Tensor theta, double[] objectives)
    {
        PolicyEvaluation evaluation = _policy.Evaluate(theta.detach().unsqueeze(0).expand(_groups.Count, -1).contiguous());
        Tensor logs = Numbers(evaluation.Output);
        Array.Clear(_weights);
        double entropyTerm = 0;
        for (int g = 0; g < _groups.Count; g++)
        {
            SetPolicy(logs.Span<double>(), g);
            foreach (KernelGroup part in _groups[g])
            {
                entropyTerm += JudgePart(part, objectives);
                AddWeights(part, _weights.AsSpan(g * _score.Length, _score.Length));
            }
        }
        if (!_policy.TakesGradients) return (entropyTerm, null);
        double[] gradient = new double[_policy.Layout.Length];
        AddGradients(evaluation, _weights, gradient);
        return (entropyTerm, SumOfSquares(gradient));
    }

    /// <summary>The same where agents have personal parameters: the gradient is that by the shared ones.</summary>
    private (double EntropyTerm, double? NormSquared) JudgePersonal(Tensor rows, double[] objectives)
    {
        double entropyTerm = 0;
        double[] gradient = new double[_policy.Layout.Length];
        for (int first = 0; first < objectives.Length; first += MaxRows)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(MaxRows, objectives.Length - first);
            _policy.Serve(first, count);
            PolicyEvaluation evaluation = _policy.Evaluate(rows.detach().narrow(0, first, count).contiguous());
            Tensor logs = Numbers(evaluation.Output);
            double[] weights = new double[count * _score.Length];
            for (int k = 0; k < count; k++)
            {
                SetPolicy(logs.Span<double>(), k);
                KernelGroup alone = _groups.Alone(first + k);
                entropyTerm += JudgePart(alone, objectives);
                AddWeights(alone, weights.AsSpan(k * _score.Length, _score.Length));
            }
            AddGradients(evaluation, weights, gradient);
        }
        return (entropyTerm, SumOfSquares(gradient.AsSpan(0, _policy.Layout.SharedLength)));
    }

    private static Tensor Numbers(Tensor logs) => logs.cpu().to(ScalarType.Float64).contiguous();

    /// <summary>Judges each agent at its own row; returns the sum over agents of the entropy terms.</summary>
    private double JudgeOwn(Tensor rows, double[] objectives)
    {
        double entropyTerm = 0;
        for (int first = 0; first < objectives.Length; first += MaxRows)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor some = rows.detach().narrow(0, first, Math.Min(MaxRows, objectives.Length - first));
            Tensor logs = Numbers(_policy.forward(some, [.. Enumerable.Range(first, (int)some.shape[0])]));
            for (int k = 0; k < some.shape[0]; k++)
            {
                SetPolicy(logs.Span<double>(), k);
                entropyTerm += JudgePart(_groups.Alone(first + k), objectives);
            }
        }
        return entropyTerm;
    }

    private void SetPolicy(ReadOnlySpan<double> logs, int index)
    {
        logs.Slice(index * _logs.Length, _logs.Length).CopyTo(_logs);
        for (int k = 0; k < _logs.Length; k++) _probabilities[k] = Math.Exp(_logs[k]);
    }

    /// <summary>Judges agents that share kernel and policy; returns the sum of their entropy terms.</summary>
    private double JudgePart(KernelGroup part, double[] objectives)
    {
        part.Evaluation.SetPolicy(_probabilities);
        part.Evaluation.Occupancy(_mdp.Initial, _occupancy);
        foreach (int i in part.Agents) objectives[i] = PolicyGradient.Objective(_probabilities, _occupancy, _costs[i]);
        return PolicyGradient.Objective(_probabilities, _occupancy, _logs) * part.Agents.Length;
    }

    /// <summary>Adds the score weights of agents' mean gradient: with a shared kernel those of the mean cost (Proposition 1).</summary>
    private void AddWeights(KernelGroup part, Span<double> weights)
    {
        double[] costs = MeanCosts(part.Agents);
        part.Evaluation.StateValues(costs, _values);
        part.Evaluation.ActionValues(costs, _values, _actionValues);
        PolicyGradient.ScoreWeights(_probabilities, _occupancy, _values, _actionValues, _score);
        double share = (double)part.Agents.Length / _mdp.Agents.Count;
        for (int k = 0; k < weights.Length; k++) weights[k] += share * _score[k];
    }

    private double[] MeanCosts(int[] agents)
    {
        if (_averageCosts is not null && agents.Length == _mdp.Agents.Count) return _averageCosts;
        Array.Clear(_meanCosts);
        foreach (int i in agents)
        {
            for (int k = 0; k < _meanCosts.Length; k++) _meanCosts[k] += _costs[i][k] / agents.Length;
        }
        return _meanCosts;
    }

    /// <summary>Adds up the gradients of evaluated rows.</summary>
    /// <param name="evaluation">The rows.</param>
    /// <param name="weights">Score weights, [rows, S, A].</param>
    /// <param name="gradient">The sum, [d].</param>
    private void AddGradients(PolicyEvaluation evaluation, double[] weights, double[] gradient)
    {
        int count = weights.Length / _score.Length;
        Tensor scores = tensor(weights, [count, _mdp.States, _mdp.Actions], dtype: _policy.Format.Dtype, device: _policy.Format.Device);
        Tensor gradients = zeros(count, gradient.Length, dtype: _policy.Format.Dtype, device: _policy.Format.Device);
        evaluation.Backward(scores, gradients);
        ReadOnlySpan<double> parts = gradients.cpu().to(ScalarType.Float64).Span<double>();
        for (int k = 0; k < parts.Length; k++) gradient[k % gradient.Length] += parts[k];
    }

    private static double SumOfSquares(ReadOnlySpan<double> gradient)
    {
        double sum = 0;
        foreach (double g in gradient) sum += g * g;
        return sum;
    }

    private double JudgeUniform(double[] objectives)
    {
        Array.Fill(_probabilities, 1.0 / _mdp.Actions);
        double sum = 0;
        foreach (KernelGroup part in _groups.Kernels)
        {
            part.Evaluation.SetPolicy(_probabilities);
            part.Evaluation.Occupancy(_mdp.Initial, _occupancy);
            foreach (int i in part.Agents) sum += objectives[i] = PolicyGradient.Objective(_probabilities, _occupancy, _costs[i]);
        }
        return sum / _mdp.Agents.Count;
    }
}
