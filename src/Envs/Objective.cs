
namespace FedPG.Envs;

/// <summary>What every algorithm minimises, as a cost of each reward.</summary>
public enum Objective
{
    /// <summary>The paper's regret c = 1 - r, for rewards in [0, 1].</summary>
    Regret,

    /// <summary>c = -r, for any rewards.</summary>
    Reward,
}

/// <summary>From rewards to the costs that every algorithm minimises.</summary>
internal static class ObjectiveCosts
{
    /// <summary>The cost of a reward: 1 - r or -r.</summary>
    public static double Cost(this Objective objective, double reward) => objective == Objective.Regret ? 1 - reward : -reward;

    /// <summary>The reward behind a cost.</summary>
    public static double Reward(this Objective objective, double cost) => objective == Objective.Regret ? 1 - cost : -cost;
}
