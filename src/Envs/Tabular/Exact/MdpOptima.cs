namespace FedPG.Envs.Tabular.Exact;

/// <summary>The least expected discounted costs from the start distribution that any policy reaches.</summary>
/// <param name="Average">For the average MDP of Proposition 1; null where kernels differ, because then there is none.</param>
/// <param name="Agents">For each agent on its own, [N]; null where it would take too long.</param>
internal sealed record MdpOptima(double? Average, double[]? Agents)
{
    private const double MultiplicationBudget = 2e10;
    private const int UsualIterations = 10;

    /// <summary>Computes them by policy iteration.</summary>
    /// <param name="mdp">All agents' MDPs.</param>
    /// <param name="objective">How rewards become costs; the best return is minus the optimum of <see cref="Objective.Reward"/>.</param>
    public static MdpOptima Of(FiniteMdp mdp, Objective objective)
    {
        ArgumentNullException.ThrowIfNull(mdp);
        var evaluations = new Dictionary<TransitionKernel, ExactEvaluation>(ReferenceEqualityComparer.Instance);
        foreach (AgentMdp agent in mdp.Agents)
        {
            if (!evaluations.ContainsKey(agent.Kernel)) evaluations[agent.Kernel] = new ExactEvaluation(agent.Kernel, mdp.Discount);
        }
        double? average = mdp.SharesKernel
            ? Optimum.Of(evaluations[mdp.Agents[0].Kernel], objective.Costs(mdp.AverageAgent()), mdp.Initial).Value
            : null;
        double work = mdp.Agents.Sum(agent => evaluations[agent.Kernel].FactorisationCost) * UsualIterations;
        return new MdpOptima(average, work > MultiplicationBudget
            ? null
            : [.. mdp.Agents.Select(agent => Optimum.Of(evaluations[agent.Kernel], objective.Costs(agent), mdp.Initial).Value)]);
    }
}
