using FedPG.Envs.Tabular.Exact.Sparse;

namespace FedPG.Envs.Tabular.Exact;

/// <summary>An optimal policy and what it costs from the start distribution.</summary>
/// <param name="Value">The minimal expected discounted cost.</param>
/// <param name="Policy">pi(a|s), [S, A].</param>
/// <param name="Values">The optimal state values, [S].</param>
internal sealed record OptimalPolicy(double Value, double[] Policy, double[] Values);

/// <summary>Optima of a finite MDP by policy iteration, each policy evaluated exactly.</summary>
internal static class Optimum
{
    private const int MaximumIterations = 10_000, StagnantIterations = 20, NoisyIterations = 100;

    /// <summary>The best deterministic policy (Howard's policy iteration).</summary>
    /// <param name="evaluation">The kernel and discount.</param>
    /// <param name="costs">c(s, a), [S, A].</param>
    /// <param name="initial">rho, [S].</param>
    /// <exception cref="ConvergenceException">The policies did not settle, or the iterative solver did not reach its tolerance.</exception>
    public static OptimalPolicy Of(ExactEvaluation evaluation, ReadOnlySpan<double> costs, ReadOnlySpan<double> initial)
    {
        (int states, int actions) = (evaluation.Kernel.States, evaluation.Kernel.Actions);
        double[] policy = new double[states * actions], values = new double[states], q = new double[states * actions];
        for (int s = 0; s < states; s++) policy[s * actions] = 1;
        double least = double.PositiveInfinity;
        int stagnant = 0;
        for (int iteration = 0; iteration < MaximumIterations; iteration++)
        {
            evaluation.SetPolicy(policy);
            evaluation.StateValues(costs, values);
            evaluation.ActionValues(costs, values, q);
            // Every change lowers some values and raises none. Where they stop falling, policies that are equally good take turns by
            // rounding.
            double sum = values.Sum();
            stagnant = sum < least ? 0 : stagnant + 1;
            least = Math.Min(least, sum);
            // A difference of two action values within both their errors is no reason to change either.
            if (stagnant == StagnantIterations || !Improve(policy, q, states, actions, 2 * evaluation.Discount * evaluation.ErrorBound))
                return new OptimalPolicy(Dot(initial, values), policy, values);
        }
        throw NotSettled("policy");
    }

    /// <summary>
    /// The best policy of the entropy-regularised problem, E sum gamma^t (c_t + tau log pi(a_t|s_t)), by soft policy iteration:
    /// pi(a|s) proportional to exp(-Q(s,a)/tau), which converges quadratically.
    /// </summary>
    /// <param name="evaluation">The kernel and discount.</param>
    /// <param name="costs">c(s, a) without the entropy term, [S, A].</param>
    /// <param name="initial">rho, [S].</param>
    /// <param name="temperature">tau above 0.</param>
    /// <param name="start">A policy to start from, such as the optimum of a nearby temperature; uniform when null.</param>
    /// <exception cref="ConvergenceException">The policies did not settle, or the iterative solver did not reach its tolerance.</exception>
    public static OptimalPolicy Regularised(
        ExactEvaluation evaluation, ReadOnlySpan<double> costs, ReadOnlySpan<double> initial, double temperature,
        OptimalPolicy? start = null)
    {
        if (!(temperature > 0)) throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "must be above 0");
        (int states, int actions) = (evaluation.Kernel.States, evaluation.Kernel.Actions);
        double[] logPolicy = new double[states * actions], policy = new double[states * actions];
        double[] regularised = new double[states * actions], q = new double[states * actions];
        double[] values = new double[states], previous = new double[states];
        Array.Fill(policy, 1.0 / actions);
        Array.Fill(logPolicy, -Math.Log(actions));
        if (start is not null)
        {
            evaluation.ActionValues(costs, start.Values, q);
            Soften(q, temperature, actions, logPolicy, policy);
        }
        (int stagnant, int noisy, double leastChange) = (0, 0, double.PositiveInfinity);
        for (int iteration = 0; iteration < MaximumIterations; iteration++)
        {
            PolicyGradient.AddEntropy(costs, logPolicy, temperature, regularised);
            evaluation.SetPolicy(policy);
            evaluation.StateValues(regularised, values);
            double change = 0, scale = 1;
            for (int s = 0; s < states; s++)
            {
                change = Math.Max(change, Math.Abs(values[s] - previous[s]));
                scale = Math.Max(scale, Math.Abs(values[s]));
            }
            // Convergence is quadratic: a change that stays small without vanishing is rounding.
            stagnant = change <= 1e-11 * scale ? stagnant + 1 : 0;
            // Where the discount is nearly 1, rounding is not small: the smallest change of many is as near as values come.
            noisy = change < leastChange ? 0 : noisy + 1;
            leastChange = Math.Min(leastChange, change);
            bool isSettled = change <= Math.Max(1e-14 * scale, 2 * evaluation.ErrorBound) || stagnant == StagnantIterations
                || (noisy >= NoisyIterations && change <= RoundingOf(evaluation.Discount) * scale);
            if (iteration > 0 && isSettled)
                return new OptimalPolicy(Dot(initial, values), policy, values);
            values.CopyTo(previous, 0);
            evaluation.ActionValues(costs, values, q);
            Soften(q, temperature, actions, logPolicy, policy);
        }
        throw NotSettled("soft policy");
    }

    /// <summary>How far rounding may move values, as a share of them: sums of 1 / (1 - discount) terms are as uncertain as that.</summary>
    private static double RoundingOf(double discount) => Math.Min(1e-4, 1e-13 / (1 - discount));

    private static ConvergenceException NotSettled(string what) =>
        new($"{what} iteration did not settle in {MaximumIterations} iterations");

    /// <summary>Takes the better action where one is better by more than rounding; false when none is.</summary>
    private static bool Improve(double[] policy, double[] q, int states, int actions, double error)
    {
        bool changed = false;
        for (int s = 0; s < states; s++)
        {
            Span<double> row = policy.AsSpan(s * actions, actions);
            ReadOnlySpan<double> values = q.AsSpan(s * actions, actions);
            int current = row.IndexOf(1.0), best = current;
            for (int a = 0; a < actions; a++)
            {
                if (values[a] < values[best] - Math.Max(error, 1e-13 * Math.Max(1, Math.Abs(values[best])))) best = a;
            }
            if (best == current) continue;
            (row[current], row[best]) = (0, 1);
            changed = true;
        }
        return changed;
    }

    private static void Soften(double[] q, double temperature, int actions, double[] logPolicy, double[] policy)
    {
        for (int first = 0; first < q.Length; first += actions)
        {
            double least = double.PositiveInfinity, sum = 0;
            for (int a = 0; a < actions; a++) least = Math.Min(least, q[first + a]);
            for (int a = 0; a < actions; a++) sum += Math.Exp((least - q[first + a]) / temperature);
            double logSum = Math.Log(sum);
            for (int a = 0; a < actions; a++)
            {
                logPolicy[first + a] = ((least - q[first + a]) / temperature) - logSum;
                policy[first + a] = Math.Exp(logPolicy[first + a]);
            }
        }
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int k = 0; k < a.Length; k++) sum += a[k] * b[k];
        return sum;
    }
}
