using FedPG.Envs;
using FedPG.Envs.Derivatives;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using FedPG.Policies.Tabular;
using FedPG.Policies.Tabular.Exact;

namespace FedPG.Federation.Evaluation.Tabular;

/// <summary>The exact problem of a tabular environment.</summary>
/// <param name="mdp">All agents' MDPs.</param>
/// <param name="objective">How rewards become costs.</param>
/// <param name="policy">A policy that takes gradients; disposed with the problem.</param>
/// <param name="temperature">tau.</param>
internal sealed class TabularProblem(FiniteMdp mdp, Objective objective, TabularPolicy policy, double temperature) : KnownProblem
{
    private readonly FederatedObjective _objective = new(mdp, objective, policy, temperature);
    private readonly Lazy<double?> _optimum = new(() => OptimumOf(mdp, objective, policy, temperature));

    /// <inheritdoc/>
    public override IDifferentiableObjective Mean => _objective;

    /// <inheritdoc/>
    public override int Agents => _objective.Count;

    /// <inheritdoc/>
    public override double? Optimum => _optimum.Value;

    /// <inheritdoc/>
    public override bool SharesDynamics => mdp.SharesKernel;

    /// <inheritdoc/>
    public override bool IsToldOfAgents => policy.Contexts is not null;

    /// <inheritdoc/>
    public override ProvenDomination? Domination
    {
        get
        {
            if (policy is not TabularSoftmax { Contexts: null }) return null;
            (string name, string reason) = temperature > 0
                ? (ProvenDomination.Gradient,
                    "entropy-regularised tabular softmax is gradient-dominated, Eq. (12); "
                    + "its mu falls with the least probability on the way")
                : (ProvenDomination.Weak,
                    "plain tabular softmax is only weakly dominated, ||grad J|| >= c (J - J*): the rate is 1/t, not linear");
            const string start = "the proofs ask for a start distribution that is positive on every state; here it is not";
            return new ProvenDomination(name, mdp.Initial.Contains(0) ? [reason, start] : [reason]);
        }
    }

    /// <inheritdoc/>
    public override double? SmoothnessBound => policy is TabularSoftmax
        ? SoftmaxSmoothness(mdp.RewardRange.Maximum - mdp.RewardRange.Minimum, mdp.Discount, mdp.Actions, temperature)
        : null;

    /// <summary>
    /// The proven smoothness of tabular softmax: range 8 / (1 - gamma)^3, and tau (4 + 8 log A) / (1 - gamma)^3 for the entropy term (Mei
    /// et al. 2020).
    /// </summary>
    /// <param name="range">The largest cost less the smallest.</param>
    /// <param name="discount">gamma below 1.</param>
    /// <param name="actions">A.</param>
    /// <param name="temperature">tau.</param>
    public static double SoftmaxSmoothness(double range, double discount, int actions, double temperature) =>
        ((8 * range) + (temperature * (4 + (8 * Math.Log(actions))))) / Math.Pow(1 - discount, 3);

    /// <inheritdoc/>
    public override IDifferentiableObjective Agent(int agent) => _objective.Agent(agent);

    /// <inheritdoc/>
    public override void TruncatedGradient(ReadOnlySpan<double> theta, int horizon, Span<double> gradient) =>
        _objective.TruncatedGradient(theta, horizon, gradient);

    /// <inheritdoc/>
    public override void Dispose() => _objective.Dispose();

    private static double? OptimumOf(FiniteMdp mdp, Objective objective, TabularPolicy policy, double temperature)
    {
        IReadOnlyList<int[]> groups = policy.AgentGroups(0, mdp.Agents.Count);
        if (groups.Count > 1)
        {
            (double? all, double[]? own) = MdpOptima.Of(mdp, objective);
            return new GroupOptima(mdp, objective, new AgentGroups(mdp, groups), all, own).Regularised(temperature);
        }
        if (!mdp.SharesKernel) return null;
        AgentMdp average = mdp.AverageAgent();
        var evaluation = new ExactEvaluation(average.Kernel, mdp.Discount);
        double[] costs = objective.Costs(average);
        OptimalPolicy plain = Envs.Tabular.Exact.Optimum.Of(evaluation, costs, mdp.Initial);
        return temperature == 0
            ? plain.Value
            : Envs.Tabular.Exact.Optimum.Regularised(evaluation, costs, mdp.Initial, temperature, plain).Value;
    }
}
