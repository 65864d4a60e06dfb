using FedPG.Envs;
using FedPG.Envs.Exact;
using FedPG.Envs.Sampling;
using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Federation.Oracles;

/// <summary>
/// The exact gradient of J_i (with the entropy term, where there is one) by linear solves, Eq. (8) and (9). Agents of the block that share
/// a kernel and their parameters share one factorisation.
/// </summary>
public sealed class ExactOracle : IOracle
{
    private readonly OracleSetup _setup;
    private readonly ExactEvaluation[] _evaluations;
    private readonly int[] _byKernel;
    private readonly double[][] _costs;
    private readonly Tensor _weights;
    private readonly RolloutStatistics[] _rollouts;
    private readonly double[] _policy, _logPolicy, _regularised, _occupancy, _values, _actionValues, _score;

    /// <summary>Prepares the work arrays for a block.</summary>
    public ExactOracle(OracleSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        _setup = setup;
        FiniteMdp mdp = setup.Mdp;
        AgentMdp[] agents = [.. mdp.Agents.Skip(setup.First).Take(setup.Count)];
        var byKernel = new Dictionary<TransitionKernel, ExactEvaluation>(ReferenceEqualityComparer.Instance);
        _evaluations = [.. agents.Select(a => byKernel.TryGetValue(a.Kernel, out ExactEvaluation? e) ? e : byKernel[a.Kernel] = new ExactEvaluation(a.Kernel, mdp.Discount))];
        _byKernel = [.. Enumerable.Range(0, agents.Length).GroupBy(i => _evaluations[i]).SelectMany(group => group)];
        _costs = [.. agents.Select(agent => setup.Objective.Costs(agent))];
        _weights = zeros(setup.Count, mdp.States, mdp.Actions, dtype: setup.Policy.Format.Dtype).DetachFromDisposeScope();
        _rollouts = new RolloutStatistics[setup.Count];
        int cells = mdp.States * mdp.Actions;
        (_policy, _logPolicy, _regularised, _actionValues, _score) = (new double[cells], new double[cells], new double[cells], new double[cells], new double[cells]);
        (_occupancy, _values) = (new double[mdp.States], new double[mdp.States]);
    }

    /// <inheritdoc/>
    public long EnvSteps => 0;

    /// <inheritdoc/>
    public IReadOnlyList<RolloutStatistics> Rollouts => _rollouts;

    /// <inheritdoc/>
    public GradientBatch Batch { get; } = new(Horizon: null, Trajectories: 0);

    /// <inheritdoc/>
    public void Directions(Tensor rows, bool sameRows, BatchKey batch, Tensor directions)
    {
        PolicyEvaluation evaluation = _setup.FinitePolicy.Evaluate(rows);
        Tensor logProbabilities = evaluation.LogProbabilities.cpu().to(ScalarType.Float64).contiguous();
        ReadOnlySpan<double> logs = logProbabilities.Span<double>();
        double temperature = _setup.Entropy.At(batch.Round);
        ExactEvaluation? current = null;
        foreach (int i in _byKernel)
        {
            if (!batch.Has(i)) continue;
            if (!sameRows || !ReferenceEquals(current, _evaluations[i]))
            {
                current = _evaluations[i];
                logs.Slice(i * _policy.Length, _policy.Length).CopyTo(_logPolicy);
                for (int k = 0; k < _policy.Length; k++) _policy[k] = Math.Exp(_logPolicy[k]);
                current.SetPolicy(_policy);
                current.Occupancy(_setup.Mdp.Initial, _occupancy);
            }
            double[] costs = _costs[i];
            if (temperature != 0)
            {
                PolicyGradient.AddEntropy(costs, _logPolicy, temperature, _regularised);
                costs = _regularised;
            }
            current.StateValues(costs, _values);
            current.ActionValues(costs, _values, _actionValues);
            PolicyGradient.ScoreWeights(_policy, _occupancy, _values, _actionValues, _score);
            _weights.Write(i * _score.Length, _score);
        }
        evaluation.Backward(_weights.to(_setup.Policy.Format.Device), directions);
    }

    /// <inheritdoc/>
    public void Dispose() => _weights.Dispose();
}
