namespace FedPG.Envs.Tabular.Exact;

/// <summary>
/// Everything about one policy in one finite MDP. With a temperature tau, costs are c + tau log pi: V contains the entropy term of every
/// step, Q(s,a) that of every later step. All arrays are row by row.
/// </summary>
/// <param name="Objective">J = sum over s of rho(s) V(s), without normalisation by 1 - gamma.</param>
/// <param name="Values">V(s), [S], Eq. (8).</param>
/// <param name="ActionValues">Q(s,a) = c(s,a) + gamma sum over s' of P(s'|s,a) V(s'), [S, A].</param>
/// <param name="Advantages">A(s,a) = Q(s,a) + tau log pi(a|s) - V(s), [S, A]; with a temperature, minus infinity where pi = 0.</param>
/// <param name="Occupancy">d(s) = sum over t of gamma^t P(s_t = s), [S]; sums to 1 / (1 - gamma).</param>
/// <param name="ScoreWeights">W(s,a) = d(s) pi(a|s) A(s,a), [S, A]: grad J = sum of W grad log pi, Eq. (9).</param>
public sealed record ExactSolution(
    double Objective, double[] Values, double[] ActionValues, double[] Advantages, double[] Occupancy, double[] ScoreWeights);

/// <summary>An optimal policy of one finite MDP. All arrays are row by row.</summary>
/// <param name="Objective">J*, the least expected discounted cost from rho; with a temperature, with the entropy term.</param>
/// <param name="Policy">pi*(a|s), [S, A]: one of the best deterministic policies, or the one soft optimum exp(-Q*/tau) normalised.</param>
/// <param name="Values">V*(s), [S].</param>
/// <param name="ActionValues">Q*(s,a) = c(s,a) + gamma sum over s' of P(s'|s,a) V*(s'), [S, A].</param>
/// <param name="OptimalActions">
/// Which actions have the least Q* of their state, [S, A], up to a relative 1e-10: ties are all listed, whichever of them the policy takes.
/// </param>
public sealed record ExactOptimum(double Objective, double[] Policy, double[] Values, double[] ActionValues, bool[] OptimalActions);
