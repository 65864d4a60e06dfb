using FedPG.Envs.Tabular.Exact.Sparse;

namespace FedPG.Envs.Tabular.Exact;

/// <summary>
/// The exact layer in one object: evaluates any policy on one finite MDP and finds its optimum, hard or soft. Costs are minimised. Keeps
/// work arrays: one thread at a time; what it returns belongs to the caller.
/// </summary>
public sealed class FiniteMdpSolver
{
    private readonly ExactEvaluation _evaluation;
    private readonly double[] _initial, _costs;

    /// <summary>Prepares the solver of one cost on one kernel.</summary>
    /// <param name="kernel">P.</param>
    /// <param name="discount">gamma in [0, 1).</param>
    /// <param name="initial">rho, [S].</param>
    /// <param name="costs">c(s, a), [S, A].</param>
    /// <param name="solver">How linear systems are solved.</param>
    /// <exception cref="ArgumentException">Sizes disagree or the discount is out of range.</exception>
    public FiniteMdpSolver(
        TransitionKernel kernel, double discount, double[] initial, double[] costs, LinearSolver solver = LinearSolver.Automatic)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        ArgumentNullException.ThrowIfNull(initial);
        ArgumentNullException.ThrowIfNull(costs);
        if (!(discount >= 0 && discount < 1)) throw new ArgumentException($"discount {discount} is not in [0, 1)", nameof(discount));
        RequireLength(initial.Length, kernel.States, nameof(initial));
        RequireLength(costs.Length, kernel.RowCount, nameof(costs));
        (_evaluation, _initial, _costs) = (new ExactEvaluation(kernel, discount, solver), initial, costs);
    }

    /// <summary>The linear solver that serves this kernel.</summary>
    public LinearSolver Solver => _evaluation.Solver;

    private int Actions => _evaluation.Kernel.Actions;

    /// <summary>The solver of one agent's MDP.</summary>
    /// <param name="mdp">All agents' MDPs.</param>
    /// <param name="agent">i, in [0, N).</param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="solver">How linear systems are solved.</param>
    public static FiniteMdpSolver OfAgent(FiniteMdp mdp, int agent, Objective objective, LinearSolver solver = LinearSolver.Automatic)
    {
        ArgumentNullException.ThrowIfNull(mdp);
        ArgumentOutOfRangeException.ThrowIfNegative(agent);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(agent, mdp.Agents.Count);
        return Of(mdp, mdp.Agents[agent], objective, solver);
    }

    /// <summary>The solver of the average MDP (Proposition 1), whose objective is the federation's J.</summary>
    /// <param name="mdp">All agents' MDPs.</param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="solver">How linear systems are solved.</param>
    /// <exception cref="InvalidOperationException">The agents' kernels differ, so there is no average MDP.</exception>
    public static FiniteMdpSolver OfAverage(FiniteMdp mdp, Objective objective, LinearSolver solver = LinearSolver.Automatic)
    {
        ArgumentNullException.ThrowIfNull(mdp);
        return Of(mdp, mdp.AverageAgent(), objective, solver);
    }

    /// <summary>The uniform policy, [S, A].</summary>
    public double[] UniformPolicy()
    {
        double[] policy = new double[_costs.Length];
        Array.Fill(policy, 1.0 / Actions);
        return policy;
    }

    /// <summary>Evaluates a policy: one factorisation and two solves.</summary>
    /// <param name="policy">pi(a|s), [S, A]; every row sums to one.</param>
    /// <param name="temperature">tau, finite and at least 0; 0 for no entropy term.</param>
    /// <exception cref="ArgumentException">A row is no distribution, or tau is out of range.</exception>
    /// <exception cref="ConvergenceException">The iterative solver did not reach its tolerance.</exception>
    public ExactSolution Evaluate(ReadOnlySpan<double> policy, double temperature = 0)
    {
        RequireTemperature(temperature);
        RequireDistributions(policy);
        (int states, int cells) = (_initial.Length, _costs.Length);
        double[] occupancy = new double[states], values = new double[states];
        double[] q = new double[cells], advantages = new double[cells], weights = new double[cells];
        double[] entropies = new double[cells], regularised = new double[cells];
        for (int k = 0; k < cells; k++)
        {
            // 0 log 0 = 0: what is never done costs nothing.
            entropies[k] = temperature == 0 ? 0 : temperature * Math.Log(policy[k]);
            regularised[k] = policy[k] == 0 ? _costs[k] : _costs[k] + entropies[k];
        }
        _evaluation.SetPolicy(policy);
        _evaluation.Occupancy(_initial, occupancy);
        _evaluation.StateValues(regularised, values);
        _evaluation.ActionValues(_costs, values, q);
        double objective = 0;
        for (int s = 0; s < states; s++) objective += _initial[s] * values[s];
        for (int k = 0; k < cells; k++)
        {
            advantages[k] = q[k] + entropies[k] - values[k / Actions];
            weights[k] = policy[k] == 0 ? 0 : occupancy[k / Actions] * policy[k] * advantages[k];
        }
        return new ExactSolution(objective, values, q, advantages, occupancy, weights);
    }

    /// <summary>
    /// The optimum by policy iteration (Howard), or, with a temperature, by soft policy iteration, which converges quadratically. Each
    /// iteration evaluates one policy exactly; usually 5 to 20 are enough, on a maze about as many as its shortest paths are long.
    /// </summary>
    /// <param name="temperature">tau, finite and at least 0; 0 for the problem without entropy.</param>
    /// <exception cref="ArgumentException">tau is out of range.</exception>
    /// <exception cref="ConvergenceException">The policies did not settle, or the iterative solver did not reach its tolerance.</exception>
    public ExactOptimum Optimum(double temperature = 0)
    {
        RequireTemperature(temperature);
        OptimalPolicy optimum = temperature == 0
            ? Exact.Optimum.Of(_evaluation, _costs, _initial)
            : Exact.Optimum.Regularised(_evaluation, _costs, _initial, temperature);
        double[] q = new double[_costs.Length];
        _evaluation.ActionValues(_costs, optimum.Values, q);
        return new ExactOptimum(optimum.Value, optimum.Policy, optimum.Values, q, OptimalActions(q));
    }

    private static FiniteMdpSolver Of(FiniteMdp mdp, AgentMdp agent, Objective objective, LinearSolver solver) =>
        new(agent.Kernel, mdp.Discount, mdp.Initial, objective.Costs(agent), solver);

    private bool[] OptimalActions(double[] q)
    {
        bool[] optimal = new bool[q.Length];
        for (int first = 0; first < q.Length; first += Actions)
        {
            double least = q.AsSpan(first, Actions).ToArray().Min();
            double tolerance = Math.Max(1e-10 * Math.Max(1, Math.Abs(least)), 2 * _evaluation.Discount * _evaluation.ErrorBound);
            for (int a = 0; a < Actions; a++) optimal[first + a] = q[first + a] <= least + tolerance;
        }
        return optimal;
    }

    private void RequireDistributions(ReadOnlySpan<double> policy)
    {
        RequireLength(policy.Length, _costs.Length, nameof(policy));
        for (int s = 0; s < _initial.Length; s++)
        {
            double sum = 0;
            bool valid = true;
            foreach (double p in policy.Slice(s * Actions, Actions))
            {
                valid &= p >= 0;
                sum += p;
            }
            if (!valid || !(Math.Abs(sum - 1) <= TransitionKernel.SumTolerance))
            {
                throw new ArgumentException(
                    $"state {s}: the actions' probabilities must be at least 0 and sum to 1; their sum is {sum}", nameof(policy));
            }
        }
    }

    private static void RequireTemperature(double temperature)
    {
        if (!(double.IsFinite(temperature) && temperature >= 0))
            throw new ArgumentException($"temperature {temperature} is not a finite number of at least 0", nameof(temperature));
    }

    private static void RequireLength(int actual, int expected, string name)
    {
        if (actual != expected) throw new ArgumentException($"{actual} numbers; {expected} are needed", name);
    }
}
