using FedPG.Envs;
using FedPG.Envs.Derivatives;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;

namespace FedPG.Policies.Tabular.Exact;

/// <summary>
/// The federation's objective J = mean over agents of J_i, Eq. (3), exactly; kernels may differ. Agents that share a kernel count as one,
/// with their mean cost (Proposition 1): the mean takes as many factorisations as there are kernels. Where the policy is told of agents,
/// those count as one that share kernel and context. The mean and all agents' objectives share the policy's evaluation and the
/// factorisations, so at one theta each further agent costs a solve. One thread at a time, for all of them.
/// </summary>
public sealed class FederatedObjective : IDifferentiableObjective, IDisposable
{
    private readonly TabularPolicy _policy;
    private readonly PolicyPoint _point;
    private readonly PolicyObjective _mean;
    private readonly PolicyObjective?[] _agents;
    private readonly KernelPoint[] _kernelOf;
    private readonly FiniteMdp _mdp;
    private readonly Objective _objective;
    private readonly double _temperature;

    /// <summary>Prepares the objective.</summary>
    /// <param name="mdp">All agents' MDPs.</param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="policy">
    /// pi_theta over the MDP's states and actions, Float64; an instance of this objective's own, disposed with it.
    /// </param>
    /// <param name="temperature">tau, finite and at least 0; 0 for no entropy term.</param>
    /// <exception cref="ArgumentException">
    /// Sizes disagree, the temperature is out of range, the policy is not Float64, or it is told of other agents than the MDP's.
    /// </exception>
    public FederatedObjective(FiniteMdp mdp, Objective objective, TabularPolicy policy, double temperature = 0)
    {
        ArgumentNullException.ThrowIfNull(mdp);
        (_mdp, _objective, _temperature) = (mdp, objective, PolicyObjective.RequireTemperature(temperature));
        ArgumentNullException.ThrowIfNull(policy);
        if (policy.Contexts is { } contexts && contexts.Agents != mdp.Agents.Count)
            throw new ArgumentException($"the policy is told of {contexts.Agents} agents, the MDP has {mdp.Agents.Count}", nameof(policy));
        IReadOnlyList<int[]> policies = policy.AgentGroups(0, mdp.Agents.Count);
        (_point, _policy) = (new PolicyPoint(policy, policies.Select(group => group[0])), policy);
        if (policy.States != mdp.States || policy.Actions != mdp.Actions)
        {
            throw new ArgumentException(
                $"the policy has {policy.States} states and {policy.Actions} actions, the MDP {mdp.States} and {mdp.Actions}",
                nameof(policy));
        }
        int count = mdp.Agents.Count;
        (_agents, _kernelOf) = (new PolicyObjective?[count], new KernelPoint[count]);
        var means = new List<CostTerm>();
        for (int g = 0; g < policies.Count; g++)
        {
            foreach (IGrouping<TransitionKernel, int> group in policies[g]
                .GroupBy(i => mdp.Agents[i].Kernel, (IEqualityComparer<TransitionKernel>)ReferenceEqualityComparer.Instance))
            {
                var kernel = new KernelPoint(_point, new ExactEvaluation(group.Key, mdp.Discount), mdp.Initial, g);
                means.Add(new CostTerm(_point, kernel, MeanCosts(group), (double)group.Count() / count));
                foreach (int i in group) _kernelOf[i] = kernel;
            }
        }
        _mean = new PolicyObjective(_point, [.. means], temperature);
    }

    /// <summary>N, the number of agents.</summary>
    public int Count => _agents.Length;

    /// <inheritdoc/>
    public int Dimension => _point.Dimension;

    /// <summary>An agent's own objective J_i; it lives as long as this object.</summary>
    /// <param name="i">The agent, in [0, N).</param>
    public IDifferentiableObjective Agent(int i) => OfAgent(i);

    /// <inheritdoc/>
    public double Value(ReadOnlySpan<double> theta) => _mean.Value(theta);

    /// <inheritdoc/>
    public void Gradient(ReadOnlySpan<double> theta, Span<double> gradient) => _mean.Gradient(theta, gradient);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The policy is a user's module, which is not differentiable in its rows.</exception>
    public void HessianVector(ReadOnlySpan<double> theta, ReadOnlySpan<double> vector, Span<double> product) =>
        _mean.HessianVector(theta, vector, product);

    /// <summary>The gradient of the mean of the agents' first K steps; see <see cref="PolicyObjective.TruncatedGradient"/>.</summary>
    /// <param name="theta">theta, [d].</param>
    /// <param name="horizon">K, at least 1.</param>
    /// <param name="gradient">The gradient, [d], overwritten.</param>
    public void TruncatedGradient(ReadOnlySpan<double> theta, int horizon, Span<double> gradient) =>
        _mean.TruncatedGradient(theta, horizon, gradient);

    /// <summary>The gradient of an agent's first K steps.</summary>
    /// <param name="agent">The agent, in [0, N).</param>
    /// <param name="theta">theta, [d].</param>
    /// <param name="horizon">K, at least 1.</param>
    /// <param name="gradient">The gradient, [d], overwritten.</param>
    public void AgentTruncatedGradient(int agent, ReadOnlySpan<double> theta, int horizon, Span<double> gradient) =>
        OfAgent(agent).TruncatedGradient(theta, horizon, gradient);

    /// <summary>Disposes the policy with what was computed of it.</summary>
    public void Dispose()
    {
        _point.Dispose();
        _policy.Dispose();
    }

    private double[] MeanCosts(IEnumerable<int> agents)
    {
        double[] sum = new double[_mdp.States * _mdp.Actions];
        int members = 0;
        foreach (int i in agents)
        {
            double[] costs = _objective.Costs(_mdp.Agents[i]);
            for (int k = 0; k < sum.Length; k++) sum[k] += costs[k];
            members++;
        }
        for (int k = 0; k < sum.Length; k++) sum[k] /= members;
        return sum;
    }

    /// <summary>Made when first asked for: a thousand agents' work arrays are large.</summary>
    private PolicyObjective OfAgent(int i) =>
        _agents[i] ??= new PolicyObjective(
            _point, [new CostTerm(_point, _kernelOf[i], _objective.Costs(_mdp.Agents[i]), share: 1)], _temperature);
}
