namespace FedPG.Policies;

/// <summary>What a policy is told of the agent that it acts for: pi(a | o, z_i).</summary>
public enum TaskContext
{
    /// <summary>Nothing: one theta is one policy, the same for every agent.</summary>
    None,

    /// <summary>The agent's index, one-hot: z_i is [N].</summary>
    Agent,

    /// <summary>The agent's task, as the numbers by which its environment tells tasks apart: z_i is [k].</summary>
    Task,
}
