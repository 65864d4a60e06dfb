namespace FedPG.Envs.Tabular;

/// <summary>The costs of a finite MDP's agents.</summary>
internal static class AgentCosts
{
    /// <summary>An agent's costs, [S, A] row by row.</summary>
    public static double[] Costs(this Objective objective, AgentMdp agent) => [.. agent.Rewards.Select(r => objective.Cost(r))];
}
