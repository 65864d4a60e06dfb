using FedPG.Core.Options;

namespace FedPG.Envs.LinearQuadratic;

/// <summary>
/// The options of <c>LinearQuadratic-v0</c>, with m states and k controls. Matrices that are null have defaults that depend on m, k and the
/// number of agents: see each.
/// </summary>
public sealed record LinearQuadraticOptions
{
    /// <summary>A, the drift, [m, m]; null for a system of 3 states that is not stable by itself.</summary>
    [Option("A: the drift, [m][m], one for all agents or a list of one an agent.")]
    public AgentMatrices? A { get; init; }

    /// <summary>B, the control, [m, k]; null for the identity, with k = m.</summary>
    [Option("B: the control, [m][k], one for all agents or a list of one an agent.")]
    public AgentMatrices? B { get; init; }

    /// <summary>
    /// Q_i, the cost of the state, [m, m], symmetric and positive semidefinite; null for (1 + 0.9 s_i) I with s_i = (-1)^i for agents i =
    /// 0, 1, ...
    /// </summary>
    [Option("Q_i: the cost of the state, [m][m], one for all or one an agent.")]
    public AgentMatrices? Q { get; init; }

    /// <summary>R_i, the cost of the control, [k, k], symmetric and positive definite; null for 2 (1 - 0.9 s_i) I.</summary>
    [Option("R_i: the cost of the control, [k][k], one for all or one an agent.")]
    public AgentMatrices? R { get; init; }

    /// <summary>S_0 = E x_0 x_0', [m, m], symmetric and positive semidefinite; null for the identity.</summary>
    [Option("S_0 = E x_0 x_0', [m][m].")]
    public NumberMatrix? StartCovariance { get; init; }

    /// <summary>K_0, [k, m], which policies start from; its cost must be finite for every agent. Null for 1.2 I.</summary>
    [Option("K_0, [k][m], which policies start from.")]
    public NumberMatrix? InitialGain { get; init; }

    /// <summary>gamma, in [0, 1].</summary>
    [Option("gamma; 1 is for policies without noise, or a number of steps.", Minimum = 0, Maximum = 1)]
    public double Discount { get; init; } = 1;

    /// <summary>T, the steps of an episode, 0 to 100,000; 0 for an infinite horizon.</summary>
    [Option("T, the steps of an episode; 0 means an infinite horizon.", Minimum = 0, Maximum = 100_000)]
    public int Steps { get; init; }

    /// <summary>lambda, in [0, 1]: how far the agents' costs and dynamics lie apart; null for 1.</summary>
    [Option("lambda: how far the agents' costs lie apart, and their dynamics.", Minimum = 0, Maximum = 1)]
    public double? Heterogeneity { get; init; }

    /// <summary>s, in [0, 1): agent i's Q_i and R_i are multiplied by two numbers of its own, uniform on [1 - s, 1 + s].</summary>
    [Option("s: agent i's Q_i and R_i are multiplied by two numbers of its own, uniform on [1 - s, 1 + s].",
        Minimum = 0, Maximum = 1, OpenMaximum = true)]
    public double CostSpread { get; init; }

    /// <summary>s, in [0, 1): agent i's A is multiplied by a number of its own, uniform on [1 - s, 1 + s].</summary>
    [Option("s: agent i's A is multiplied by a number of its own, uniform on [1 - s, 1 + s].",
        Minimum = 0, Maximum = 1, OpenMaximum = true)]
    public double DriftSpread { get; init; }

    /// <summary>What those numbers are drawn from, 0 to 2^53; null for 0. Allowed where a spread is above 0.</summary>
    [Option("The seed of these numbers; an agent's do not depend on how many agents there are.", Minimum = 0)]
    public long? AgentSeed { get; init; }
}
