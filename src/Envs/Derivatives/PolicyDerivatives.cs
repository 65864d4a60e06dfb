using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;

namespace FedPG.Envs.Derivatives;

/// <summary>
/// One policy on one kernel from one start distribution, to second order: the objective of any cost, the score weights W of its gradient,
/// and the derivative of W along a direction of log pi, all with one factorisation. Not thread-safe.
/// </summary>
internal sealed class PolicyDerivatives
{
    private readonly ExactEvaluation _evaluation;
    private readonly double _discount;
    private readonly double[] _initial, _logPolicy, _policy, _occupancy;
    private readonly double[] _logDerivative, _policyDerivative, _occupancyDerivative, _valueDerivative;

    public PolicyDerivatives(ExactEvaluation evaluation, double[] initial)
    {
        (_evaluation, _discount, _initial) = (evaluation, evaluation.Discount, initial);
        (int states, int cells) = (evaluation.Kernel.States, evaluation.Kernel.RowCount);
        (_logPolicy, _policy) = (new double[cells], new double[cells]);
        (_logDerivative, _policyDerivative) = (new double[cells], new double[cells]);
        (_occupancy, _occupancyDerivative, _valueDerivative) = (new double[states], new double[states], new double[states]);
    }

    private TransitionKernel Kernel => _evaluation.Kernel;

    /// <summary>Moves to a policy; one factorisation and one solve.</summary>
    /// <param name="logPolicy">log pi, [S, A].</param>
    public void SetPolicy(ReadOnlySpan<double> logPolicy)
    {
        logPolicy.CopyTo(_logPolicy);
        for (int k = 0; k < _policy.Length; k++) _policy[k] = Math.Exp(logPolicy[k]);
        _evaluation.SetPolicy(_policy);
        _evaluation.Occupancy(_initial, _occupancy);
    }

    /// <summary>J of a cost c + tau log pi, with what its derivatives need; one solve.</summary>
    /// <param name="costs">c, [S, A].</param>
    /// <param name="temperature">tau, at least 0.</param>
    /// <param name="advantages">Q - V, [S, A], where Q contains the step's own entropy term.</param>
    /// <param name="weights">W, [S, A].</param>
    public double Evaluate(ReadOnlySpan<double> costs, double temperature, Span<double> advantages, Span<double> weights)
    {
        PolicyGradient.AddEntropy(costs, _logPolicy, temperature, weights);
        Span<double> values = _valueDerivative;
        _evaluation.StateValues(weights, values);
        _evaluation.ActionValues(weights, values, advantages);
        PolicyGradient.ScoreWeights(_policy, _occupancy, values, advantages, weights);
        for (int k = 0; k < advantages.Length; k++) advantages[k] -= values[k / Kernel.Actions];
        double objective = 0;
        for (int s = 0; s < values.Length; s++) objective += _initial[s] * values[s];
        return objective;
    }

    /// <summary>
    /// Chooses the direction of <see cref="WeightDerivative"/>; one solve. The occupancy obeys d = rho + gamma P_pi' d, so its derivative
    /// is (I - gamma P_pi')^-1 gamma (dP_pi)' d.
    /// </summary>
    /// <param name="logDerivative">The derivative of log pi along the direction, [S, A].</param>
    public void SetDirection(ReadOnlySpan<double> logDerivative)
    {
        logDerivative.CopyTo(_logDerivative);
        Array.Clear(_occupancyDerivative);
        for (int row = 0; row < _policy.Length; row++)
        {
            _policyDerivative[row] = _policy[row] * logDerivative[row];
            AddSuccessors(row, _discount * _occupancy[row / Kernel.Actions] * _policyDerivative[row], _occupancyDerivative);
        }
        _evaluation.Occupancy(_occupancyDerivative, _occupancyDerivative);
    }

    /// <summary>
    /// The derivative of W = d pi (Q - V) along the direction; one solve. V = sum over a of pi Q, so its derivative is (I - gamma P_pi)^-1
    /// times sum over a of (dpi (Q - V) + tau dpi), and that of Q is tau dlog pi + gamma P dV.
    /// </summary>
    /// <param name="advantages">Q - V of this cost, from <see cref="Evaluate"/>.</param>
    /// <param name="temperature">tau, at least 0.</param>
    /// <param name="derivative">dW, [S, A].</param>
    public void WeightDerivative(ReadOnlySpan<double> advantages, double temperature, Span<double> derivative)
    {
        int actions = Kernel.Actions;
        for (int s = 0; s < _valueDerivative.Length; s++)
        {
            double sum = 0;
            for (int row = s * actions; row < (s + 1) * actions; row++) sum += _policyDerivative[row] * (advantages[row] + temperature);
            _valueDerivative[s] = sum;
        }
        _evaluation.Solve(_valueDerivative, _valueDerivative);
        for (int row = 0; row < _policy.Length; row++)
        {
            int s = row / actions;
            double actionValue = (temperature * _logDerivative[row]) + (_discount * Kernel.Expectation(row, _valueDerivative));
            derivative[row] = (((_occupancyDerivative[s] * _policy[row]) + (_occupancy[s] * _policyDerivative[row])) * advantages[row])
                + (_occupancy[s] * _policy[row] * (actionValue - _valueDerivative[s]));
        }
    }

    /// <summary>
    /// The score weights of the first K steps' cost, E sum over t below K of gamma^t (c_t + tau log pi_t), by dynamic programming:
    /// W = sum over t of gamma^t P(s_t = s) pi (Q - V) with K - t steps to go. Takes K passes over the kernel and keeps [K, S] numbers.
    /// </summary>
    /// <param name="costs">c, [S, A].</param>
    /// <param name="temperature">tau, at least 0.</param>
    /// <param name="horizon">K, at least 1.</param>
    /// <param name="weights">W, [S, A].</param>
    public void TruncatedWeights(ReadOnlySpan<double> costs, double temperature, int horizon, Span<double> weights)
    {
        int states = _occupancy.Length, actions = Kernel.Actions;
        double[][] visits = new double[horizon][];
        visits[0] = _initial;
        for (int t = 1; t < horizon; t++)
        {
            visits[t] = new double[states];
            for (int row = 0; row < _policy.Length; row++)
                AddSuccessors(row, _discount * visits[t - 1][row / actions] * _policy[row], visits[t]);
        }
        double[] regularised = new double[_policy.Length], q = new double[_policy.Length], values = new double[states];
        PolicyGradient.AddEntropy(costs, _logPolicy, temperature, regularised);
        weights.Clear();
        for (int t = horizon - 1; t >= 0; t--)
        {
            _evaluation.ActionValues(regularised, values, q);
            Array.Clear(values);
            for (int row = 0; row < q.Length; row++) values[row / actions] += _policy[row] * q[row];
            for (int row = 0; row < q.Length; row++)
                weights[row] += visits[t][row / actions] * _policy[row] * (q[row] - values[row / actions]);
        }
    }

    private void AddSuccessors(int row, double mass, double[] target)
    {
        if (mass == 0) return;
        ReadOnlySpan<int> next = Kernel.Next(row);
        ReadOnlySpan<double> probabilities = Kernel.Probabilities(row);
        for (int k = 0; k < next.Length; k++) target[next[k]] += mass * probabilities[k];
    }
}
