using FedPG.Envs;
using FedPG.Envs.Derivatives;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;

namespace FedPG.Policies.Tabular.Exact;

/// <summary>
/// J(theta) = E sum over t of gamma^t (c(s_t, a_t) + tau log pi_theta(a_t|s_t)) of a parametric policy on a finite MDP, with its exact
/// gradient (the policy gradient theorem, Eq. (8) and (9)) and exact Hessian-vector products; no finite differences. A new theta takes one
/// factorisation and two solves, a product two more; the last theta is remembered. One thread at a time.
/// </summary>
internal sealed class PolicyObjective : IDifferentiableObjective, IDisposable
{
    private readonly PolicyPoint _point;
    private readonly CostTerm[] _terms;
    private readonly double _temperature;
    private readonly bool _ownsPoint;

    /// <summary>The objective of one cost on one kernel.</summary>
    /// <param name="policy">
    /// pi_theta over the kernel's states and actions, Float64; it serves this thread, and is not disposed with the objective.
    /// </param>
    /// <param name="kernel">P.</param>
    /// <param name="discount">gamma in [0, 1).</param>
    /// <param name="initial">rho, [S].</param>
    /// <param name="costs">c(s, a), [S, A] row by row.</param>
    /// <param name="temperature">tau, finite and at least 0; 0 for no entropy term.</param>
    /// <exception cref="ArgumentException">
    /// Sizes disagree, a number is out of range, the policy is not Float64, or it is told of agents and serves several
    /// (<see cref="Policy.Serve(IReadOnlyList{int})"/>).
    /// </exception>
    public PolicyObjective(
        TabularPolicy policy, TransitionKernel kernel, double discount, double[] initial, double[] costs, double temperature = 0)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(kernel);
        ArgumentNullException.ThrowIfNull(initial);
        ArgumentNullException.ThrowIfNull(costs);
        (_point, _temperature, _ownsPoint) = (new PolicyPoint(policy, policy.Served ?? []), RequireTemperature(temperature), true);
        if (policy.Served is { Count: not 1 } several)
            throw new ArgumentException($"the policy serves {several.Count} agents, each by a policy of its own", nameof(policy));
        if (policy.States != kernel.States || policy.Actions != kernel.Actions)
        {
            throw new ArgumentException(
                $"the policy has {policy.States} states and {policy.Actions} actions, the kernel {kernel.States} and {kernel.Actions}",
                nameof(policy));
        }
        if (!(discount >= 0 && discount < 1)) throw new ArgumentException($"discount {discount} is not in [0, 1)", nameof(discount));
        if (initial.Length != kernel.States)
            throw new ArgumentException($"{initial.Length} numbers for {kernel.States} states", nameof(initial));
        if (costs.Length != kernel.RowCount)
            throw new ArgumentException($"{costs.Length} numbers for {kernel.RowCount} states and actions", nameof(costs));
        _terms = [new CostTerm(_point, new KernelPoint(_point, new ExactEvaluation(kernel, discount), initial), costs, share: 1)];
    }

    /// <summary>A view on a point that others use too.</summary>
    internal PolicyObjective(PolicyPoint point, CostTerm[] terms, double temperature) =>
        (_point, _terms, _temperature) = (point, terms, temperature);

    /// <inheritdoc/>
    public int Dimension => _point.Dimension;

    /// <summary>The objective J_i of one agent.</summary>
    /// <param name="mdp">All agents' MDPs.</param>
    /// <param name="agent">i, in [0, N).</param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="policy">As in the constructor.</param>
    /// <param name="temperature">As in the constructor.</param>
    public static PolicyObjective OfAgent(FiniteMdp mdp, int agent, Objective objective, TabularPolicy policy, double temperature = 0)
    {
        ArgumentNullException.ThrowIfNull(mdp);
        ArgumentOutOfRangeException.ThrowIfNegative(agent);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(agent, mdp.Agents.Count);
        ArgumentNullException.ThrowIfNull(policy);
        policy.Serve([agent]);
        return new PolicyObjective(
            policy, mdp.Agents[agent].Kernel, mdp.Discount, mdp.Initial, objective.Costs(mdp.Agents[agent]), temperature);
    }

    /// <summary>The objective of the average MDP, which is the mean J of the agents' objectives (Proposition 1).</summary>
    /// <param name="mdp">All agents' MDPs.</param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="policy">As in the constructor.</param>
    /// <param name="temperature">As in the constructor.</param>
    /// <exception cref="InvalidOperationException">
    /// The agents' kernels differ; <see cref="FederatedObjective"/> is the mean then too.
    /// </exception>
    public static PolicyObjective OfAverage(FiniteMdp mdp, Objective objective, TabularPolicy policy, double temperature = 0)
    {
        ArgumentNullException.ThrowIfNull(mdp);
        AgentMdp average = mdp.AverageAgent();
        return new PolicyObjective(policy, average.Kernel, mdp.Discount, mdp.Initial, objective.Costs(average), temperature);
    }

    /// <inheritdoc/>
    public double Value(ReadOnlySpan<double> theta)
    {
        _point.MoveTo(theta);
        double sum = 0;
        foreach (CostTerm term in _terms) sum += term.Objective(_temperature);
        return sum;
    }

    /// <inheritdoc/>
    public void Gradient(ReadOnlySpan<double> theta, Span<double> gradient)
    {
        _point.MoveTo(theta);
        double[] weights = new double[_point.LogPolicy.Length];
        foreach (CostTerm term in _terms) term.AddWeights(_temperature, weights);
        _point.Pullback(weights, gradient);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The policy is a user's module, which is not differentiable in its rows.</exception>
    public void HessianVector(ReadOnlySpan<double> theta, ReadOnlySpan<double> vector, Span<double> product)
    {
        _point.MoveTo(theta);
        _point.SecondPullback(
            vector,
            (logDerivative, weights, derivative) =>
            {
                foreach (CostTerm term in _terms)
                {
                    term.AddWeights(_temperature, weights);
                    term.AddWeightDerivative(_temperature, logDerivative, derivative);
                }
            },
            product);
    }

    /// <summary>
    /// The gradient of the first K steps' objective, E sum over t below K of gamma^t (c_t + tau log pi_t): what the estimator of Eq. (5)
    /// has as its expectation. By dynamic programming: 2 K passes over the kernel, [K, S] numbers in memory.
    /// </summary>
    /// <param name="theta">theta, [d].</param>
    /// <param name="horizon">K, at least 1.</param>
    /// <param name="gradient">The gradient, [d], overwritten.</param>
    public void TruncatedGradient(ReadOnlySpan<double> theta, int horizon, Span<double> gradient)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        _point.MoveTo(theta);
        double[] weights = new double[_point.LogPolicy.Length];
        foreach (CostTerm term in _terms) term.AddTruncatedWeights(_temperature, horizon, weights);
        _point.Pullback(weights, gradient);
    }

    /// <summary>Frees torch's memory; the policy stays.</summary>
    public void Dispose()
    {
        if (_ownsPoint) _point.Dispose();
    }

    internal static double RequireTemperature(double temperature) => double.IsFinite(temperature) && temperature >= 0
        ? temperature
        : throw new ArgumentException($"temperature {temperature} is not a finite number of at least 0", nameof(temperature));
}
